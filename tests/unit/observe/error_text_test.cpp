#include "pipe_output.hpp"

#include "slipway/base/text.hpp"
#include "slipway/observe/sinks.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace slipway;
using namespace slipway::observe;

namespace {

const Masker k_masker;

std::string shown(const Error& error, Style style = {}, const Masker& masker = k_masker) {
  PipeOutput pipe(style, masker);
  pipe.output().write(error_text(error, pipe.output()));
  return pipe.take();
}

Error at(const std::string& line, std::size_t column, std::size_t width) {
  return Error(ErrorCode::source, "wrong")
      .with_place(Place{
          .file = "m/7.sql", .line = 12, .column = column, .source_line = line, .width = width});
}

// The two lines below the bar: the source line and its carets, without the margin.
std::pair<std::string, std::string> excerpt(const Error& error, Style style = {},
                                            const Masker& masker = k_masker) {
  const std::string text = shown(error, style, masker);
  const auto line = text.find(" 12 | ") + 6;
  const auto line_end = text.find('\n', line);
  const auto carets = line_end + 1 + std::string("    | ").size();
  return {text.substr(line, line_end - line),
          text.substr(carets, text.find('\n', carets) - carets)};
}

} // namespace

TEST(ErrorText, SaysWhatWhereWhyInWhichStateAndWhatNext) {
  Error error = Error(ErrorCode::sql, "column \"user_id\" of relation \"orders\" does not exist")
                    .with_place(Place{.file = "migrations/7_x.sql",
                                      .line = 3,
                                      .column = 19,
                                      .source_line = "UPDATE orders SET user_id = 1;",
                                      .width = 7})
                    .with_hint("mind the spelling")
                    .with_state("nothing was changed: the transaction was rolled back")
                    .with_next("slipway up")
                    .with_note("statement 2 of 4");
  error.sql = SqlError{.severity = "ERROR",
                       .sqlstate = "42703",
                       .message = error.message,
                       .detail = "two\nlines",
                       .hint = "Perhaps you meant \"user\".",
                       .context = "PL/pgSQL function f() line 1"};
  EXPECT_EQ(shown(error), "error: column \"user_id\" of relation \"orders\" does not exist\n"
                          "  --> migrations/7_x.sql:3:19\n"
                          "   |\n"
                          " 3 | UPDATE orders SET user_id = 1;\n"
                          "   |                   ^^^^^^^\n"
                          "   SQLSTATE 42703 (undefined_column)\n"
                          "   detail: two\n"
                          "           lines\n"
                          "   where:  PL/pgSQL function f() line 1\n"
                          "   hint:   Perhaps you meant \"user\".\n"
                          "   note:   statement 2 of 4\n"
                          "   hint:   mind the spelling\n"
                          "   state:  nothing was changed: the transaction was rolled back\n"
                          "   next:   slipway up\n");
}

TEST(ErrorText, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(shown(Error(ErrorCode::usage, "unknown command \"upp\"")),
            "error: unknown command \"upp\"\n");
  EXPECT_EQ(shown(Error(ErrorCode::io, "")), "error: io\n");
  EXPECT_EQ(shown(Error(ErrorCode::source, "empty").with_place(Place{.file = "7.sql"})),
            "error: empty\n  --> 7.sql\n");
}

TEST(ErrorText, AServerMessageOtherThanOursIsShownBesideIt) {
  Error error(ErrorCode::lock_timeout, "statement 3 did not get its lock");
  error.sql = SqlError{.sqlstate = "55P03", .message = "canceling statement due to lock timeout"};
  EXPECT_EQ(shown(error), "error: statement 3 did not get its lock\n"
                          "   SQLSTATE 55P03 (lock_not_available)\n"
                          "   server: canceling statement due to lock timeout\n");
}

TEST(ErrorText, AnUnknownOutcomeIsSaid) {
  Error error(ErrorCode::connection, "the connection was lost after COMMIT");
  error.outcome = Outcome::unknown;
  EXPECT_NE(shown(error).find("   outcome: unknown"), std::string::npos);
  error.outcome = Outcome::failed;
  EXPECT_EQ(shown(error).find("outcome"), std::string::npos);
}

TEST(ErrorText, AStatementOfOursIsShownByItsPosition) {
  Error error(ErrorCode::sql, "relation \"x\" does not exist");
  error.sql =
      SqlError{.message = error.message, .query = "SELECT 'é',\n  * FROM x", .position = 22};
  EXPECT_EQ(shown(error), "error: relation \"x\" does not exist\n"
                          "  --> statement:2:10\n"
                          "   |\n"
                          " 2 |   * FROM x\n"
                          "   |          ^\n");
}

TEST(ErrorText, TabsAreKeptSoThatTheCaretStandsRight) {
  EXPECT_EQ(excerpt(at("\tSET\tx = 1", 6, 1)).second, "\t   \t^");
}

TEST(ErrorText, WideCharactersPushTheCaretTwice) {
  EXPECT_EQ(excerpt(at("日本 é x", 6, 1)).second, "       ^");
  EXPECT_EQ(excerpt(at("a 日本 b", 3, 2)).second, "  ^^^^");
}

