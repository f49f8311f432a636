// What callers decide by: whether a session, a transaction or an attempt can go on after an error.
#include "slipway/base/error.hpp"
#include "slipway/base/result.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace slipway;

namespace {

Error with_state(const std::string& sqlstate) {
  Error error(ErrorCode::sql, "refused");
  error.sql = SqlError{.sqlstate = sqlstate};
  return error;
}

const std::vector<ErrorCode> k_all{
    ErrorCode::usage,      ErrorCode::configuration, ErrorCode::source,
    ErrorCode::io,         ErrorCode::unsupported,   ErrorCode::check_failed,
    ErrorCode::connection, ErrorCode::lock_timeout,  ErrorCode::sql,
    ErrorCode::part_way,   ErrorCode::cancelled,     ErrorCode::rolled_back,
    ErrorCode::internal};

} // namespace

TEST(ErrorQuestions, ABrokenLinkOrADyingServerEndsTheSession) {
  for (const std::string state : {"08000", "08006", "08P01", "57P01", "57P02", "57P03", "57P05"})
    EXPECT_FALSE(with_state(state).connection_usable()) << state;
  for (const std::string state : {"42703", "55P03", "57014", "57P04", "40P01", "XX000", ""})
    EXPECT_TRUE(with_state(state).connection_usable()) << state;
  EXPECT_FALSE(Error(ErrorCode::connection, "lost").connection_usable());
}

TEST(ErrorQuestions, AnUnknownOutcomeIsNeverTriedAgain) {
  for (const std::string state : {"55P03", "40P01", "40001", "53300", "57P03"}) {
    Error error = with_state(state);
    EXPECT_TRUE(error.is_retryable()) << state;
    error.outcome = Outcome::unknown;
    EXPECT_FALSE(error.is_retryable()) << state;
    EXPECT_FALSE(error.connection_usable()) << state;
  }
  for (const std::string state : {"42703", "57014", "57P01", "08006"})
    EXPECT_FALSE(with_state(state).is_retryable()) << state;
  EXPECT_FALSE(Error(ErrorCode::lock_timeout, "no lock").is_retryable());
}

TEST(ErrorQuestions, AnyErrorOfTheServerEndsTheTransaction) {
  EXPECT_FALSE(with_state("42703").transaction_usable());
  EXPECT_FALSE(with_state("08006").transaction_usable());
  EXPECT_TRUE(Error(ErrorCode::io, "disk full here").transaction_usable());
  EXPECT_FALSE(Error(ErrorCode::connection, "lost").transaction_usable());
}

TEST(ErrorQuestions, NamedStatesAreTold) {
  EXPECT_TRUE(with_state("55P03").is_lock_timeout());
  EXPECT_TRUE(with_state("40P01").is_deadlock());
  EXPECT_TRUE(with_state("57014").is_query_cancelled());
  const Error other = with_state("42703");
  EXPECT_FALSE(other.is_lock_timeout() || other.is_deadlock() || other.is_query_cancelled());
  EXPECT_FALSE(Error(ErrorCode::lock_timeout, "no lock").is_lock_timeout());
}

TEST(ErrorCodes, NamesAreDistinctAndStatusesAreThoseOfTheManual) {
  std::set<std::string_view> names;
  for (const auto code : k_all) EXPECT_TRUE(names.insert(error_code_name(code)).second);
  EXPECT_EQ(error_code_name(ErrorCode::check_failed), "check_failed");
  EXPECT_EQ(exit_status(ErrorCode::usage), 2);
  EXPECT_EQ(exit_status(ErrorCode::configuration), 2);
  EXPECT_EQ(exit_status(ErrorCode::source), 2);
  EXPECT_EQ(exit_status(ErrorCode::io), 1);
  EXPECT_EQ(exit_status(ErrorCode::unsupported), 1);
  EXPECT_EQ(exit_status(ErrorCode::sql), 1);
  EXPECT_EQ(exit_status(ErrorCode::cancelled), 1);
  EXPECT_EQ(exit_status(ErrorCode::check_failed), 3);
  EXPECT_EQ(exit_status(ErrorCode::rolled_back), 4);
  EXPECT_EQ(exit_status(ErrorCode::part_way), 5);
  EXPECT_EQ(exit_status(ErrorCode::lock_timeout), 6);
  EXPECT_EQ(exit_status(ErrorCode::connection), 7);
  EXPECT_EQ(exit_status(ErrorCode::internal), 70);
}

TEST(ErrorBuilding, EachPartIsKept) {
  const Error error = Error(ErrorCode::source, "bad")
                          .with_hint("mend it")
                          .with_place(Place{.file = "7.sql", .line = 3})
                          .with_state("nothing was changed")
                          .with_next("slipway up")
                          .with_note("one")
                          .with_note("two");
  EXPECT_EQ(error.hint, "mend it");
  ASSERT_TRUE(error.place);
  EXPECT_EQ(error.place->line, 3U);
  EXPECT_EQ(error.database_state, "nothing was changed");
  EXPECT_EQ(error.next_command, "slipway up");
  EXPECT_EQ(error.notes, (std::vector<std::string>{"one", "two"}));
}

namespace {

Status refuse(bool wrong) {
  if (wrong) return fail(ErrorCode::usage, "wrong");
  return {};
}
Result<int> number(bool wrong) {
  SLIPWAY_TRY(refuse(wrong));
  return 7;
}
Result<std::string> text(bool wrong) {
  SLIPWAY_ASSIGN(const int value, number(wrong));
  return std::to_string(value);
}

} // namespace

TEST(Results, TheMacrosHandTheValueOnOrReturnTheError) {
  EXPECT_EQ(text(false).value(), "7");
  ASSERT_FALSE(text(true).has_value());
  EXPECT_EQ(text(true).error().message, "wrong");
}
