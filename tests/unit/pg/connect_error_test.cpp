#include "../../../src/pg/connect_error.hpp"

#include <gtest/gtest.h>

namespace slipway::pg {
namespace {

TEST(ConnectError, TakesTheServersReportApart) {
  const Error error = connect_error(
      "connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: FATAL:  53300: too many "
      "clients\nDETAIL:  All 3 are taken.\nHINT:  Ask again.\nLOCATION:  InitProcess, p.c:1\n",
      "postgres://a@db/x");
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_EQ(error.message, "cannot connect to postgres://a@db/x: too many clients");
  ASSERT_TRUE(error.sql);
  EXPECT_EQ(error.sql->severity, "FATAL");
  EXPECT_EQ(error.sql->sqlstate, "53300");
  EXPECT_EQ(error.sql->message, "too many clients");
  EXPECT_EQ(error.sql->detail, "All 3 are taken.");
  EXPECT_EQ(error.sql->hint, "Ask again.");
  EXPECT_TRUE(error.is_retryable());
  EXPECT_NE(error.hint.find("slot"), std::string::npos);
}

TEST(ConnectError, FindsTheSqlstateWhenTheServerSpeaksAnotherLanguage) {
  const Error error = connect_error(
      "connection to server failed: VERHÄNGNISVOLL:  3D000: Datenbank »x« existiert nicht", "t");
  ASSERT_TRUE(error.sql);
  EXPECT_EQ(error.sql->sqlstate, "3D000");
}

TEST(ConnectError, GivesTheLastAttemptAndNotesTheOthers) {
  const Error error = connect_error(
      "connection to server at \"::1\", port 1 failed: Connection refused\n\tIs the server "
      "running on that host and accepting TCP/IP connections?\nconnection to server at "
      "\"127.0.0.1\", port 1 failed: FATAL:  28P01: password authentication failed\n",
      "t");
  EXPECT_EQ(error.message, "cannot connect to t: password authentication failed");
  ASSERT_EQ(error.notes.size(), 1U);
  EXPECT_NE(error.notes[0].find("Connection refused"), std::string::npos);
  EXPECT_EQ(error.sql->sqlstate, "28P01");
}

TEST(ConnectError, HasAHintForEachUsualReason) {
  for (const char* message :
       {"x failed: FATAL:  28P01: m", "x failed: FATAL:  28000: m", "x failed: FATAL:  3D000: m",
        "x failed: FATAL:  57P03: m", "x failed: Connection refused",
        "x failed: No such file or directory", "could not translate host name \"x\"",
        "server does not support SSL, but SSL was required",
        "SSL error: certificate verify failed"})
    EXPECT_FALSE(connect_error(message, "t").hint.empty()) << message;
}

TEST(ConnectError, IsOneLineEvenWithoutAReason) {
  EXPECT_EQ(connect_error("", "t").message, "cannot connect to t: no reason given");
  EXPECT_EQ(connect_error("\n\n", "t").message, "cannot connect to t: no reason given");
}

TEST(RemoveSecret, CleansEveryText) {
  Error error(ErrorCode::connection, "a s3cret b s3crets3cret");
  error.hint = "s3cret";
  error.notes = {"x s3cret"};
  error.sql = SqlError{.message = "s3cret", .detail = "s3cret"};
  remove_secret(error, "s3cret");
  EXPECT_EQ(error.message, "a *** b ******");
  EXPECT_EQ(error.hint, "***");
  EXPECT_EQ(error.notes[0], "x ***");
  EXPECT_EQ(error.sql->message, "***");
  EXPECT_EQ(error.sql->detail, "***");
}

} // namespace
} // namespace slipway::pg
