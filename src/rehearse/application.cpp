// Statements on a copy, in the transactions they ask for.
#include "slipway/rehearse/application.hpp"

#include "reaching_out.hpp"
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
    SLIPWAY_TRY(keep_from_publisher(session_, statement.sql, wait_));
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

/// Values that a type cannot hold, and rows that a rule refuses: SQLSTATE classes 22 and 23.
bool is_about_rows(const Error& error) {
  return error.sql->sqlstate.starts_with("22") || error.sql->sqlstate.starts_with("23");
}

std::optional<diff::Finding> warning_for(const std::vector<diff::Statement>& statements,
                                         const std::string& object) {
  for (const diff::Statement& statement : statements)
    for (const diff::Finding& one : statement.findings)
      if (one.kind == diff::FindingKind::data_dependent && one.object == object) return one;
  return std::nullopt;
}

std::string sentence(const Error& error, const std::string& what) {
  std::string reason = error.sql ? error.sql->message : error.message;
  if (error.sql && !error.sql->detail.empty()) reason += " (" + error.sql->detail + ")";
  return what + ": " + reason;
}

} // namespace

Result<std::optional<Stopped>>
apply_plan(pg::Session& session, const std::vector<diff::Statement>& statements, const Wait& wait) {
  Application application(session, wait);
  const auto stopped = [&](Error error, Stopped what) -> Result<std::optional<Stopped>> {
    if (!is_refusal(error)) return error;
    what.message = sentence(error, what.message);
    if (what.rows_in_the_way && !is_about_rows(error)) what.rows_in_the_way.reset();
    if (what.rows_in_the_way) what.rows_in_the_way->message = what.message;
    if (session.transaction_status() != pg::TransactionStatus::idle)
      SLIPWAY_TRY(session.execute(SqlText("ROLLBACK"), wait));
    return std::optional<Stopped>(std::move(what));
  };
  for (std::size_t at = 0; at < statements.size(); ++at)
    if (Status done = application.run(statements[at]); !done)
      return stopped(std::move(done).error(),
                     {fmt::format("statement {} of {} for {} fails: {}", at + 1, statements.size(),
                                  statements[at].object, statements[at].sql),
                      warning_for(statements, statements[at].object)});
  if (Status done = application.commit(); !done)
    return stopped(std::move(done).error(), {"the last COMMIT fails", std::nullopt});
  return std::optional<Stopped>();
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
