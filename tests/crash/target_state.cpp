// Two ways to look at a schema: by pg_dump, and by the catalog for servers that pg_dump is too old
// for.
#include "target_state.hpp"

#include "slipway/os/process.hpp"
#include "slipway/test/test_server.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

namespace slipway::test {

namespace {

constexpr const char* k_ours =
    "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'slipway')";

// Columns by name, not by place: a column that was dropped and added again stands last.
std::string schema_query() {
  const std::string ours = k_ours;
  return "SELECT line FROM ("
         "SELECT 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || coalesce(c.reloptions::text, '') AS line "
         "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " +
         ours +
         " UNION ALL SELECT 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' "
         "|| a.attnotnull || ' ' || a.attidentity::text || a.attgenerated::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') "
         "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
         "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
         "WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p') AND " +
         ours +
         " UNION ALL SELECT 'constraint ' || k.conrelid::regclass || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid) || ' ' "
         "|| k.convalidated FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.conrelid <> 0 AND " +
         ours +
         " UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid || ' ' || i.indisready "
         "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " +
         ours +
         " UNION ALL SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
         "WHERE p.prokind <> 'a' AND " +
         ours +
         " UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
         "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND " +
         ours +
         " UNION ALL SELECT 'enum ' || t.typname || ' ' || (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e "
         "WHERE e.enumtypid = t.oid) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND " +
         ours + ") AS lines ORDER BY line COLLATE \"C\"";
}

std::string joined(pg::Session& session, const std::string& sql) {
  std::string text;
  for (const auto& row : rows(session, sql)) {
    for (const auto& cell : row) text += cell + " ";
    text += "\n";
  }
  return text;
}

std::string data_of(pg::Session& session) {
  const auto tables = rows(
      session,
      "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND " +
          std::string(k_ours) + " ORDER BY 1");
  std::string text;
  for (const auto& table : tables)
    text += table[0] + "\n" +
            joined(session, "SELECT to_jsonb(t)::text FROM " + table[0] + " AS t ORDER BY 1");
  return text;
}

std::string history_of(pg::Session& session) {
  if (value(session, "SELECT to_regclass('slipway.migration') IS NULL") == "t") return {};
  return joined(session,
                "SELECT version, name, state, checksum_bytes, up_text, down_text, irreversible "
                "FROM slipway.migration ORDER BY version");
}

pg::ServerPrograms newest_dump() {
  for (const auto& programs : pg::find_server_programs(""))
    if (std::filesystem::exists(programs.bin_folder + "/pg_dump")) return programs;
  return {};
}

std::string dump_of(const std::string& url) {
  os::Command command;
  command.arguments = {newest_dump().bin_folder + "/pg_dump",
                       "--schema-only",
                       "--exclude-schema=slipway",
                       "--no-owner",
                       "--dbname",
                       url};
  const auto finished = os::run(command, long_wait());
  if (!finished) throw std::runtime_error("pg_dump: " + finished.error().message);
  if (finished->exit_status != 0) throw std::runtime_error("pg_dump: " + finished->errors);
  // Some versions begin and end with a random word.
  std::istringstream lines(finished->output);
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("\\restrict", 0) != 0 && line.rfind("\\unrestrict", 0) != 0) kept += line + "\n";
  return kept;
}

std::multiset<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::multiset<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

std::vector<std::string> lines_without(const std::string& text, const std::string& others) {
  const auto all = lines_of(text);
  const auto known = lines_of(others);
  std::vector<std::string> rest;
  std::set_difference(all.begin(), all.end(), known.begin(), known.end(), std::back_inserter(rest));
  return rest;
}

} // namespace

bool has_pg_dump(int major_version) {
  return newest_dump().major_version >= major_version;
}

TargetState state_of(const std::string& url, WithDump with_dump) {
  auto session = connect(url);
  TargetState state{.schema = joined(session, schema_query()),
                    .dump = {},
                    .data = data_of(session),
                    .history = history_of(session)};
  if (with_dump == WithDump::yes && has_pg_dump(session.server_version() / 10'000))
    state.dump = dump_of(url);
  return state;
}

std::string difference(const TargetState& expected, const TargetState& actual) {
  std::string text;
  const auto compare = [&](const std::string& what, const std::string& a, const std::string& b) {
    if (a == b) return;
    const auto lacking = lines_without(a, b);
    const auto beyond = lines_without(b, a);
    text += "the " + what + " differs\n";
    for (const auto& line : lacking) text += "  lacks " + line + "\n";
    for (const auto& line : beyond) text += "  has   " + line + "\n";
  };
  compare("schema", expected.schema, actual.schema);
  if (!actual.dump.empty()) compare("pg_dump", expected.dump, actual.dump);
  compare("data", expected.data, actual.data);
  compare("history", expected.history, actual.history);
  return text;
}

std::string leftovers_in(pg::Session& session) {
  std::string text = joined(
      session,
      "SELECT 'INVALID index ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid OR NOT indisready "
      "UNION ALL SELECT 'leftover of REINDEX ' || oid::regclass FROM pg_class WHERE relname ~ '_cc(new|old)[0-9]*$' "
      "UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts WHERE database = current_database()");
  if (value(session, "SELECT to_regclass('slipway.run') IS NULL") == "t") return text;
  return text +
         joined(
             session,
             "SELECT 'run without an end ' || id FROM slipway.run WHERE outcome IS NULL "
             "UNION ALL SELECT 'half done ' || version FROM slipway.migration WHERE state <> 'applied' "
             "UNION ALL SELECT 'lease' FROM slipway.lease WHERE expires_at > clock_timestamp()");
}

} // namespace slipway::test
