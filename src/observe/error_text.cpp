// An error for people, in the order a person needs it: what and where at the top, what to do last,
// next to the prompt.
#include "source_excerpt.hpp"
#include "sqlstate_names.hpp"

#include "slipway/base/text.hpp"
#include "slipway/observe/sinks.hpp"

#include <fmt/format.h>

namespace slipway::observe {

namespace {

constexpr std::string_view k_indent = "   ";
constexpr std::size_t k_label_width = 8;

// "   label:  text", with further lines of the text below its first.
class Details {
public:
  explicit Details(const Output& output) : output_(output) {}

  void add(std::string_view label, std::string_view value, Role role = Role::plain) {
    const std::string safe = printable(output_.masked(trim(value)));
    if (safe.empty()) return;
    const std::string name = label.empty() ? std::string() : fmt::format("{}:", label);
    text_ += fmt::format(
        "{}{}{}", k_indent, output_.paint(role, name),
        std::string(name.empty() ? 0 : std::max(k_label_width, name.size() + 1) - name.size(),
                    ' '));
    for (const char c : safe) {
      text_ += c;
      if (c == '\n') text_.append(k_indent.size() + k_label_width, ' ');
    }
    text_ += '\n';
  }

  std::string take() { return std::move(text_); }

private:
  const Output& output_;
  std::string text_;
};

std::string sqlstate_line(const SqlError& sql) {
  if (sql.sqlstate.empty()) return {};
  const std::string_view name = sqlstate_name(sql.sqlstate);
  return name.empty() ? fmt::format("SQLSTATE {}", sql.sqlstate)
                      : fmt::format("SQLSTATE {} ({})", sql.sqlstate, name);
}

// The statement itself, when no file is known that it came from.
std::optional<Place> place_in_query(const SqlError& sql) {
  if (!sql.position || *sql.position == 0 || sql.query.empty()) return std::nullopt;
  const LineIndex index(sql.query);
  const std::size_t offset = byte_of_code_point(sql.query, *sql.position - 1);
  const Position position = index.position(sql.query, offset);
  return Place{.file = "statement",
               .line = position.line,
               .column = position.column,
               .source_line = std::string(index.line_at(sql.query, offset))};
}

void add_sql(Details& details, const Error& error) {
  if (!error.sql) return;
  const SqlError& sql = *error.sql;
  details.add("", sqlstate_line(sql));
  if (error.message.find(sql.message) == std::string::npos) details.add("server", sql.message);
  details.add("detail", sql.detail);
  if (!sql.constraint.empty() && error.message.find(sql.constraint) == std::string::npos)
    details.add("by", "constraint " + sql.constraint);
  details.add("where", sql.context);
  if (sql.hint != error.hint) details.add("hint", sql.hint);
}

} // namespace

std::string error_text(const Error& error, const Output& output) {
  std::string text = output.paint(Role::error, "error:") + " ";
  Details message(output);
  message.add("", error.message.empty() ? error_code_name(error.code)
                                        : std::string_view(error.message));
  text += message.take().substr(k_indent.size());
  std::optional<Place> place = error.place;
  if (!place && error.sql) place = place_in_query(*error.sql);
  if (place) text += source_excerpt(*place, output);
  Details details(output);
  add_sql(details, error);
  for (const auto& note : error.notes) details.add("note", note);
  details.add("hint", error.hint);
  if (error.outcome == Outcome::unknown)
    details.add("outcome", "unknown: it may have taken effect; look before anything is run again",
                Role::warning);
  details.add("state", error.database_state, Role::bold);
  details.add("next", error.next_command, Role::bold);
  return text + details.take();
}

} // namespace slipway::observe
