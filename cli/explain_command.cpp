// slipway explain
#include "result_output.hpp"
#include "standard_input.hpp"
#include "text_table.hpp"

#include "slipway/sql/facts.hpp"
#include "slipway/sql/script.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

using Json = nlohmann::ordered_json;

// A script with what is known of each of its statements; the vectors run in step.
struct Explained {
  std::string file;
  std::string text;
  sql::Script script;
  std::vector<sql::StatementFacts> facts;
  std::vector<std::string> sections; ///< "up", "down", "verify"; empty in a plain script
};

std::string relation_name(const QualifiedName& name) {
  return name.schema.empty() ? name.name : name.schema + "." + name.name;
}

// The section a directive comment opens, or empty when the comment opens none.
std::string_view section_opened(std::string_view comment) {
  constexpr std::string_view k_prefix = "slipway:";
  const std::string_view words = trim(comment.substr(std::min<std::size_t>(2, comment.size())));
  if (words.substr(0, k_prefix.size()) != k_prefix) return {};
  const std::string_view directive = words.substr(k_prefix.size());
  for (const std::string_view name : {"up", "down", "verify"})
    if (directive == name) return name;
  return {};
}

std::vector<std::string> sections_of(const sql::Script& script, std::string_view text) {
  std::vector<std::string> sections;
  std::string current;
  auto comment = script.comments.begin();
  for (const sql::Statement& statement : script.statements) {
    for (; comment != script.comments.end() && comment->span.offset < statement.span.offset;
         ++comment) {
      if (!comment->starts_line) continue;
      const auto opened = section_opened(text.substr(comment->span.offset, comment->span.length));
      if (!opened.empty()) current = opened;
    }
    sections.push_back(current);
  }
  return sections;
}

Result<Explained> explain(Invocation& invocation, const std::string& file) {
  Explained explained;
  explained.file = file;
  if (file == "-") {
    SLIPWAY_ASSIGN(explained.text, read_standard_input(invocation.stop));
  } else {
    SLIPWAY_ASSIGN(explained.text, invocation.files.read(file));
  }
  SLIPWAY_ASSIGN(explained.script,
                 sql::split(explained.text, file == "-" ? "standard input" : file));
  std::vector<std::string_view> statements;
  for (const sql::Statement& statement : explained.script.statements)
    statements.push_back(statement.text(explained.text));
  explained.facts = sql::analyse(statements);
  explained.sections = sections_of(explained.script, explained.text);
  return explained;
}

std::string_view safety_name(sql::TransactionSafety safety) {
  switch (safety) {
  case sql::TransactionSafety::safe:
    return "safe";
  case sql::TransactionSafety::unsafe:
    return "unsafe";
  case sql::TransactionSafety::control:
    return "control";
  case sql::TransactionSafety::unknown:
    return "unknown";
  }
  return "unknown";
}

bool runs_in_transaction(const sql::StatementFacts& facts) {
  return facts.transaction_safety != sql::TransactionSafety::unsafe &&
         facts.transaction_safety != sql::TransactionSafety::control;
}

std::string_view action_name(sql::Action action) {
  switch (action) {
  case sql::Action::create:
    return "create";
  case sql::Action::alter:
    return "alter";
  case sql::Action::drop:
    return "drop";
  case sql::Action::read:
    return "read";
  case sql::Action::write:
    return "write";
  case sql::Action::other:
    return "other";
  }
  return "other";
}

Json locks_json(const sql::StatementFacts& facts) {
  Json locks = Json::array();
  for (const sql::RelationLock& lock : facts.locks)
    locks.push_back(
        {{"relation", relation_name(lock.relation)}, {"mode", sql::lock_mode_name(lock.mode)}});
  return locks;
}

Json objects_json(const sql::StatementFacts& facts) {
  Json objects = Json::array();
  for (const sql::ObjectTouched& object : facts.objects)
    objects.push_back({{"kind", object.kind},
                       {"name", relation_name(object.name)},
                       {"action", action_name(object.action)}});
  return objects;
}

Json statement_json(const Explained& explained, std::size_t i) {
  const sql::Statement& statement = explained.script.statements[i];
  const sql::StatementFacts& facts = explained.facts[i];
  const std::string& section = explained.sections[i];
  return {{"offset", statement.span.offset},
          {"length", statement.span.length},
          {"line", statement.position.line},
          {"column", statement.position.column},
          {"section", section.empty() ? Json() : Json(section)},
          {"sql", statement.text(explained.text)},
          {"kind", facts.kind},
          {"transaction_safe", runs_in_transaction(facts)},
          {"transaction", safety_name(facts.transaction_safety)},
          {"unsafe_why", facts.unsafe_why},
          {"parsed", facts.parsed},
          {"unparsed_why", facts.unparsed_why},
          {"locks", locks_json(facts)},
          {"objects", objects_json(facts)},
          {"changes_session", facts.changes_session},
          {"schema_change", facts.is_schema_change},
          {"data_change", facts.is_data_change},
          {"copy_data", statement.copy_data ? Json{{"offset", statement.copy_data->offset},
                                                   {"length", statement.copy_data->length}}
                                            : Json()}};
}

