// What a proof finds. Each plan here is written by hand, wrong in one way.
#include "slipway/rehearse/prove.hpp"

#include "slipway/rehearse/application.hpp"
#include "slipway/rehearse/dump_program.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/test/test_server.hpp"

#include <algorithm>

namespace slipway::rehearse {
namespace {

class ProveTest : public test::ServerTest {
protected:
  static pg::Cluster& cluster() { return test::TestServer::instance().cluster(); }

  static ProofDatabase made_of(const std::string& sql) {
    auto database = ProofDatabase::make(cluster(), "", test::long_wait());
    if (!database) throw std::runtime_error(database.error().message);
    auto session = open_in(cluster(), database->name(), test::long_wait());
    if (!session) throw std::runtime_error(session.error().message);
    test::exec(*session, sql);
    return std::move(*database);
  }
  static std::vector<diff::Statement> plan(const std::vector<std::string>& statements) {
    std::vector<diff::Statement> all;
    for (const auto& sql : statements) all.push_back({sql, "test", "table public.t"});
    return all;
  }
  struct Given {
    std::string from;
    std::string to;
    std::vector<diff::Statement> up;
    std::vector<diff::Statement> down = {};
    std::string seed = {};
  };
  static Proof prove(const Given& given) {
    const auto from = made_of(given.from);
    const auto to = made_of(given.to);
    const auto proof = rehearse::prove(
        {cluster(), from.name(), to.name(), given.up, given.down, given.seed}, test::long_wait());
    if (!proof) throw std::runtime_error(proof.error().message);
    EXPECT_EQ(proof->holds, proof->differences.empty());
    EXPECT_EQ(proof->second_observer_looked,
              find_pg_dump(cluster(), test::long_wait()).has_value());
    return *proof;
  }
  static std::string all(const Proof& proof) {
    std::string text;
    for (const auto& one : proof.differences) text += one + "\n";
    return text;
  }
  static bool says(const Proof& proof, const std::string& part) {
    return all(proof).find(part) != std::string::npos;
  }
};

TEST_F(ProveTest, APlanThatIsRightHoldsBothWays) {
  const auto proof =
      prove({"CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE t (n bigint, id int PRIMARY KEY)",
             plan({"ALTER TABLE t ADD n bigint"}), plan({"ALTER TABLE t DROP n"}),
             "INSERT INTO t VALUES (1)"});
  EXPECT_TRUE(proof.holds) << all(proof);
  EXPECT_TRUE(proof.observed.empty());
}

TEST_F(ProveTest, NothingToDoHoldsForWhatIsEqual) {
  EXPECT_TRUE(prove({"CREATE TABLE t (a int)", "CREATE TABLE t (a int)", {}}).holds);
  const auto proof = prove({"CREATE TABLE t (a int)", "CREATE TABLE t (a bigint)", {}});
  EXPECT_TRUE(says(proof, "after up: column public.t.a: type is \"integer\", not \"bigint\""))
      << all(proof);
  EXPECT_TRUE(says(proof, "pg_dump does not show: CREATE TABLE public.t (a bigint)") ||
              !proof.second_observer_looked)
      << all(proof);
}

TEST_F(ProveTest, AWayBackThatDoesNotArriveIsTold) {
  const auto proof =
      prove({"CREATE TABLE t (id int)", "CREATE TABLE t (id int, n int)",
             plan({"ALTER TABLE t ADD n int"}), plan({"ALTER TABLE t ALTER n SET DEFAULT 1"})});
  EXPECT_TRUE(says(proof, "after up and down: column public.t.n should not be there"))
      << all(proof);
  EXPECT_FALSE(says(proof, "after up:")) << all(proof);
}

TEST_F(ProveTest, AStatementThatFailsIsTold) {
  const auto proof = prove({"CREATE TABLE t (id int)",
                            "CREATE TABLE t (id int NOT NULL)",
                            plan({"ALTER TABLE t ALTER id SET NOT NULL"}),
                            {},
                            "INSERT INTO t VALUES (NULL)"});
  EXPECT_TRUE(says(proof, "up: statement 1 of 1 for table public.t fails")) << all(proof);
}

TEST_F(ProveTest, AStateThatAnotherCopyWouldHealIsTold) {
  const auto proof =
      prove({"CREATE TABLE t (id int)", "CREATE TABLE t (id int, CONSTRAINT c CHECK (id > 0))",
             plan({"ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0) NOT VALID"})});
  EXPECT_TRUE(says(proof, "constraint c of public.t is not validated")) << all(proof);
}

TEST_F(ProveTest, RowsThatGoMustBeAnnounced) {
  Given given{"CREATE TABLE t (id int, old text)",
              "CREATE TABLE t (id int)",
              plan({"ALTER TABLE t DROP old"}),
              {},
              "INSERT INTO t VALUES (1, 'x')"};
  const auto silent = prove(given);
  EXPECT_TRUE(says(silent, "column public.t.old is gone with 1 values, and no finding says so"))
      << all(silent);
  given.up.front().findings.push_back(
      {diff::FindingKind::data_loss, "column public.t.old", "goes", {}});
  const auto told = prove(given);
  EXPECT_TRUE(told.holds) << all(told);
  ASSERT_EQ(told.observed.size(), 1U);
  EXPECT_EQ(told.observed.front().kind, diff::FindingKind::data_loss);
}

// Its schema is right again, and the rows are not.
TEST_F(ProveTest, AWayBackMayNotTakeRowsThatWereThereBefore) {
  Given given{"CREATE TABLE t (id int)", "CREATE TABLE t (id bigint)",
              plan({"ALTER TABLE t ALTER id TYPE bigint"}),
              plan({"ALTER TABLE t ALTER id TYPE int USING (id + 1)"}),
              "INSERT INTO t VALUES (1), (2)"};
  EXPECT_TRUE(
      says(prove(given), "after up and down: 1 of 2 values of column public.t.id are others"))
      << all(prove(given));
  given.down = plan({"ALTER TABLE t ALTER id TYPE int; DELETE FROM t WHERE id = 1"});
  EXPECT_TRUE(says(prove(given), "after up and down: table public.t lost 1 of 2 rows"))
      << all(prove(given));
  given.up.front().findings.push_back(
      {diff::FindingKind::data_loss, "column public.t.id", "goes", {}});
  EXPECT_TRUE(prove(given).holds) << "what the way up announced need not come back";
}

TEST_F(ProveTest, RowsThatStandInTheWayAsAnnouncedAreObserved) {
  Given given{"CREATE TABLE t (id int)",
              "CREATE TABLE t (id int NOT NULL)",
              plan({"ALTER TABLE t ALTER id SET NOT NULL"}),
              {},
              "INSERT INTO t VALUES (NULL)"};
  given.up.front().object = "column public.t.id";
  given.up.front().findings.push_back(
      {diff::FindingKind::data_dependent, "column public.t.id", "may fail", {}});
  const auto proof = prove(given);
  EXPECT_TRUE(proof.holds) << all(proof);
  ASSERT_EQ(proof.observed.size(), 1U);
  EXPECT_EQ(proof.observed.front().kind, diff::FindingKind::data_dependent);
  EXPECT_NE(proof.observed.front().message.find("contains null values"), std::string::npos)
      << proof.observed.front().message;
  // Without rows the rest is looked at all the same.
  given.to = "CREATE TABLE t (id int NOT NULL, more int)";
  EXPECT_TRUE(says(prove(given), "after up: column public.t.more is missing"));
}

TEST_F(ProveTest, ARewriteIsObserved) {
  const auto proof = prove({"CREATE TABLE t (id int)",
                            "CREATE TABLE t (id bigint)",
                            plan({"ALTER TABLE t ALTER id TYPE bigint"}),
                            {},
                            "INSERT INTO t VALUES (1)"});
  EXPECT_TRUE(proof.holds) << all(proof);
  ASSERT_EQ(proof.observed.size(), 1U);
  EXPECT_EQ(proof.observed.front().kind, diff::FindingKind::rewrite);
  EXPECT_EQ(proof.observed.front().object, "table public.t");
}

TEST_F(ProveTest, TextThatSettlesWhenItIsReadAgainIsNoDifference) {
  // What the server writes for IN over varchar is not what it writes after reading that.
  const std::string once = "CREATE TABLE t (s varchar(10), CONSTRAINT c CHECK (s IN ('a', 'b')))";
  const std::string twice =
      "CREATE TABLE t (s varchar(10), CONSTRAINT c CHECK ((s)::text = ANY ((ARRAY['a'::character "
      "varying, 'b'::character varying])::text[])))";
  const auto proof = prove({once, twice, {}});
  EXPECT_TRUE(proof.holds || !proof.second_observer_looked) << all(proof);
  const auto other =
      prove({once, "CREATE TABLE t (s varchar(10), CONSTRAINT c CHECK (s IN ('a', 'c')))", {}});
  EXPECT_TRUE(says(other, "constraint public.t.c: expression")) << all(other);
}

TEST_F(ProveTest, SubscriptionsAreInTheCopy) {
  if (!find_pg_dump(cluster(), test::long_wait())) {
    EXPECT_GT(major_version(), 15);
    return;
  }
  const std::string one = "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p "
                          "WITH (connect = false, slot_name = NONE)";
  const auto proof = prove({one, one, {}});
  EXPECT_TRUE(proof.holds) << all(proof);
}

TEST_F(ProveTest, WhoRunsThePlanOwnsWhatItMakes) {
  exec(
      "DO $$BEGIN CREATE ROLE proof_author SUPERUSER; EXCEPTION WHEN duplicate_object THEN NULL; END$$");
  const auto from = made_of("SELECT 1");
  const auto to = made_of("CREATE TABLE t (a int); ALTER TABLE t OWNER TO proof_author");
  ProofRequest request{cluster(), from.name(), to.name(), plan({"CREATE TABLE public.t (a int)"}),
                       {},        {}};
  const auto wrong = rehearse::prove(request, test::long_wait());
  ASSERT_TRUE(wrong) << wrong.error().message;
  EXPECT_TRUE(says(*wrong, "owner")) << all(*wrong);
  request.role = "proof_author";
  const auto right = rehearse::prove(request, test::long_wait());
  ASSERT_TRUE(right) << right.error().message;
  EXPECT_TRUE(right->holds) << all(*right);
}

TEST_F(ProveTest, NothingIsLeftOfIt) {
  const std::string count = "SELECT count(*) FROM pg_database WHERE datname LIKE 'slipway_proof_%'";
  prove({"CREATE TABLE t (a int)", "CREATE TABLE t (a int)", {}});
  EXPECT_EQ(value(count), "0");
}

} // namespace
} // namespace slipway::rehearse
