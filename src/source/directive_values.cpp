// What each directive's value may be, and where the directive may stand.
#include "directive_values.hpp"

#include "reverse.hpp"

#include "slipway/base/duration.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace slipway::source {

namespace {

struct Form {
  DirectiveName name;
  std::string_view value; ///< as hints show it; empty: the directive takes none
};
constexpr std::array<Form, 13> k_forms{{
    {DirectiveName::up, ""},
    {DirectiveName::down, ""},
    {DirectiveName::verify, ""},
    {DirectiveName::irreversible, "REASON"},
    {DirectiveName::transaction, "on|off|auto"},
    {DirectiveName::lock_timeout, "2s"},
    {DirectiveName::statement_timeout, "5min"},
    {DirectiveName::allow, "HAZARD REASON"},
    {DirectiveName::phase, "expand|backfill|switch|contract"},
    {DirectiveName::change, "NAME"},
    {DirectiveName::backfill, "table=TABLE chunk=ROWS"},
    {DirectiveName::requires_version, "VERSION"},
    {DirectiveName::reverse, "TABLE.COLUMN = EXPRESSION"},
}};

std::string_view value_form(DirectiveName name) {
  return std::find_if(k_forms.begin(), k_forms.end(), [&](const Form& f) { return f.name == name; })
      ->value;
}

std::string written(DirectiveName name) {
  const auto form = value_form(name);
  return fmt::format("-- slipway:{}{}{}", directive_text(name), form.empty() ? "" : " ", form);
}

// One directive with its file, while its value is read.
struct Reading {
  const Directive& directive;
  const SourceText& file;

  std::string_view value() const { return directive.value_in(file.view()); }
  // Errors point at the value, or at the directive when there is none.
  tl::unexpected<Error> refuse(std::string message) const { return refuse(std::move(message), {}); }
  tl::unexpected<Error> refuse(std::string message, std::string hint) const {
    if (hint.empty()) hint = fmt::format("write `{}`", written(directive.name));
    return fail(
        Error(ErrorCode::source, fmt::format("{}: {}", directive_text(directive.name), message))
            .with_hint(std::move(hint))
            .with_place(
                file.place(directive.value.length == 0 ? directive.comment : directive.value)));
  }
};

Result<std::chrono::milliseconds> read_duration(const Reading& reading) {
  auto duration = parse_duration(reading.value());
  if (!duration) return reading.refuse(duration.error().message, duration.error().hint);
  return *duration;
}

Status read_lock_timeout(const Reading& reading, Migration& migration) {
  SLIPWAY_ASSIGN(migration.lock_timeout, read_duration(reading));
  if (migration.lock_timeout->count() == 0)
    return reading.refuse(
        "0 would mean to wait without limit, with the application queueing behind",
        "give a time, such as 10s");
  return {};
}

Status read_choice(const Reading& reading, Migration& migration) {
  const auto value = reading.value();
  if (reading.directive.name == DirectiveName::phase) {
    migration.phase = phase_from(value);
    if (!migration.phase) return reading.refuse(fmt::format("\"{}\" is not a phase", value));
    return {};
  }
  if (value == "on")
    migration.transaction = TransactionMode::on;
  else if (value == "off")
    migration.transaction = TransactionMode::off;
  else if (value == "auto")
    migration.transaction = TransactionMode::automatic;
  else
    return reading.refuse(fmt::format("\"{}\" is none of on, off and auto", value));
  return {};
}

Status read_allow(const Reading& reading, Migration& migration) {
  const auto words = split_words(reading.value());
  if (words.size() < 2)
    return reading.refuse("the reason is missing", "say why: `-- slipway:allow HAZARD REASON`");
  const std::string_view reason = trim(reading.value().substr(words.front().size()));
  migration.allows.push_back({std::string(words.front()), std::string(reason),
                              reading.file.position(reading.directive.comment.offset)});
  return {};
}

Status read_change(const Reading& reading, Migration& migration) {
  if (split_words(reading.value()).size() != 1)
    return reading.refuse("a change has one word as its name");
  migration.change = std::string(reading.value());
  return {};
}

Status read_backfill(const Reading& reading, Migration& migration) {
  const std::string_view first = split_words(reading.value()).front();
  const std::size_t equals = first.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return reading.refuse(fmt::format("\"{}\" is not of the form key=value", first));
  migration.backfill = std::string(reading.value());
  return {};
}

Status read_requires(const Reading& reading, Migration& migration) {
  for (const auto word : split_words(reading.value())) {
    const auto version = Version::parse(word);
    if (!version) return reading.refuse(version.error().message, version.error().hint);
    if (*version == migration.version)
      return reading.refuse("a migration cannot require itself",
                            "name the version of another migration");
    auto& all = migration.requires_versions;
    if (std::find(all.begin(), all.end(), *version) == all.end()) all.push_back(*version);
  }
  return {};
}

Status read_reverse_of(const Reading& reading, Migration& migration) {
  auto reverse = read_reverse(reading.value());
  if (!reverse) return reading.refuse(reverse.error().message, reverse.error().hint);
  const auto is_same = [&](const Reverse& one) {
    return one.table == reverse->table && one.column == reverse->column;
  };
  auto& all = migration.reverses;
  if (std::any_of(all.begin(), all.end(), is_same))
    return reading.refuse("the column has one already", "keep one of them");
  all.push_back(std::move(*reverse));
  return {};
}

bool may_repeat(DirectiveName name) {
  return name == DirectiveName::allow || name == DirectiveName::requires_version ||
         name == DirectiveName::reverse;
}

bool may_stand_in_down(DirectiveName name) {
  return opens_section(name) || name == DirectiveName::allow || name == DirectiveName::irreversible;
}

} // namespace

