#include "session_test.hpp"

namespace slipway::pg {
namespace {

using test::long_wait;

class CopyTest : public SessionTest {
protected:
  void SetUp() override {
    SessionTest::SetUp();
    exec("CREATE TABLE t (a int, b text)");
  }
  Result<Rows> copy(const std::string& data, const Wait& wait = long_wait()) {
    return session().copy_in(SqlText("COPY t FROM STDIN"), data, wait);
  }
  std::string count() { return value("SELECT count(*) FROM t"); }
};

std::string lines(int count, std::size_t width) {
  std::string data;
  for (int i = 0; i < count; ++i) data += std::to_string(i) + "\t" + std::string(width, 'x') + "\n";
  return data;
}

TEST_F(CopyTest, LoadsTenMegabytes) {
  const std::string data = lines(100'000, 100);
  ASSERT_GT(data.size(), 10'000'000U);
  const auto loaded = copy(data);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->affected(), 100'000);
  EXPECT_EQ(value("SELECT sum(length(b)) FROM t"), "10000000");
  EXPECT_TRUE(still_works());
}

TEST_F(CopyTest, LoadsNothingFromNoData) {
  const auto loaded = copy("");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->affected(), 0);
}

TEST_F(CopyTest, FailsAsAWholeAndGoesOn) {
  for (const std::string& bad :
       {std::string("1\tx\nnot a number\ty\n"), "nonsense\n" + lines(100'000, 100)}) {
    const auto loaded = copy(bad);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::sql);
    EXPECT_NE(loaded.error().sql->context.find("COPY t, line"), std::string::npos);
    EXPECT_TRUE(still_works());
    EXPECT_EQ(count(), "0");
  }
}

TEST_F(CopyTest, ReportsAStatementThatIsRefused) {
  const auto loaded = session().copy_in(SqlText("COPY nothere FROM STDIN"), "1\n", long_wait());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().sql->sqlstate, "42P01");
  EXPECT_TRUE(still_works());
}

TEST_F(CopyTest, RefusesStatementsThatTakeNoData) {
  for (const std::string sql : {"SELECT 1", "COPY t TO STDOUT", ""}) {
    const auto loaded = session().copy_in(SqlText(sql), "1\tx\n", long_wait());
    ASSERT_FALSE(loaded) << sql;
    EXPECT_EQ(loaded.error().code, ErrorCode::sql) << sql;
    EXPECT_TRUE(still_works()) << sql;
  }
}

TEST_F(CopyTest, CanBeCutShortWhileItWaitsForALock) {
  Session holder = connect();
  test::exec(holder, "BEGIN; LOCK TABLE t");
  const auto loaded = copy("1\tx\n", Wait{Deadline::after(Millis(100))});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::cancelled);
  EXPECT_TRUE(still_works());
}

// The server sleeps on the first row and reads no further, so that the socket fills up and our
// writes wait.
TEST_F(CopyTest, CanBeCutShortWhileItSends) {
  exec(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$");
  exec("CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow()");
  StopEvent stop;
  const auto asker = when_running("COPY t", [&](Session&) { stop.ask(); });
  const auto loaded = copy(lines(100'000, 100), Wait{long_wait().deadline, &stop});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::cancelled) << loaded.error().message;
  EXPECT_EQ(loaded.error().outcome, Outcome::failed);
  EXPECT_TRUE(still_works());
  EXPECT_EQ(count(), "0");
}

/// Asks to stop when it has been waited with for the n-th time.
class StopAtWait final : public StopSignal {
public:
  explicit StopAtWait(int n) : left_(n) {}
  int descriptor() const override {
    if (--left_ <= 0) asked_.ask();
    return asked_.descriptor();
  }

private:
  mutable int left_;
  mutable StopEvent asked_;
};

// Safety: the cancel gets nowhere here, as it does when the server waits for more data. If the call
// ended the data instead of refusing it, half of it would be committed.
TEST_F(CopyTest, LeavesNothingOfHalfTheData) {
  const StopAtWait stop(5);
  const Frozen frozen(test::TestServer::instance().cluster().postmaster_pid());
  const auto loaded = copy(lines(300'000, 100), Wait{long_wait().deadline, &stop});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::cancelled) << loaded.error().message;
  EXPECT_EQ(loaded.error().outcome, Outcome::failed);
  EXPECT_EQ(count(), "0");
}

TEST_F(CopyTest, ReportsAServerThatGoesAwayInTheMiddle) {
  exec(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$");
  exec("CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow()");
  const auto terminator = terminate_when_running("COPY t");
  const auto loaded = copy(lines(100'000, 100));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::connection) << loaded.error().message;
  EXPECT_EQ(loaded.error().outcome, Outcome::unknown);
  EXPECT_FALSE(session().usable());
}

} // namespace
} // namespace slipway::pg