void print_as_json(const Explained& explained, observe::Output& out) {
  Json statements = Json::array();
  for (std::size_t i = 0; i < explained.facts.size(); ++i)
    statements.push_back(statement_json(explained, i));
  print_json(out, {{"file", explained.file}, {"statements", statements}});
}

std::string_view transaction_cell(sql::TransactionSafety safety) {
  switch (safety) {
  case sql::TransactionSafety::safe:
    return "yes";
  case sql::TransactionSafety::unsafe:
    return "no";
  case sql::TransactionSafety::control:
    return "begins or ends one";
  case sql::TransactionSafety::unknown:
    return "unknown";
  }
  return "unknown";
}

std::vector<std::string> lock_cells(const sql::StatementFacts& facts) {
  std::vector<std::string> cells;
  for (const sql::RelationLock& lock : facts.locks)
    cells.push_back(
        fmt::format("{} on {}", sql::lock_mode_name(lock.mode), relation_name(lock.relation)));
  // Without a tree nothing is known of locks, and an empty cell would say that there are none.
  if (cells.empty()) cells.emplace_back(facts.parsed ? "-" : "unknown");
  return cells;
}

void print_as_text(const Explained& explained, observe::Output& out) {
  const std::size_t count = explained.facts.size();
  out.line(out.paint(observe::Role::bold, fmt::format("{}: {} statement{}", explained.file, count,
                                                      count == 1 ? "" : "s")));
  if (count == 0) return;
  TextTable table({"#", "at", "section", "in a transaction", "locks", "statement"});
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < count; ++i) {
    const sql::Statement& statement = explained.script.statements[i];
    const sql::StatementFacts& facts = explained.facts[i];
    const std::string place =
        fmt::format("{}:{}", statement.position.line, statement.position.column);
    const auto locks = lock_cells(facts);
    table.add_row({std::to_string(i + 1), place,
                   explained.sections[i].empty() ? "-" : explained.sections[i],
                   std::string(transaction_cell(facts.transaction_safety)), locks.front(),
                   one_line(statement.text(explained.text))});
    for (std::size_t k = 1; k < locks.size(); ++k) table.add_row({"", "", "", "", locks[k], ""});
    if (!facts.unsafe_why.empty())
      notes.push_back(fmt::format("{} at {}: {}", i + 1, place, facts.unsafe_why));
    if (!facts.parsed)
      notes.push_back(fmt::format("{} at {} is not understood, so its locks are unknown: {}", i + 1,
                                  place, observe::printable(facts.unparsed_why)));
  }
  out.write(table.text(out));
  if (!notes.empty()) out.line("");
  for (const std::string& note : notes) out.line(note);
}

} // namespace

Command explain_command() {
  Command command;
  command.name = "explain";
  command.summary = "show each statement of a file, its locks, and if a transaction can hold it";
  command.description =
      "Reads any SQL file, a migration or not, and needs no database. For each statement it tells the place, whether the "
      "server lets it run inside a transaction, and the strongest lock it takes on each table its text names.\n\n"
      "The text is all it sees: locks on partitions, on tables behind a view and on the partner of a foreign key that is "
      "not named are not listed. What the grammar of PostgreSQL 15 does not know is said to be not understood.";
  command.group = "Look";
  command.needs = Needs::nothing;
  command.examples = {
      {"slipway explain migrations/20261120103000_add_orders_user_id.sql", "a migration"},
      {"pg_dump --schema-only app | slipway explain -", "whatever comes on standard input"},
      {"slipway explain --json change.sql", "for a program"}};
  command.configure = [](CLI::App& app) -> Run {
    auto file = std::make_shared<std::string>();
    app.add_option("FILE", *file, "The SQL file; - is standard input")->required();
    return [file](Invocation& invocation) -> Result<int> {
      SLIPWAY_ASSIGN(const Explained explained, explain(invocation, *file));
      if (invocation.format == Format::json)
        print_as_json(explained, invocation.out);
      else
        print_as_text(explained, invocation.out);
      return 0;
    };
  };
  return command;
}

} // namespace slipway::cli