Status apply_directive(Migration& migration, const Directive& directive, const SourceText& file) {
  const Reading reading{directive, file};
  if (value_form(directive.name).empty() != reading.value().empty())
    return reading.refuse(reading.value().empty() ? "the value is missing" : "takes no value");
  switch (directive.name) {
  case DirectiveName::up:
  case DirectiveName::down:
  case DirectiveName::verify:
    return {};
  case DirectiveName::irreversible:
    migration.irreversible = std::string(reading.value());
    return {};
  case DirectiveName::transaction:
  case DirectiveName::phase:
    return read_choice(reading, migration);
  case DirectiveName::lock_timeout:
    return read_lock_timeout(reading, migration);
  case DirectiveName::statement_timeout: {
    SLIPWAY_ASSIGN(migration.statement_timeout, read_duration(reading));
    return {};
  }
  case DirectiveName::allow:
    return read_allow(reading, migration);
  case DirectiveName::change:
    return read_change(reading, migration);
  case DirectiveName::backfill:
    return read_backfill(reading, migration);
  case DirectiveName::requires_version:
    return read_requires(reading, migration);
  case DirectiveName::reverse:
    return read_reverse_of(reading, migration);
  }
  return {};
}

Status check_placement(const std::vector<Directive>& directives, const SourceText& file) {
  DirectiveName section = DirectiveName::up;
  for (auto it = directives.begin(); it != directives.end(); ++it) {
    const auto same = [&](const Directive& other) { return other.name == it->name; };
    const auto first = std::find_if(directives.begin(), it, same);
    if (first != it && !may_repeat(it->name))
      return fail(Error(ErrorCode::source,
                        fmt::format("{} stands twice; first on line {}", directive_text(it->name),
                                    file.position(first->comment.offset).line))
                      .with_hint("keep one of them")
                      .with_place(file.place(it->comment)));
    if (opens_section(it->name)) section = it->name;
    if (section != DirectiveName::up && !may_stand_in_down(it->name))
      return fail(
          Error(ErrorCode::source, fmt::format("{} cannot stand in the {} section",
                                               directive_text(it->name), directive_text(section)))
              .with_hint("it holds for the whole file: move it above `-- slipway:up`")
              .with_place(file.place(it->comment)));
  }
  return {};
}

} // namespace slipway::source
