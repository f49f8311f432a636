// Writers who do not stop, a backup and a destructive migration among them, and an oracle of what
// was acknowledged: each such write is in the copy, or parked.
#include "replay_test.hpp"
#include "slipway/replay/reconcile.hpp"
#include "slipway/replay/verify.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace slipway::replay {
namespace {

/// Writes rows of its own until told to stop, and knows what the server confirmed.
class Writer {
public:
  Writer(const std::string& url, int number)
      : session_(test::connect(url)), number_(number), random_(static_cast<unsigned>(number)) {
    thread_ = std::thread([this] {
      while (!stop_) write_one();
    });
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { stop(); }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// Waits until that many more writes were tried.
  void await(int more) {
    std::unique_lock<std::mutex> lock(mutex_);
    const int wanted = tried_ + more;
    if (!moved_.wait_for(lock, std::chrono::seconds(120), [&] { return tried_ >= wanted; }))
      throw std::runtime_error("a writer stands still");
  }

  std::map<int, std::string> rows; ///< id -> "a|b|c|n"
  std::multiset<std::string> heap;

private:
  bool done(const std::string& sql) {
    const auto result = session_.execute(SqlText(sql), test::long_wait());
    if (!result && session_.transaction_status() != pg::TransactionStatus::idle)
      test::exec(session_, "ROLLBACK");
    return result.has_value();
  }
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void write_one() {
    const int what = pick(10);
    if (what < 4)
      insert();
    else if (what < 7)
      update();
    else if (what < 8)
      remove();
    else
      heap_row();
    const std::lock_guard<std::mutex> lock(mutex_);
    ++tried_;
    moved_.notify_all();
  }
  // By position, so that the names that change meanwhile do not matter.
  void insert() {
    const int id = number_ * 1'000'000 + ++next_;
    const std::string text = std::to_string(id);
    const std::string a = "a" + text;
    const bool nested = pick(3) == 0;
    std::string sql =
        "INSERT INTO t VALUES (" + text + ", '" + a + "', 'b" + text + "', 'c" + text + "', 1)";
    if (nested)
      sql = "BEGIN; SAVEPOINT s; INSERT INTO t VALUES (" + text +
            "); ROLLBACK TO s; SAVEPOINT s; " + sql + "; COMMIT";
    if (done(sql)) rows[id] = a + "|b" + text + "|c" + text + "|1";
  }
  void update() {
    if (rows.empty()) return;
    auto at = std::next(rows.begin(), pick(static_cast<int>(rows.size())));
    const std::string n = pick(20) == 0 ? "5000000000" : std::to_string(pick(1000));
    if (done("UPDATE t SET n = " + n + " WHERE id = " + std::to_string(at->first)))
      at->second = at->second.substr(0, at->second.rfind('|') + 1) + n;
  }
  void remove() {
    if (rows.empty()) return;
    const auto at = std::next(rows.begin(), pick(static_cast<int>(rows.size())));
    if (done("DELETE FROM t WHERE id = " + std::to_string(at->first))) rows.erase(at);
  }
  void heap_row() {
    const std::string v = "h" + std::to_string(number_) + "-" + std::to_string(pick(30));
    if (pick(3) > 0) {
      if (done("INSERT INTO heap VALUES ('" + v + "')")) heap.insert(v);
    } else if (done("DELETE FROM heap WHERE v = '" + v + "'")) {
      heap.erase(v);
    }
  }

  pg::Session session_;
  int number_;
  int next_ = 0;
  std::mt19937 random_;
  std::mutex mutex_;
  std::condition_variable moved_;
  int tried_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

class Writers : public ReplayTest {};

TEST_F(Writers, every_acknowledged_write_is_in_the_copy_or_parked) {
  make_schema(
      "CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text, n int, gone text DEFAULT 'g');"
      "CREATE TABLE heap (v text)");
  std::vector<std::unique_ptr<Writer>> writers;
  for (int number = 1; number <= 3; ++number)
    writers.push_back(std::make_unique<Writer>(url_, number));
  const auto await_all = [&](int more) {
    for (const auto& writer : writers) writer->await(more);
  };
  await_all(150);
  back_up_while_writing();
  await_all(150);
  exec(
      "BEGIN; ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME c TO b; ALTER TABLE t RENAME x TO c;"
      "ALTER TABLE t ALTER n TYPE bigint, DROP gone, ADD extra text DEFAULT 'e'; COMMIT");
  await_all(150);
  for (const auto& writer : writers) writer->stop();
  exec("INSERT INTO t (id, n) VALUES (9, 5000000000)");

  sync();
  auto origin = connect();
  auto copy = test::connect(copy_url_);
  ParkedTable kept(copy, "slipway_replay", "run-1");
  must(reconcile(origin, copy, kept, carry_map(), {snapshot_}, test::long_wait()));
  const auto view = must(ReadView::open(origin, test::long_wait()));
  const auto proof = must(verify(view, copy, kept, carry_map(), {}, test::long_wait()));
  EXPECT_TRUE(proof.is_good());

  std::map<std::string, std::string> in_place;
  for (const auto& row :
       test::rows(copy, "SELECT id, a || '|' || b || '|' || c || '|' || n FROM t"))
    in_place[row[0]] = row[1];
  std::set<std::string> parked_keys;
  for (const ParkedRow& row : parked()) parked_keys.insert(row.key);
  EXPECT_EQ(parked_keys.erase("{\"id\": \"9\"}"), 1U);
  std::size_t expected = 0;
  std::size_t found_parked = 0;
  std::multiset<std::string> heap;
  for (const auto& writer : writers) {
    heap.insert(writer->heap.begin(), writer->heap.end());
    for (const auto& [id, row] : writer->rows) {
      ++expected;
      const std::string key = "{\"id\": \"" + std::to_string(id) + "\"}";
      if (parked_keys.contains(key)) {
        ++found_parked;
        EXPECT_NE(row.find("5000000000"), std::string::npos)
            << key << " was parked for nothing: " << row;
      } else {
        EXPECT_EQ(in_place[std::to_string(id)], row) << key;
      }
    }
  }
  EXPECT_GT(expected, 100U);
  EXPECT_EQ(found_parked, parked_keys.size());
  std::multiset<std::string> in_heap;
  for (const auto& row : test::rows(copy, "SELECT v FROM heap")) in_heap.insert(row[0]);
  EXPECT_EQ(in_heap, heap);
}

} // namespace
} // namespace slipway::replay
