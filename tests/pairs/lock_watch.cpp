#include "lock_watch.hpp"

#include "slipway/diff/transactions.hpp"
#include "slipway/locks/survey.hpp"
#include "slipway/test/test_server.hpp"

#include <algorithm>
#include <stdexcept>

namespace slipway::test {

namespace {

using sql::LockMode;

constexpr const char* k_relations = R"sql(
SELECT c.oid::text, pg_catalog.format('%I.%I', n.nspname, c.relname), c.relkind::text,
       COALESCE(pg_catalog.pg_relation_filenode(c.oid)::text, '0'), n.nspname, c.relname
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'm', 'f', 'i'))sql";

constexpr const char* k_locks = R"sql(
SELECT relation::text, mode FROM pg_catalog.pg_locks
WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))sql";

LockMode mode_of(const std::string& name) {
  static const std::map<std::string, LockMode> k_modes{
      {"AccessShareLock", LockMode::access_share},
      {"RowShareLock", LockMode::row_share},
      {"RowExclusiveLock", LockMode::row_exclusive},
      {"ShareUpdateExclusiveLock", LockMode::share_update_exclusive},
      {"ShareLock", LockMode::share},
      {"ShareRowExclusiveLock", LockMode::share_row_exclusive},
      {"ExclusiveLock", LockMode::exclusive},
      {"AccessExclusiveLock", LockMode::access_exclusive}};
  return k_modes.at(name);
}

void raise(std::map<std::string, LockMode>& modes, const std::string& name, LockMode mode) {
  auto& known = modes.try_emplace(name, mode).first->second;
  known = std::max(known, mode);
}

bool says(const diff::Statement& statement, diff::FindingKind kind) {
  return std::any_of(statement.findings.begin(), statement.findings.end(),
                     [&](const auto& one) { return one.kind == kind; });
}

bool says_in_words(const diff::Statement& statement, const std::string& word) {
  return std::any_of(statement.findings.begin(), statement.findings.end(),
                     [&](const auto& one) { return one.message.find(word) != std::string::npos; });
}

} // namespace

std::string LockWatch::run(const std::vector<diff::Statement>& statements) {
  for (const auto& transaction : diff::transactions_of(statements)) {
    const auto error = transaction.transactional ? run_together(transaction.statements)
                                                 : run_alone(transaction.statements.front());
    if (!error.empty()) return error;
  }
  return {};
}

std::string LockWatch::run_alone(const diff::Statement& statement) {
  const auto done = session_.execute(SqlText(statement.sql), long_wait());
  return done ? std::string() : statement.sql + ": " + done.error().message;
}

std::string LockWatch::run_together(const std::vector<diff::Statement>& statements) {
  exec(session_, "BEGIN");
  said_nothing_ = false;
  auto before = relations();
  const auto at_first = before;
  Said said;
  for (const auto& one : statements) {
    say(one, said);
    if (auto error = run_alone(one); !error.empty()) {
      exec(session_, "ROLLBACK");
      return error;
    }
    compare_locks(one, at_first, said);
    auto after = relations();
    compare_files(one, before, after);
    before = std::move(after);
  }
  const auto done = session_.execute(SqlText("COMMIT"), long_wait());
  return done ? std::string() : done.error().message;
}

LockWatch::Relations LockWatch::relations() {
  Relations found;
  for (auto& row : rows(session_, k_relations))
    found[row[0]] = {row[1], row[2], row[3], {row[4], row[5]}};
  return found;
}

void LockWatch::say(const diff::Statement& statement, Said& said) {
  const auto facts = sql::analyse({statement.sql}).front();
  const auto found = locks::targets(session_, {&facts}, long_wait());
  if (!found) throw std::runtime_error(found.error().message);
  for (const auto& target : *found) raise(said, target.relation, target.mode);
}

void LockWatch::compare_locks(const diff::Statement& statement, const Relations& before,
                              Said& said) {
  const auto facts = sql::analyse({statement.sql}).front();
  // What the parser does not know yet (named NOT NULL of 18) nothing is said of.
  if (!facts.parsed) said_nothing_ = true;
  if (said_nothing_) return;
  std::map<std::string, LockMode> seen;
  for (const auto& row : rows(session_, k_locks))
    if (before.contains(row[0])) raise(seen, row[0], mode_of(row[1]));
  for (const auto& [number, mode] : seen) {
    const auto& relation = before.at(number);
    if (relation.kind == "i") continue; // its table says more
    ++compared_;
    const auto found = said.find(relation.name);
    const auto told = found == said.end() ? LockMode::share_update_exclusive : found->second;
    const bool waits = says_in_words(statement, "wait");
    if (mode > told && !waits)
      untrue_.push_back({statement.sql,
                         relation.name + " is locked in " + std::string(sql::lock_mode_name(mode)) +
                             ", and what is said is " + std::string(sql::lock_mode_name(told))});
    // It is kept to the end of the transaction.
    if (mode > told) raise(said, relation.name, mode);
  }
  // What is not named may be said to be locked for safety's sake.
  for (const auto& lock : facts.locks)
    for (const auto& [number, relation] : before) {
      const auto& name = relation.name;
      const auto mode = lock.mode;
      if (relation.parts != lock.relation || relation.kind == "i" ||
          mode <= LockMode::row_exclusive)
        continue;
      const auto found = seen.find(number);
      if (found == seen.end() || found->second < mode)
        untrue_.push_back(
            {statement.sql,
             name + " is said to be locked in " + std::string(sql::lock_mode_name(mode)) +
                 ", and is in " +
                 (found == seen.end() ? "none" : std::string(sql::lock_mode_name(found->second)))});
    }
}

void LockWatch::compare_files(const diff::Statement& statement, const Relations& before,
                              const Relations& after) {
  for (const auto& [number, relation] : before) {
    const auto now = after.find(number);
    if (now == after.end() || now->second.file == relation.file) continue;
    ++rewrites_;
    const bool index = relation.kind == "i";
    const bool said =
        says(statement, diff::FindingKind::rewrite) ||
        (index && says(statement, diff::FindingKind::access_exclusive)) ||
        (relation.kind == "m" && says(statement, diff::FindingKind::access_exclusive));
    if (!said)
      untrue_.push_back({statement.sql, relation.name + " is written anew, and nothing says so"});
  }
}

} // namespace slipway::test
