// While a rule is replaced by another somebody tries without pause to insert what both refuse, and
// somebody else inserts what both allow. The first must never succeed, the second always.
// Run with each statement of the plan in a transaction of its own, as a trial, the first succeeded
// for constraint triggers, exclusion constraints and policies.
#include "pair_bench.hpp"

#include "slipway/inspect/read.hpp"

#include <atomic>
#include <thread>

namespace slipway::test {

namespace {

constexpr int k_rounds = 6;
constexpr const char* k_lock_timeout = "SET lock_timeout = '10s'";

struct Rule {
  const char* name;
  std::string common; ///< what both schemas have
  std::string from;
  std::string to;
  std::string refused; ///< violates both
  std::string allowed; ///< violates none; $ is another number each time
};

void PrintTo(const Rule& rule, std::ostream* out) {
  *out << rule.name;
}

/// Inserts until it is told to stop.
class Writer {
public:
  Writer(const std::string& url, std::string sql, bool is_allowed)
      : session_(connect(url)), sql_(std::move(sql)), is_allowed_(is_allowed) {
    exec(session_, k_lock_timeout);
    thread_ = std::thread([this] { run(); });
  }
  ~Writer() { stop(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int attempts() const { return attempts_; }
  /// What should not have happened; read after stop().
  const std::string& wrong() const { return wrong_; }

private:
  void run() {
    while (!stopped_ && wrong_.empty()) {
      auto sql = sql_;
      if (const auto at = sql.find('$'); at != std::string::npos)
        sql.replace(at, 1, std::to_string(1000 + attempts_));
      const auto done = session_.execute(SqlText(sql), long_wait());
      const auto state = done ? std::string() : done.error().sql ? done.error().sql->sqlstate : "?";
      const bool refused_by_rule = state.starts_with("23") || state == "P0001" || state == "42501";
      if (is_allowed_ ? !done : !refused_by_rule)
        wrong_ = sql + (done ? " went through" : " failed: " + done.error().message);
      ++attempts_;
    }
  }

  pg::Session session_;
  std::string sql_;
  bool is_allowed_;
  std::atomic<bool> stopped_{false};
  std::atomic<int> attempts_{0};
  std::string wrong_;
  std::thread thread_;
};

class RulesStay : public ::testing::TestWithParam<Rule> {
protected:
  void SetUp() override {
    if (GetParam().common.find("slipway_") == std::string::npos) return;
    PairBench makes_the_roles;
  }

  schema::Schema read(pg::Session& session) {
    inspect::Scope scope;
    scope.dependencies = true;
    auto read = inspect::read_schema(session, scope, long_wait());
    if (!read) throw std::runtime_error(read.error().message);
    return std::move(*read);
  }
  schema::Schema made_of(const std::string& sql) {
    const auto url = TestServer::instance().fresh_database();
    auto session = connect(url);
    exec(session, sql);
    return read(session);
  }
  static void wait_for_attempts(const Writer& writer, int more) {
    const auto wait = long_wait();
    for (const int wanted = writer.attempts() + more;
         writer.attempts() < wanted && writer.wrong().empty() && !wait.deadline.passed();)
      std::this_thread::yield();
  }
};

TEST_P(RulesStay, AtEveryMomentOfTheSwap) {
  const Rule& rule = GetParam();
  const auto from = made_of(rule.common + rule.from);
  const auto to = made_of(rule.common + rule.to);
  const auto url = TestServer::instance().fresh_database();
  auto session = connect(url);
  exec(session, rule.common + rule.from);
  exec(session, k_lock_timeout);
  const auto up = diff::make_plan(from, to, {});
  const auto down = diff::make_plan(to, from, {});
  ASSERT_FALSE(up.statements.empty());
  ASSERT_TRUE(up.questions.empty() && up.refusals.empty());

  Writer bad(url, rule.refused, false);
  Writer good(url, rule.allowed, true);
  for (int round = 0; round < k_rounds && !HasFailure(); ++round) {
    wait_for_attempts(bad, 3);
    EXPECT_EQ(run_plan(session, up.statements), "");
    wait_for_attempts(bad, 3);
    EXPECT_EQ(run_plan(session, down.statements), "");
  }
  bad.stop();
  good.stop();
  EXPECT_EQ(bad.wrong(), "");
  EXPECT_EQ(good.wrong(), "");
  EXPECT_GT(bad.attempts(), k_rounds);
  EXPECT_GT(good.attempts(), 0);
}

std::string table(const std::string& more = "") {
  return "CREATE TABLE t (a int NOT NULL, b int" + more + ");";
}

const std::string k_insert = "INSERT INTO t VALUES ";

const Rule k_rules[] = {
    {"Check", table(), "ALTER TABLE t ADD CONSTRAINT r CHECK (a > 0)",
     "ALTER TABLE t ADD CONSTRAINT r CHECK (a > 1)", k_insert + "(-1, 1)", k_insert + "($, 1)"},
    {"Unique", table() + "INSERT INTO t VALUES (1, 1);",
     "ALTER TABLE t ADD CONSTRAINT r UNIQUE (a)",
     "ALTER TABLE t ADD CONSTRAINT r UNIQUE (a) INCLUDE (b)", k_insert + "(1, 1)",
     k_insert + "($, 1)"},
    {"PrimaryKey", table() + "INSERT INTO t VALUES (1, 1);",
     "ALTER TABLE t ADD CONSTRAINT r PRIMARY KEY (a)",
     "ALTER TABLE t ADD CONSTRAINT r PRIMARY KEY (a) INCLUDE (b)", k_insert + "(1, 1)",
     k_insert + "($, 1)"},
    {"UniqueIndex", table() + "INSERT INTO t VALUES (1, 1);", "CREATE UNIQUE INDEX r ON t (a)",
     "CREATE UNIQUE INDEX r ON t (a) INCLUDE (b)", k_insert + "(1, 1)", k_insert + "($, 1)"},
    {"IndexBecomesConstraint", table() + "INSERT INTO t VALUES (1, 1);",
     "CREATE UNIQUE INDEX r ON t (a)", "ALTER TABLE t ADD CONSTRAINT r UNIQUE (a)",
     k_insert + "(1, 1)", k_insert + "($, 1)"},
    {"ForeignKey", table() + "CREATE TABLE o (id int PRIMARY KEY); INSERT INTO o VALUES (1);",
     "ALTER TABLE t ADD CONSTRAINT r FOREIGN KEY (b) REFERENCES o",
     "ALTER TABLE t ADD CONSTRAINT r FOREIGN KEY (b) REFERENCES o ON DELETE CASCADE",
     k_insert + "(1, 7)", k_insert + "($, 1)"},
    {"Exclusion", table() + "INSERT INTO t VALUES (1, 1);",
     "ALTER TABLE t ADD CONSTRAINT r EXCLUDE USING btree (a WITH =)",
     "ALTER TABLE t ADD CONSTRAINT r EXCLUDE USING btree (a WITH =) WHERE (b = 1)",
     k_insert + "(1, 1)", k_insert + "($, 1)"},
    {"ConstraintTrigger",
     table() + "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
               "$$BEGIN IF NEW.a < 0 THEN RAISE 'no'; END IF; RETURN NEW; END$$;",
     "CREATE CONSTRAINT TRIGGER r AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()",
     "CREATE CONSTRAINT TRIGGER r AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION no()",
     k_insert + "(-1, 1)", k_insert + "($, 1)"},
    {"Trigger",
     table() + "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
               "$$BEGIN IF NEW.a < 0 THEN RAISE 'no'; END IF; RETURN NEW; END$$;",
     "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()",
     "CREATE TRIGGER r BEFORE INSERT OR UPDATE OF b ON t FOR EACH ROW EXECUTE FUNCTION no()",
     k_insert + "(-1, 1)", k_insert + "($, 1)"},
    {"Domain", "CREATE DOMAIN d AS int CHECK (VALUE < 1000000); CREATE TABLE t (a d, b int);",
     "ALTER DOMAIN d ADD CONSTRAINT r CHECK (VALUE > 0)",
     "ALTER DOMAIN d ADD CONSTRAINT r CHECK (VALUE > 1)", k_insert + "(-1, 1)",
     k_insert + "($, 1)"},
    {"Policy",
     table() + "GRANT INSERT ON t TO slipway_reader; ALTER TABLE t ENABLE ROW LEVEL SECURITY; "
               "CREATE POLICY all_may ON t USING (true);",
     "CREATE POLICY r ON t AS RESTRICTIVE FOR INSERT WITH CHECK (a > 0)",
     "CREATE POLICY r ON t AS RESTRICTIVE FOR ALL USING (true) WITH CHECK (a > 0)",
     "SET ROLE slipway_reader; " + k_insert + "(-1, 1)",
     "SET ROLE slipway_reader; " + k_insert + "($, 1)"},
};

INSTANTIATE_TEST_SUITE_P(Kinds, RulesStay, ::testing::ValuesIn(k_rules),
                         [](const auto& one) { return std::string(one.param.name); });

} // namespace

} // namespace slipway::test
