// Statements on a copy, in the transactions they ask for.
#include "slipway/rehearse/application.hpp"

#include "slipway/sql/script.hpp"

#include <fmt/format.h>

namespace slipway::rehearse {

namespace {

class Application {
public:
  Application(pg::Session& session, const Wait& wait) : session_(session), wait_(wait) {}

  Status run(const diff::Statement& statement) {
    const bool begins = !statement.transactional || statement.starts_transaction;
    if (begins && !statement.with_previous) SLIPWAY_TRY(commit());
    if (statement.transactional && !inside_) {
      SLIPWAY_TRY(session_.execute(SqlText("BEGIN"), wait_));
      inside_ = true;
    }
    SLIPWAY_TRY(session_.execute(SqlText(statement.sql), wait_));
    return {};
  }

  Status commit() {
    if (!inside_) return {};
    inside_ = false;
    SLIPWAY_TRY(session_.execute(SqlText("COMMIT"), wait_));
    return {};
  }

private:
  pg::Session& session_;
  const Wait& wait_;
  bool inside_ = false;
};

/// A server that refuses a statement says something of the plan; a lost connection does not.
bool is_refusal(const Error& error) {
  return error.sql.has_value() && error.connection_usable() && error.code != ErrorCode::cancelled;
}

std::string sentence(const Error& error, const std::string& what) {
  std::string reason = error.sql ? error.sql->message : error.message;
  if (error.sql && !error.sql->detail.empty()) reason += " (" + error.sql->detail + ")";
  return what + ": " + reason;
}

} // namespace

Result<std::optional<PlanFailure>>
apply_plan(pg::Session& session, const std::vector<diff::Statement>& statements, const Wait& wait) {
  Application application(session, wait);
  const auto refused = [&](Error error, const std::string& object,
                           const std::string& what) -> Result<std::optional<PlanFailure>> {
    if (!is_refusal(error)) return error;
    PlanFailure failure{object, sentence(error, what)};
    if (session.transaction_status() != pg::TransactionStatus::idle)
      SLIPWAY_TRY(session.execute(SqlText("ROLLBACK"), wait));
    return std::optional<PlanFailure>(std::move(failure));
  };
  for (std::size_t at = 0; at < statements.size(); ++at)
    if (Status done = application.run(statements[at]); !done)
      return refused(std::move(done).error(), statements[at].object,
                     fmt::format("statement {} of {} for {} fails: {}", at + 1, statements.size(),
                                 statements[at].object, statements[at].sql));
  if (Status done = application.commit(); !done)
    return refused(std::move(done).error(), {}, "the last COMMIT fails");
  return std::optional<PlanFailure>();
}

Status run_script(pg::Session& session, const std::string& script, const std::string& name,
                  const Wait& wait) {
  SLIPWAY_ASSIGN(const sql::Script parts, sql::split(script, name));
  for (const sql::Statement& one : parts.statements) {
    const SqlText text{std::string(one.text(script))};
    if (one.copy_data) {
      const std::string_view data =
          std::string_view(script).substr(one.copy_data->offset, one.copy_data->length);
      SLIPWAY_TRY(session.copy_in(text, data, wait));
    } else {
      SLIPWAY_TRY(session.execute(text, wait));
    }
  }
  return {};
}

} // namespace slipway::rehearse
