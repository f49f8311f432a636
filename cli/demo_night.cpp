// The act at night: a deploy breaks under live writes and goes back by itself. What was
// acknowledged meanwhile is written down here and compared at the end.
#include "demo_stage.hpp"

#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>

namespace slipway::cli {

namespace {

constexpr const char* k_config = "night.toml";
constexpr const char* k_config_text =
    "[migrations]\nfolder = \"migrations\"\n\n[deploy]\n# The new release says that it is up by "
    "making this file. It never will.\nhealth = [\"test\", \"-e\", "
    "\"release-3-is-up\"]\nhealth_times = 2\nhealth_every = \"200ms\"\nhealth_within = \"1s\"\n";

constexpr const char* k_migration = "migrations/20261125020000_drop_users_created_at.sql";
constexpr const char* k_migration_text =
    "-- Release 3 does not show since when somebody is a customer.\n"
    "-- slipway:up\n"
    "ALTER TABLE users DROP COLUMN created_at;\n"
    "\n"
    "-- slipway:down\n"
    "ALTER TABLE users ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();\n";

constexpr std::int64_t k_some_writes = 40;
constexpr Millis k_patience{60'000};
constexpr Millis k_between_writes{3};

/// People who sign up and order, and what they were told.
class Customers {
public:
  explicit Customers(const DemoStage& stage) : stage_(stage), thread_([this] { live(); }) {}
  Customers(const Customers&) = delete;
  Customers& operator=(const Customers&) = delete;
  ~Customers() { go_home(); }

  void go_home() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  bool await_more(std::int64_t writes) const {
    const auto wanted = writes_ + writes;
    const auto deadline = Deadline::after(k_patience);
    while (writes_ < wanted && !deadline.passed() && !stage_.wait().stop_requested())
      std::this_thread::sleep_for(k_between_writes);
    return writes_ >= wanted;
  }
  const std::vector<std::string>& orders() const { return orders_; }
  const std::vector<std::string>& users() const { return users_; }
  Millis longest_gap() const { return longest_gap_; }

private:
  void live() {
    while (!ending_) {
      auto session = stage_.application("customers");
      while (session && session->usable() && !ending_) {
        // Good for both releases: they name no column that one of them does not have.
        if (buy(*session, users_,
                "INSERT INTO users (email, display_name) VALUES ('night-' || "
                "gen_random_uuid(), 'Night') RETURNING id"))
          buy(*session, orders_, "INSERT INTO orders VALUES (DEFAULT, 4200) RETURNING id");
        std::this_thread::sleep_for(k_between_writes);
      }
    }
  }

  bool buy(pg::Session& session, std::vector<std::string>& told, const char* text) {
    const auto done = session.execute(SqlText(text), stage_.wait());
    if (!done) return false;
    told.emplace_back(done->text(0, 0));
    const auto now = std::chrono::steady_clock::now();
    if (writes_ > 0)
      longest_gap_ = std::max(longest_gap_, std::chrono::duration_cast<Millis>(now - last_));
    last_ = now;
    ++writes_;
    return true;
  }

  const DemoStage& stage_;
  std::vector<std::string> orders_;
  std::vector<std::string> users_;
  std::atomic<std::int64_t> writes_ = 0;
  std::chrono::steady_clock::time_point last_;
  Millis longest_gap_{0};
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

double seconds(Millis duration) {
  return static_cast<double>(duration.count()) / 1000.0;
}

Status expect_all_there(DemoStage& stage, const Customers& customers) {
  const auto found = [&](const std::string& table, const std::vector<std::string>& ids) {
    return stage.sql(
        fmt::format("SELECT count(*) FROM {} WHERE id IN ({})", table, fmt::join(ids, ", ")));
  };
  SLIPWAY_ASSIGN(const auto users, found("users", customers.users()));
  SLIPWAY_ASSIGN(const auto orders, found("orders", customers.orders()));
  const auto wanted = customers.users().size() + customers.orders().size();
  const auto there = std::stoull(users) + std::stoull(orders);
  return stage.expect(there == wanted,
                      fmt::format("{} writes were acknowledged meanwhile, {} are there: {} lost",
                                  wanted, there, wanted - there));
}

constexpr const char* k_since =
    "SELECT string_agg(display_name || ' ' || created_at, ', ' ORDER BY id) FROM users WHERE "
    "display_name <> 'Night'";

} // namespace

Status play_night(DemoStage& stage) {
  stage.title("5. Two in the morning");
  stage.say(
      "Release 3 is deployed while customers sign up and order. Its migration drops a column; the down script puts the\n"
      "column back, but nobody's values. Then the new release does not come up.");
  SLIPWAY_TRY(stage.add_file(k_config, k_config_text));
  SLIPWAY_TRY(stage.add_file(k_migration, k_migration_text));
  SLIPWAY_ASSIGN(const auto schema, stage.schema_digest());
  SLIPWAY_ASSIGN(const auto since, stage.sql(k_since));
  Customers customers(stage);
  SLIPWAY_TRY(stage.expect(customers.await_more(k_some_writes), "customers are there"));
  const auto began = std::chrono::steady_clock::now();
  SLIPWAY_TRY(stage.slipway({"deploy", "--config", k_config}, 4));
  const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);
  SLIPWAY_TRY(stage.expect(customers.await_more(k_some_writes), "customers can order again"));
  customers.go_home();
  SLIPWAY_TRY(expect_all_there(stage, customers));
  SLIPWAY_ASSIGN(const auto since_again, stage.sql(k_since));
  SLIPWAY_TRY(stage.expect(since == since_again, "the dropped column is back, with its values"));
  SLIPWAY_ASSIGN(const auto schema_again, stage.schema_digest());
  SLIPWAY_TRY(stage.expect(schema == schema_again, "the schema is the one from before"));
  stage.say(fmt::format(
      "Backup, migration, health checks, and all the way back: {:.1f} s. For {:.1f} s of them nobody could write.\n"
      "Nobody was woken.",
      seconds(took), seconds(customers.longest_gap())));
  return stage.remove_file(k_migration);
}

} // namespace slipway::cli
