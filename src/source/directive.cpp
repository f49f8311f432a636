// Recognises directive comments. Decides what counts as one: a comment that begins with "slipway:",
// in whatever case and with blanks about the colon, so that a slip of the keyboard is an error and
// never silently a remark.
#include "directive.hpp"

#include "slipway/sql/facts.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

namespace slipway::source {

namespace {

constexpr std::string_view k_blank = " \t\f\v";
constexpr std::string_view k_prefix = "slipway";

struct Known {
  DirectiveName name;
  std::string_view text;
};
constexpr std::array<Known, 13> k_known{{
    {DirectiveName::up, "up"},
    {DirectiveName::down, "down"},
    {DirectiveName::verify, "verify"},
    {DirectiveName::irreversible, "irreversible"},
    {DirectiveName::transaction, "transaction"},
    {DirectiveName::lock_timeout, "lock-timeout"},
    {DirectiveName::statement_timeout, "statement-timeout"},
    {DirectiveName::allow, "allow"},
    {DirectiveName::phase, "phase"},
    {DirectiveName::change, "change"},
    {DirectiveName::backfill, "backfill"},
    {DirectiveName::requires_version, "requires"},
    {DirectiveName::reverse, "reverse"},
}};

// A comment that means to be a directive, before its name is known.
struct Candidate {
  Span comment;
  Span name;
  Span value;
  bool prefix_is_exact;
};

std::size_t skip_blanks(std::string_view text, std::size_t from) {
  return std::min(text.find_first_not_of(k_blank, from), text.size());
}

std::optional<Candidate> candidate(std::string_view text, Span comment) {
  const std::string_view line = text.substr(comment.offset, comment.length);
  const std::size_t prefix = skip_blanks(line, 2);
  const std::string_view word = line.substr(prefix, k_prefix.size());
  if (to_lower_ascii(word) != k_prefix) return std::nullopt;
  const std::size_t colon = skip_blanks(line, prefix + k_prefix.size());
  if (colon == line.size() || line[colon] != ':') return std::nullopt;
  const std::size_t last = line.find_last_not_of(" \t\f\v\r\n");
  const std::size_t name = std::min(skip_blanks(line, colon + 1), last + 1);
  const std::size_t name_end = std::min(line.find_first_of(k_blank, name), last + 1);
  const std::size_t value = std::min(skip_blanks(line, name_end), last + 1);
  const auto span = [&](std::size_t from, std::size_t to) {
    return Span{comment.offset + from, to - from};
  };
  return Candidate{span(0, last + 1), span(name, name_end), span(value, last + 1),
                   word == k_prefix};
}

const sql::Statement* statement_around(const sql::Script& script, std::size_t offset) {
  const auto after =
      std::upper_bound(script.statements.begin(), script.statements.end(), offset,
                       [](std::size_t at, const sql::Statement& s) { return at < s.span.offset; });
  if (after == script.statements.begin()) return nullptr;
  const sql::Statement& statement = *std::prev(after);
  return offset < statement.span.end() ? &statement : nullptr;
}

Error unknown(const SourceText& file, const Candidate& found) {
  const std::string_view name = file.view().substr(found.name.offset, found.name.length);
  if (name.empty())
    return Error(ErrorCode::source, "a directive needs a name after \"slipway:\"")
        .with_place(file.place(found.comment));
  std::vector<std::string> names;
  for (const auto& known : k_known) names.emplace_back(known.text);
  Error error(ErrorCode::source, fmt::format("unknown directive \"{}\"", name));
  const auto meant = nearest(to_lower_ascii(name), names);
  error.hint = meant ? fmt::format("did you mean `-- slipway:{}`?", *meant)
                     : fmt::format("the directives are {}", fmt::join(names, ", "));
  return std::move(error).with_place(file.place(found.name));
}

// Before a section that begins inside a statement, a semicolon is missing. It is not missed when
// what stands before is a whole statement; anything else must be an error, or half a statement
// would run.
Status check_section_start(const SourceText& file, const sql::Statement& statement,
                           const Directive& directive) {
  const std::size_t begin = statement.span.offset;
  const auto facts = sql::analyse({file.view().substr(begin, directive.comment.offset - begin)});
  if (facts.front().parsed) return {};
  return fail(Error(ErrorCode::source,
                    fmt::format("the section {} begins inside the statement of line {}",
                                directive_text(directive.name), file.position(begin).line))
                  .with_hint("end the statement with a semicolon, or take the directive out of it")
                  .with_place(file.place(directive.comment)));
}

Result<Directive> named(const SourceText& file, const Candidate& found) {
  const std::string_view name = file.view().substr(found.name.offset, found.name.length);
  for (const auto& known : k_known)
    if (found.prefix_is_exact && known.text == name)
      return Directive{known.name, found.comment, found.value};
  if (!found.prefix_is_exact)
    return fail(Error(ErrorCode::source, "\"slipway:\" is written in small letters")
                    .with_hint("write `-- slipway:NAME`")
                    .with_place(file.place(found.comment)));
  return fail(unknown(file, found));
}

} // namespace

std::string_view directive_text(DirectiveName name) {
  return std::find_if(k_known.begin(), k_known.end(),
                      [&](const Known& k) { return k.name == name; })
      ->text;
}

bool opens_section(DirectiveName name) {
  return name == DirectiveName::up || name == DirectiveName::down || name == DirectiveName::verify;
}

Result<std::vector<Directive>> find_directives(const SourceText& file, const sql::Script& script) {
  std::vector<Directive> directives;
  for (const auto& comment : script.comments) {
    const auto found = candidate(file.view(), comment.span);
    if (!found) continue;
    const sql::Statement* around = statement_around(script, found->comment.offset);
    SLIPWAY_ASSIGN(const Directive directive, named(file, *found));
    if (!comment.starts_line)
      return fail(Error(ErrorCode::source, "a directive stands on a line of its own")
                      .with_hint("move it to the line above the statement")
                      .with_place(file.place(found->comment)));
    if (around != nullptr && opens_section(directive.name))
      SLIPWAY_TRY(check_section_start(file, *around, directive));
    directives.push_back(directive);
  }
  return directives;
}

} // namespace slipway::source