TEST(ErrorText, AColumnPastTheEndPointsBehindTheLine) {
  EXPECT_EQ(excerpt(at("abc", 4, 1)).second, "   ^");
  EXPECT_EQ(excerpt(at("abc", 99, 50)).second, "   ^");
  EXPECT_EQ(excerpt(at("abc", 2, 50)).second, " ^^");
}

TEST(ErrorText, ALineWithoutAColumnHasNoCaret) {
  Error error = at("SELECT 1;", 0, 1);
  EXPECT_EQ(shown(error), "error: wrong\n  --> m/7.sql:12\n    |\n 12 | SELECT 1;\n");
}

// At every column of a long line the carets stay below the same characters, whatever was cut.
TEST(ErrorText, ALongLineIsCutAroundThePlace) {
  std::string line;
  for (int i = 0; i < 100; ++i) line += std::to_string(1000 + i) + " ";
  for (const Style style : {Style{.animate = true, .width = 60}, Style{}}) {
    for (std::size_t column = 1; column + 4 <= line.size(); column += 5) {
      const auto [shown_line, carets] = excerpt(at(line, column, 4), style);
      EXPECT_LE(shown_line.size(), style.animate ? 53U : 153U);
      const auto first = carets.find('^');
      EXPECT_EQ(carets.substr(first), "^^^^");
      EXPECT_EQ(shown_line.substr(first, 4), line.substr(column - 1, 4));
    }
  }
}

TEST(ErrorText, AVeryNarrowTerminalStillShowsThePlace) {
  const auto [line, carets] =
      excerpt(at(std::string(100, 'a') + "X" + std::string(100, 'b'), 101, 1),
              {.animate = true, .width = 1});
  EXPECT_EQ(line[carets.find('^')], 'X');
}

TEST(ErrorText, TheCaretFollowsWhatAMaskedSecretMoved) {
  const auto [line, carets] =
      excerpt(at("CREATE ROLE a PASSWORD 'very long secret' LOGON;", 43, 5));
  EXPECT_EQ(line, "CREATE ROLE a PASSWORD '***' LOGON;");
  EXPECT_EQ(line.substr(carets.find('^'), 5), "LOGON");
}

TEST(ErrorText, EscapesOfTheServerAreShownNotSent) {
  Error error = at("SELECT '\x1b[2J'", 9, 1);
  error.message = "bad \x1b]0;title\x07 thing";
  error.hint = "\x9b"
               "31m";
  const std::string text = shown(error);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_FALSE(find_invalid_utf8(text));
}

TEST(ErrorText, ColourIsInLabelsOnly) {
  const std::string text =
      shown(Error(ErrorCode::io, "no space").with_next("df"), {.colour = true});
  EXPECT_EQ(text, "\x1b[1;31merror:\x1b[0m no space\n   \x1b[1mnext:\x1b[0m   df\n");
}

TEST(ErrorText, ASqlstateHasTheNameTheManualGivesIt) {
  const auto state_line = [](const std::string& sqlstate) {
    Error error(ErrorCode::sql, "m");
    error.sql = SqlError{.sqlstate = sqlstate, .message = "m"};
    return shown(error).substr(std::string("error: m\n").size());
  };
  EXPECT_EQ(state_line("01000"), "   SQLSTATE 01000 (warning)\n");
  EXPECT_EQ(state_line("08006"), "   SQLSTATE 08006 (connection_failure)\n");
  EXPECT_EQ(state_line("23505"), "   SQLSTATE 23505 (unique_violation)\n");
  EXPECT_EQ(state_line("55P03"), "   SQLSTATE 55P03 (lock_not_available)\n");
  EXPECT_EQ(state_line("XX001"), "   SQLSTATE XX001 (data_corrupted)\n");
  // A rare one has the name of its class.
  EXPECT_EQ(state_line("22ZZZ"), "   SQLSTATE 22ZZZ (data_exception)\n");
  EXPECT_EQ(state_line("ZZZZZ"), "   SQLSTATE ZZZZZ\n");
  EXPECT_EQ(state_line(""), "");
}

TEST(ErrorJson, HasEveryMember) {
  Error error = at("SELECT", 1, 6);
  error.sql = SqlError{.severity = "ERROR", .sqlstate = "42601", .message = "m", .position = 7};
  error.outcome = Outcome::unknown;
  error.notes = {"n"};
  const auto json = nlohmann::json::parse(error_json(error));
  EXPECT_EQ(json["code"], "source");
  EXPECT_EQ(json["exit_status"], 2);
  EXPECT_EQ(json["outcome"], "unknown");
  EXPECT_EQ(json["place"]["line"], 12);
  EXPECT_EQ(json["place"]["width"], 6);
  EXPECT_EQ(json["sql"]["position"], 7);
  EXPECT_FALSE(json["sql"].contains("detail"));
  EXPECT_EQ(json["notes"], nlohmann::json::array({"n"}));
  const auto bare = nlohmann::json::parse(error_json(Error(ErrorCode::io, "m")));
  EXPECT_TRUE(bare["place"].is_null());
  EXPECT_TRUE(bare["sql"].is_null());
  EXPECT_EQ(bare["outcome"], "failed");
}

TEST(ErrorJson, BytesThatAreNotUtf8DoNotThrow) {
  const auto json = nlohmann::json::parse(error_json(Error(ErrorCode::sql, "caf\xE9")));
  EXPECT_EQ(json["message"], "caf\xEF\xBF\xBD");
}
