// A deploy whose slot is spooled: gone back over, damaged, confirmed, forgotten.
#include "capture_project.hpp"

#include "slipway/app/deploy_spool.hpp"
#include "slipway/app/rollback_forecast.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace slipway {
namespace {

namespace fs = std::filesystem;

class SpooledCapture : public test::CaptureProjectTest {
protected:
  void SetUp() override {
    CaptureProjectTest::SetUp();
    set("deploy.capture", "spool");
    set("deploy.spool_folder", spools());
    set("deploy.spool_every", "10ms");
    set("deploy.health_every", "10ms");
    set("deploy.health_within", "100ms");
    write("2_break.sql", test::k_breaking_migration, "SELECT 1;");
  }
  std::string spools() const { return folder_->path() + "/spools"; }
  /// Of the only spool there is.
  std::string first_file() const {
    for (const auto& entry : fs::directory_iterator(spools()))
      return entry.path().string() + "/00000001.spool";
    return {};
  }
  bool has_spool() const { return fs::exists(spools()) && !fs::is_empty(spools()); }

  Result<app::SpoolReport> spool() {
    close_looker();
    return with_context([](const app::Context& context) {
      return app::spool_deploy(context, app::SpoolUntil::now);
    });
  }
  Result<app::RollbackForecast> forecast() {
    close_looker();
    return with_context(
        [](const app::Context& context) { return app::forecast_rollback(context, 0); });
  }
  void deploy_and_spool() {
    const auto report = deploy();
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_FALSE(report->capture.empty()) << report->capture_why;
    exec("INSERT INTO users (id, a, b, age) VALUES (200, 'second', 'first', 7), "
         "(201, 'x', 'y', 5000000000); UPDATE users SET a = 'changed' WHERE id = 10;"
         "DELETE FROM users WHERE id = 8; SET synchronous_commit = on; CREATE TABLE on_disk ()");
    const auto spooled = spool();
    ASSERT_TRUE(spooled) << spooled.error().message;
    EXPECT_GE(spooled->transactions, 1);
    EXPECT_GT(spooled->bytes, 0U);
    exec("DROP TABLE on_disk; UPDATE users SET b = 'later' WHERE id = 10;"
         "INSERT INTO users (id) VALUES (202); INSERT INTO lines VALUES ('two')");
  }
  void expect_back() {
    EXPECT_EQ(value("SELECT string_agg(id || ' ' || COALESCE(a, '-') || ' ' || COALESCE(b, '-') "
                    "|| ' ' || COALESCE(age, 0), ', ' ORDER BY id) FROM users WHERE id IN "
                    "(1, 8, 10, 99, 200, 201, 202)"),
              "1 a1 b1 1, 10 later changed 10, 200 first second 7, 202 - - 0");
    EXPECT_EQ(value("SELECT string_agg(key->>'id', ',') FROM slipway.parked"), "201");
    EXPECT_EQ(value("SELECT count(*) FROM lines"), "3");
    EXPECT_EQ(slots(), "0");
    EXPECT_EQ(publications(), "0");
  }
  /// That the rollback compares, and says why; the database is back all the same.
  void expect_compared(const std::string& words) {
    const auto seen = with_context(
        [](const app::Context& context) { return app::look_at_rollback(context, {}); });
    ASSERT_TRUE(seen) << seen.error().message;
    EXPECT_EQ(seen->capture, "");
    const auto back = roll_back();
    ASSERT_TRUE(back) << back.error().message << said();
    EXPECT_FALSE(back->safe->replayed);
    EXPECT_NE(said().find(words), std::string::npos) << said();
    EXPECT_EQ(value("SELECT string_agg(id || ' ' || COALESCE(b, '-'), ', ' ORDER BY id) FROM "
                    "users WHERE id IN (8, 10, 200)"),
              "10 changed, 200 second");
  }
};

TEST_F(SpooledCapture, ARollbackReadsItAndThenTheSlot) {
  deploy_and_spool();
  EXPECT_NE(diagnosis().find("MB spooled of slipway_"), std::string::npos) << diagnosis();
  const auto foreseen = forecast();
  ASSERT_TRUE(foreseen) << foreseen.error().message;
  EXPECT_EQ(foreseen->rows, 6) << "of both";
  EXPECT_EQ(foreseen->by_migration, 1);
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  ASSERT_TRUE(back->safe->replayed);
  EXPECT_EQ(back->safe->replayed->rows, 6);
  expect_back();
  EXPECT_FALSE(has_spool());
}

// What is acknowledged is known row by row. Fails when a piece that went from the slot to the spool
// is read from neither, or from both.
TEST_F(SpooledCapture, NothingThatWasAcknowledgedIsLostByABakeThatBreaksUnderLoad) {
  const auto healthy = folder_->path() + "/healthy";
  std::ofstream(healthy) << "yes";
  set("deploy.health", "test,-e," + healthy);
  set("deploy.bake", "1h");
  struct Row {
    std::string first, second;
    bool unsure = false;
  };
  std::map<std::int64_t, Row> wanted;
  std::mutex mutex;
  std::atomic<bool> ending = false;
  const auto write = [&](int number) {
    std::int64_t next = 0;
    while (!ending) {
      auto session =
          pg::Session::open({.connection_string = url_}, Wait{Deadline::after(Millis(10'000))});
      while (session && session->usable() && !ending) {
        const auto id = number * 100'000 + ++next;
        // How many rows it touched; nothing when nobody knows.
        const auto run = [&](const std::string& sql) -> std::optional<std::int64_t> {
          const auto rows = session->execute(SqlText(sql), Wait{Deadline::after(Millis(20'000))});
          return rows ? std::optional(rows->affected()) : std::nullopt;
        };
        const auto text = std::to_string(id);
        Row row{.first = "f" + text, .second = "s" + text};
        // Only as long as the new schema is there, for the names are only then what they say.
        const auto added =
            run(fmt::format("INSERT INTO users (id, a, b, age) SELECT {0}, 's{0}', "
                            "'f{0}', 1 WHERE EXISTS (SELECT FROM users WHERE id = 99)",
                            id));
        if (added == 0) continue;
        row.unsure = !added;
        if (added) {
          const auto changed = run(fmt::format("UPDATE users SET b = 'g{0}' WHERE id = {0}", id));
          row.unsure = changed != 1;
          row.first = "g" + text;
        }
        const std::scoped_lock lock(mutex);
        wanted[id] = row;
      }
    }
  };
  std::thread one(write, 1);
  std::thread two(write, 2);
  std::thread breaker([&] {
    const auto patience = Deadline::after(Millis(100'000));
    while (!patience.passed()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (has_spool() && fs::exists(first_file()) && fs::file_size(first_file()) > 20'000) break;
    }
    fs::remove(healthy);
  });
  const auto report = deploy();
  breaker.join();
  ending = true;
  one.join();
  two.join();
  ASSERT_FALSE(report);
  ASSERT_EQ(report.error().code, ErrorCode::rolled_back) << report.error().message << said();
  EXPECT_NE(said().find("is spooled into"), std::string::npos) << said();
  EXPECT_NE(said().find("replaying what slipway_"), std::string::npos) << said();
  std::map<std::string, std::vector<std::string>> there;
  for (const auto& row : rows("SELECT id, a, b FROM users WHERE id > 1000")) there[row[0]] = row;
  int of_new_names = 0;
  for (const auto& [id, row] : wanted) {
    if (row.unsure) continue;
    const auto found = there.find(std::to_string(id));
    ASSERT_NE(found, there.end()) << id;
    EXPECT_EQ(found->second[1], row.first) << id;
    EXPECT_EQ(found->second[2], row.second) << id;
    ++of_new_names;
  }
  EXPECT_GT(of_new_names, 20);
  EXPECT_EQ(value("SELECT count(*) FROM users WHERE id = 99"), "0");
  EXPECT_EQ(slots(), "0");
  EXPECT_FALSE(has_spool());
}

// Fails when a spool is believed because it is there.
TEST_F(SpooledCapture, ASpoolWithAFlippedBitIsPassedOver) {
  deploy_and_spool();
  const auto file = first_file();
  std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
  bytes.seekg(-3, std::ios::end);
  const auto one = static_cast<char>(bytes.get() ^ 1);
  bytes.seekp(-3, std::ios::end);
  bytes.put(one);
  bytes.close();
  expect_compared("what is between is not there");
}

TEST_F(SpooledCapture, ASpoolThatLacksItsFirstSegmentIsPassedOver) {
  deploy_and_spool();
  fs::rename(first_file(), fs::path(first_file()).parent_path() / "00000002.spool");
  expect_compared("00000001.spool is missing");
}

TEST_F(SpooledCapture, ASpoolThatIsElsewhereIsNamedAndNotBegunAgain) {
  deploy_and_spool();
  fs::rename(spools(), spools() + "-moved");
  EXPECT_NE(diagnosis().find("which is not here"), std::string::npos) << diagnosis();
  set("deploy.spool_folder", folder_->path() + "/others");
  const auto again = spool();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::check_failed);
  EXPECT_NE(again.error().message.find(spools()), std::string::npos) << again.error().message;
  expect_compared("was spooled");
}

TEST_F(SpooledCapture, MovedAsAWholeItIsGoneOnWith) {
  deploy_and_spool();
  fs::rename(spools(), spools() + "-moved");
  set("deploy.spool_folder", spools() + "-moved");
  const auto again = spool();
  ASSERT_TRUE(again) << again.error().message;
  const auto back = roll_back();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->safe->replayed->rows, 6);
  expect_back();
}

TEST_F(SpooledCapture, ItGoesWithItsCaptureAndAnOrphanIsNamed) {
  deploy_and_spool();
  const auto aside = folder_->path() + "/aside";
  fs::copy(spools(), aside, fs::copy_options::recursive);
  const auto confirmed = confirm();
  ASSERT_TRUE(confirmed) << confirmed.error().message;
  EXPECT_EQ(confirmed->dropped.size(), 2) << "the slot and the spool";
  EXPECT_FALSE(has_spool());
  EXPECT_NE(diagnosis().find("no slot of a deploy"), std::string::npos) << diagnosis();
  fs::remove_all(spools());
  fs::rename(aside, spools());
  EXPECT_NE(diagnosis().find("belongs to no deploy"), std::string::npos) << diagnosis();
  // With a slot it may be of a database that was renamed.
  const auto named = [](const std::string& spool) { return spool.substr(spool.find('-') + 1); };
  auto slot = named(fs::directory_iterator(spools())->path().filename().string());
  slot.resize(slot.rfind('-'));
  auto other = test::connect(logical_->fresh_database());
  test::exec(other, "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
  ASSERT_TRUE(confirm());
  EXPECT_TRUE(has_spool());
  test::exec(other, "SELECT pg_drop_replication_slot('" + slot + "')");
  const auto watch =
      with_context([](const app::Context& context) { return app::watch_captures(context); });
  ASSERT_TRUE(watch) << watch.error().message;
  EXPECT_FALSE(has_spool());
  const auto nothing = spool();
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_EQ(nothing->capture, "");
}

TEST_F(SpooledCapture, TheWatchdogDropsWhatNobodyConfirmed) {
  deploy_and_spool();
  set("deploy.grace", "0");
  close_looker();
  const auto watch =
      with_context([](const app::Context& context) { return app::watch_captures(context); });
  ASSERT_TRUE(watch) << watch.error().message;
  EXPECT_EQ(watch->dropped.size(), 2);
  EXPECT_FALSE(has_spool());
  EXPECT_EQ(slots(), "0");
}

// The server of the test gives a slot up after 1 GB. The application breaks when there is a spool.
TEST_F(SpooledCapture, ASlotInDangerIsSpooledByItself) {
  set("deploy.capture", "slot");
  set("deploy.bake", "300ms");
  const auto safe = deploy();
  ASSERT_TRUE(safe) << safe.error().message;
  EXPECT_EQ(said().find("is spooled into"), std::string::npos) << "there is room enough";
  let_a_second_pass();
  write("3_more.sql", "ALTER TABLE users DROP COLUMN age;", "SELECT 1;");
  set("deploy.spool_below", "100000");
  set("deploy.bake", "1h");
  set("deploy.health", "sh,-c,! ls " + spools() + "/*/*.spool");
  const auto report = deploy();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::rolled_back) << report.error().message << said();
  EXPECT_NE(said().find("it is lost after"), std::string::npos) << said();
  EXPECT_EQ(value("SELECT count(age) FROM users WHERE id < 20"), "18");
  EXPECT_FALSE(has_spool());
}

} // namespace
} // namespace slipway
