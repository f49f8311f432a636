// Where the schemas come from, and how they get into a database: by psql, as their makers do it.
#include "corpus.hpp"

#include "slipway/inspect/read.hpp"
#include "slipway/os/process.hpp"
#include "slipway/rehearse/dump_program.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/test/test_data.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace slipway::test {

namespace {

[[noreturn]] void give_up(const std::string& doing, const Error& error) {
  std::string text = doing + ": " + error.message;
  if (error.sql) text += ": " + error.sql->message;
  for (const auto& note : error.notes) text += "\n  " + note;
  throw std::runtime_error(text);
}

template<class T>
T or_throw(Result<T> result, const std::string& doing) {
  if (!result) give_up(doing, result.error());
  return std::move(*result);
}

struct Loaded {
  std::string database;
  schema::Schema schema;
};

std::map<std::string, std::unique_ptr<Loaded>>& loaded() {
  static std::map<std::string, std::unique_ptr<Loaded>> all;
  return all;
}

std::string file_of(const std::string& name) {
  const char* const folder = std::getenv("SLIPWAY_TEST_SCHEMAS");
  const std::string wanted = folder == nullptr ? "" : folder;
  if (wanted.empty() || !std::filesystem::exists(wanted + "/" + name + ".sql"))
    throw std::runtime_error(
        "the schema " + name + " is not in \"" + wanted +
        "\": run scripts/test, or configure with "
        "-DSLIPWAY_TEST_SCHEMAS=$(scripts/fetch-test-schemas), or with =none to do without");
  return wanted + "/" + name + ".sql";
}

std::string pg_dump_of(const pg::Cluster& cluster) {
  const auto program = rehearse::find_pg_dump(cluster, long_wait());
  if (!program) throw std::runtime_error("there is no pg_dump for this server");
  return *program;
}

/// What the forms of changes count on.
void make_surroundings() {
  pg::Session session = connect(TestServer::instance().cluster().connection_string());
  if (value(session, "SELECT count(*) FROM pg_roles WHERE rolname = 'slipway_a'") != "0") return;
  exec(session, "CREATE ROLE slipway_a");
  exec(session, "CREATE ROLE slipway_b");
  exec(session, "SET allow_in_place_tablespaces = on");
  exec(session, "CREATE TABLESPACE slipway_space LOCATION ''");
}

} // namespace

std::vector<std::string> corpus_names() {
  std::vector<std::string> names;
  std::istringstream rows(read_file(project_path("scripts/test-schemas.txt")));
  for (std::string row; std::getline(rows, row);)
    if (!row.empty() && row[0] != '#') names.push_back(row.substr(0, row.find(' ')));
  return names;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::uint64_t seed_of(const std::string& name) {
  const auto names = corpus_names();
  const auto place = std::find(names.begin(), names.end(), name) - names.begin();
  return number_from("CORPUS_SEED", 1 + static_cast<std::uint64_t>(place));
}

void CorpusTest::SetUp() {
  auto& one = loaded()[GetParam()];
  if (one) return;
  const std::string script = read_file(file_of(GetParam()));
  make_surroundings();
  const std::string name = "corpus_" + GetParam();
  if (const auto made = cluster().create_database(name, "template0", long_wait()); !made)
    give_up("create database " + name, made.error());
  run_psql(name, script);
  one = std::make_unique<Loaded>(Loaded{name, read(name)});
}

const std::string& CorpusTest::database() const {
  return loaded().at(GetParam())->database;
}

const schema::Schema& CorpusTest::schema() const {
  return loaded().at(GetParam())->schema;
}

pg::Session CorpusTest::session_in(const std::string& database) {
  return or_throw(rehearse::open_in(cluster(), database, long_wait()), "connect to " + database);
}

schema::Schema CorpusTest::read(const std::string& database) {
  auto session = session_in(database);
  return read(session);
}

schema::Schema CorpusTest::read(pg::Session& session) {
  inspect::Scope scope;
  scope.dependencies = true;
  return or_throw(inspect::read_schema(session, scope, long_wait()), "read");
}

std::string CorpusTest::dump(const std::string& database) {
  return or_throw(
      rehearse::dump_schema(pg_dump_of(cluster()), cluster(), database, {}, long_wait()),
      "pg_dump");
}

void CorpusTest::run_psql(const std::string& database, const std::string& script) {
  os::Command command;
  const std::filesystem::path beside = pg_dump_of(cluster());
  command.arguments = {beside.parent_path() / "psql", "-qX", "-v", "ON_ERROR_STOP=1",
                       cluster().connection_string(database)};
  command.environment = {{"PGOPTIONS", "-c client_min_messages=error"}};
  command.input = script;
  const auto done = or_throw(os::run(command, long_wait()), "psql");
  if (done.exit_status != 0) throw std::runtime_error("psql: " + done.errors);
}

std::string told(const diff::Plan& plan) {
  std::string text;
  for (const auto& one : plan.questions) text += "  question: " + one.message + "\n";
  for (const auto& one : plan.refusals)
    text += "  refusal of " + one.object + ": " + one.message + "\n";
  for (const auto& one : plan.statements) text += "  " + one.sql + ";\n";
  return text;
}

} // namespace slipway::test
