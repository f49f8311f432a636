// Quoting is what keeps names and values from becoming statements. The reader below follows
// PostgreSQL's lexer.
#include "slipway/base/sql_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <optional>

using namespace slipway;

namespace {

// Takes a quoted token apart as the server would; nothing when it ends early or goes on after its
// end.
std::optional<std::string> unquoted(std::string_view text, char quote, bool backslash) {
  if (text.empty() || text.front() != quote) return std::nullopt;
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (backslash && text[i] == '\\') {
      if (++i == text.size()) return std::nullopt;
    } else if (text[i] == quote) {
      if (i + 1 == text.size()) return value;
      if (text[++i] != quote) return std::nullopt;
    }
    value += text[i];
  }
  return std::nullopt;
}

rc::Gen<std::string> awkward() {
  return rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab'\"\\;-$ \n/*E")));
}

} // namespace

TEST(Quoting, IdentifiersAreAlwaysInDoubleQuotes) {
  EXPECT_EQ(quote_identifier("orders"), "\"orders\"");
  EXPECT_EQ(quote_identifier("My \"Table\""), "\"My \"\"Table\"\"\"");
  EXPECT_EQ(quote_identifier("a\\b'c"), "\"a\\b'c\"");
}

TEST(Quoting, LiteralsAreSafeUnderEitherSettingOfStandardConformingStrings) {
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal(""), "''");
  // The space keeps a word before it from becoming part of the E.
  EXPECT_EQ(quote_literal("a\\'b"), " E'a\\\\''b'");
}

TEST(Quoting, AQualifiedNameWithoutASchemaIsJustItsName) {
  EXPECT_EQ((QualifiedName{"shop", "orders"}).quoted(), "\"shop\".\"orders\"");
  EXPECT_EQ((QualifiedName{"", "orders"}).quoted(), "\"orders\"");
  EXPECT_LT((QualifiedName{"a", "z"}), (QualifiedName{"b", "a"}));
}

RC_GTEST_PROP(QuotingProperty, AnIdentifierComesBackWhole, ()) {
  const std::string name = *awkward();
  RC_ASSERT(unquoted(quote_identifier(name), '"', false) == name);
}

RC_GTEST_PROP(QuotingProperty, ALiteralComesBackWhole, ()) {
  const std::string value = *awkward();
  const std::string quoted = quote_literal(value);
  if (quoted.starts_with(" E"))
    RC_ASSERT(unquoted(std::string_view(quoted).substr(2), '\'', true) == value);
  else {
    RC_ASSERT(unquoted(quoted, '\'', false) == value);
    RC_ASSERT(unquoted(quoted, '\'', true) == value);
  }
}
