#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::inspect {

/// The fields of one row in COPY's text format.
/// https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
class CopiedRow {
public:
  /// Takes a line without its end. The views that it gives live until the next call.
  void parse(std::string_view line);

  std::size_t size() const { return fields_.size(); }
  bool is_null(std::size_t field) const { return !fields_[field].has_value(); }
  /// The text; empty for NULL.
  std::string_view text(std::size_t field) const { return fields_[field].value_or(""); }
  std::optional<std::string_view> get(std::size_t field) const { return fields_[field]; }
  /// For booleans as PostgreSQL writes them: t or f. NULL is no.
  bool yes(std::size_t field) const { return text(field) == "t"; }
  /// For integers; NULL is 0.
  std::int64_t number(std::size_t field) const;
  std::uint32_t oid(std::size_t field) const;
  /// The elements of a one-dimensional array of text as the server writes it: {a,"b c",NULL}; NULL
  /// elements are left out.
  std::vector<std::string> array(std::size_t field) const;

private:
  std::vector<std::optional<std::string_view>> fields_;
  std::string unescaped_;
};

} // namespace slipway::inspect
