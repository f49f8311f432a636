#include "slipway/sql/script.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace slipway::sql {
namespace {

// Pieces that leave a script whole, so that long scripts of them get split.
const std::vector<std::string> k_whole = {"SELECT ",
                                          "1 ",
                                          "a$b ",
                                          "(",
                                          ")",
                                          ";",
                                          ";",
                                          ";\n",
                                          " ",
                                          "\n",
                                          "\r\n",
                                          "\r",
                                          "\t",
                                          "'x'",
                                          "'it''s;'",
                                          "E'\\';'",
                                          "e'\\\\'",
                                          "\"q\"",
                                          "\";\"",
                                          "$$;$$ ",
                                          "$f$;$f$ ",
                                          "$1 ",
                                          "-- c;\n",
                                          "/* ; */",
                                          "/*/**/*/",
                                          "- ",
                                          "+",
                                          "/ ",
                                          "* ",
                                          "CREATE ",
                                          "OR ",
                                          "REPLACE ",
                                          "FUNCTION ",
                                          "CASE ",
                                          " END ",
                                          " AS ",
                                          ".",
                                          ",",
                                          ":",
                                          "::",
                                          "COPY ",
                                          "t ",
                                          "TO ",
                                          "\\;",
                                          "U&'a'",
                                          "U&\"a\"",
                                          "é ",
                                          "1e5 ",
                                          ".5 ",
                                          "B'1'",
                                          "N'n'",
                                          "[1:2]",
                                          "-- \xEF\xBB\xBF\n"};

// Pieces that a script of them mostly fails by.
const std::vector<std::string> k_breaking = {"'",
                                             "\"",
                                             "$$",
                                             "$f$",
                                             "$",
                                             "--",
                                             "/*",
                                             "*/",
                                             "\\",
                                             "\\.",
                                             "\n\\.\n",
                                             "BEGIN ",
                                             "ATOMIC ",
                                             " FROM STDIN",
                                             "SET standard_conforming_strings=off;",
                                             "\xEF\xBB\xBF",
                                             "\xC3",
                                             std::string(1, '\0'),
                                             "\\restrict x\n",
                                             "1e"};

rc::Gen<std::string> joined(const std::vector<std::string>& pieces) {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                      [](const std::vector<std::string>& chosen) {
                        std::string soup;
                        for (const auto& piece : chosen) soup += piece;
                        return soup;
                      });
}

rc::Gen<std::string> whole_soup() {
  return joined(k_whole);
}

rc::Gen<std::string> token_soup() {
  std::vector<std::string> all = k_whole;
  all.insert(all.end(), k_breaking.begin(), k_breaking.end());
  return joined(all);
}

// Both kinds, for promises about scripts that are not refused.
rc::Gen<std::string> any_soup() {
  return rc::gen::oneOf(whole_soup(), whole_soup(), token_soup());
}

bool is_space(char c) {
  return std::string_view(" \t\n\r\f\v").find(c) != std::string_view::npos;
}

RC_GTEST_PROP(SplitProperty, SpansAreOrderedDisjointAndTight, ()) {
  const std::string script = *any_soup();
  const auto parts = split(script, "a.sql");
  RC_PRE(parts.has_value());
  std::vector<Span> spans;
  const LineIndex lines(script);
  std::size_t end = 0;
  for (const auto& statement : parts->statements) {
    RC_ASSERT(statement.span.length > 0U);
    RC_ASSERT(statement.span.offset >= end);
    end = statement.span.end();
    RC_ASSERT(end <= script.size());
    const std::string_view text = statement.text(script);
    RC_ASSERT(!is_space(text.front()) && !is_space(text.back()));
    RC_ASSERT(!text.starts_with("--") && !text.starts_with("/*"));
    RC_ASSERT(statement.position == lines.position(script, statement.span.offset));
    spans.push_back(statement.span);
    if (statement.copy_data) spans.push_back(*statement.copy_data);
  }
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.offset < b.offset; });
  for (std::size_t i = 1; i < spans.size(); ++i) RC_ASSERT(spans[i - 1].end() <= spans[i].offset);
  for (const auto& comment : parts->comments) {
    RC_ASSERT(std::string_view(script).substr(comment.span.offset).starts_with("--"));
    RC_ASSERT(comment.position == lines.position(script, comment.span.offset));
  }
}

// What lies between statements holds no statement of its own, so nothing of the script is lost or
// run twice.
RC_GTEST_PROP(SplitProperty, NothingButSpaceCommentsAndSemicolonsIsLeftOut, ()) {
  const std::string script = *any_soup();
  const auto parts = split(script, "a.sql");
  RC_PRE(parts.has_value());
  const bool has_copy =
      std::any_of(parts->statements.begin(), parts->statements.end(),
                  [](const Statement& statement) { return statement.copy_data.has_value(); });
  RC_PRE(!has_copy);
  std::size_t at = 0;
  std::string joined;
  for (std::size_t i = 0; i <= parts->statements.size(); ++i) {
    const std::size_t next =
        i < parts->statements.size() ? parts->statements[i].span.offset : script.size();
    const std::string gap = script.substr(at, next - at);
    const auto rest = split(gap, "gap.sql");
    RC_ASSERT(rest.has_value());
    RC_ASSERT(rest->statements.empty());
    joined += gap;
    if (i == parts->statements.size()) break;
    joined += parts->statements[i].text(script);
    at = parts->statements[i].span.end();
  }
  RC_ASSERT(joined == script);
}

RC_GTEST_PROP(SplitProperty, AStatementByItselfIsOneStatement, ()) {
  const std::string script = *any_soup();
  const auto parts = split(script, "a.sql");
  RC_PRE(parts.has_value());
  RC_PRE(script.find("standard_conforming_strings") == std::string::npos);
  for (const auto& statement : parts->statements) {
    if (statement.copy_data) continue;
    const std::string text(statement.text(script));
    const auto again = split(text, "again.sql");
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->statements.size() == 1U);
    RC_ASSERT(again->statements[0].text(text) == text);
  }
}

RC_GTEST_PROP(SplitProperty, AScriptOfWholePiecesIsNotRefused, ()) {
  const std::string script = *whole_soup();
  const auto parts = split(script, "a.sql");
  // A backslash inside parentheses is the one thing these pieces can add up to.
  if (!parts) RC_ASSERT(parts.error().message == "a backslash means nothing here");
}

RC_GTEST_PROP(SplitProperty, AnyBytesAreSplitOrRefusedWithAPlace, (const std::string& bytes)) {
  const auto parts = split(bytes, "a.sql");
  if (!parts) RC_ASSERT(parts.error().place.has_value());
}

RC_GTEST_PROP(SplitProperty, AnySoupIsSplitOrRefusedWithAPlace, ()) {
  const std::string script = *token_soup();
  const auto parts = split(script, "a.sql");
  if (!parts) RC_ASSERT(parts.error().place.has_value());
}

} // namespace
} // namespace slipway::sql
