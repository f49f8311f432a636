// Runs one script on a throwaway database.
#include "script_run.hpp"

#include "reaching_out.hpp"
#include "slipway/plan/plan.hpp"

#include <fmt/format.h>

namespace slipway::rehearse {

namespace {

constexpr std::string_view k_undefined_object = "42704";
constexpr std::string_view k_duplicate_object = "42710";
constexpr std::string_view k_feature_not_supported = "0A000";
constexpr std::string_view k_undefined_file = "58P01";

// The NAME in: role "NAME" does not exist. The server of a shadow speaks English.
std::string role_in(const SqlError& error, std::string_view ending) {
  constexpr std::string_view k_start = "role \"";
  const auto& message = error.message;
  if (!message.starts_with(k_start) || !message.ends_with(ending)) return {};
  return message.substr(k_start.size(), message.size() - k_start.size() - ending.size());
}

Error missing_extension(Error error, const sql::StatementFacts& facts) {
  const std::string name = facts.objects.empty() ? "" : facts.objects.front().name.name;
  Error told(ErrorCode::unsupported,
             fmt::format("the extension {} is not installed for the throwaway server here",
                         name.empty() ? "that this names" : quote_identifier(name)));
  told.hint = "install its package for this version of PostgreSQL, on Debian and Ubuntu mostly "
              "postgresql-VERSION-NAME or postgresql-contrib";
  told.sql = std::move(error.sql);
  return told;
}

} // namespace

// One list, so that going back to where a transaction began is going back in it.
void ScriptRun::lay_out() {
  for (const auto& group : script_.groups) {
    if (group.wrapped) all_.push_back({nullptr, "BEGIN"});
    for (const auto& one : group.statements)
      all_.push_back({&one, std::string(script_.section.sql(one.statement))});
    if (group.wrapped) all_.push_back({nullptr, "COMMIT"});
  }
}

Status ScriptRun::send(const Sent& one, const Wait& wait) {
  const SqlText sql(one.text);
  if (one.statement == nullptr) {
    SLIPWAY_TRY(session_.execute(sql, wait));
    return {};
  }
  SLIPWAY_TRY(refuse_reaching_out(session_, one.text, one.statement->facts, wait));
  const auto& data = one.statement->statement.copy_data;
  SLIPWAY_TRY(data ? session_.copy_in(
                         sql,
                         std::string_view(*script_.section.text).substr(data->offset, data->length),
                         wait)
                   : session_.execute(sql, wait));
  return {};
}

// Whether something was done about the error, so that the transaction is worth another attempt.
Result<bool> ScriptRun::mend(const Error& error, std::size_t at, const Wait& wait) {
  if (!error.sql || !session_.usable()) return false;
  if (error.sql->sqlstate == k_undefined_object) {
    const std::string role = role_in(*error.sql, "\" does not exist");
    if (role.empty() || !made_roles_.insert(role).second) return false;
    SLIPWAY_TRY(make_role_(role, wait));
    return true;
  }
  const auto* statement = all_[at].statement;
  if (error.sql->sqlstate != k_duplicate_object || statement == nullptr ||
      statement->facts.kind != "create role")
    return false;
  return roles_before_.erase(role_in(*error.sql, "\" already exists")) > 0 &&
         passed_over_.insert(at).second;
}

Error ScriptRun::told(Error error, const Sent& one) const {
  if (one.statement == nullptr) return error;
  if (error.sql && one.statement->facts.kind == "create extension" &&
      (error.sql->sqlstate == k_feature_not_supported || error.sql->sqlstate == k_undefined_file))
    error = missing_extension(std::move(error), one.statement->facts);
  return plan::placed_at(std::move(error), script_.section, one.statement->statement);
}

Status ScriptRun::check_end() const {
  if (session_.transaction_status() == pg::TransactionStatus::idle) return {};
  Place place;
  place.file = script_.section.path;
  return fail(Error(ErrorCode::source, "the file leaves a transaction open")
                  .with_hint("end it with COMMIT")
                  .with_place(std::move(place)));
}

Status ScriptRun::run(const Wait& wait) {
  lay_out();
  SLIPWAY_ASSIGN(const auto roles,
                 session_.query(SqlText("SELECT rolname FROM pg_catalog.pg_roles"), {}, wait));
  for (std::size_t row = 0; row < roles.size(); ++row)
    roles_before_.insert(std::string(roles.text(row, 0)));
  std::size_t start = 0;
  for (std::size_t at = 0; at < all_.size();) {
    if (session_.transaction_status() == pg::TransactionStatus::idle) start = at;
    auto done = passed_over_.contains(at) ? Status() : send(all_[at], wait);
    if (done) {
      ++at;
      continue;
    }
    SLIPWAY_ASSIGN(const bool mended, mend(done.error(), at, wait));
    if (!mended) return fail(told(std::move(done).error(), all_[at]));
    if (session_.transaction_status() != pg::TransactionStatus::idle)
      SLIPWAY_TRY(session_.execute(SqlText("ROLLBACK"), wait));
    at = start;
  }
  return check_end();
}

} // namespace slipway::rehearse
