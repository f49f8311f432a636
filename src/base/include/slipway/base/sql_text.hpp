#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace slipway {

/// Text that may be sent to a server as SQL: a slice of a migration file, or a literal of ours.
/// Nothing takes a plain string as SQL, so text from elsewhere must pass through quote_identifier
/// or quote_literal or a bound parameter.
class SqlText {
public:
  explicit SqlText(std::string text) : text_(std::move(text)) {}
  const std::string& str() const { return text_; }

private:
  std::string text_;
};

/// The one function that quotes identifiers: always in double quotes, inner quotes doubled.
/// Precondition: no NUL byte, which no PostgreSQL identifier can hold.
std::string quote_identifier(std::string_view name);

/// A string literal safe under either setting of standard_conforming_strings (E'' form when it has
/// a backslash).
std::string quote_literal(std::string_view value);

/// A relation or other object by schema and name, both unquoted. An empty schema means "as
/// search_path resolves it".
struct QualifiedName {
  std::string schema;
  std::string name;
  auto operator<=>(const QualifiedName&) const = default;
  std::string quoted() const;
};

} // namespace slipway
