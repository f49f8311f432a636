// Keeps what is tried on a throwaway server from reaching the publishers of its subscriptions.
#include "reaching_out.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::rehearse {

namespace {

// Lower case without white space and quotes: enough to see an option and its value.
std::string squeezed(std::string_view sql) {
  std::string text = to_lower_ascii(sql);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\''; });
  return text;
}

bool says_no(const std::string& text, std::string_view option) {
  for (const std::string_view no : {"false", "off", "0"})
    if (text.find(fmt::format("{}={}", option, no)) != std::string::npos) return true;
  return false;
}

Error refusal(std::string_view what, std::string_view hint) {
  return Error(ErrorCode::unsupported,
               fmt::format("{} would connect to the publisher from a throwaway server", what))
      .with_hint(std::string(hint));
}

// Those that the statement drops and that have a slot, which the publisher is asked to drop.
Result<std::vector<std::string>>
dropped_with_slot(pg::Session& session, const sql::StatementFacts& facts, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(
              "SELECT s.subname FROM pg_catalog.pg_subscription AS s JOIN pg_catalog.pg_database "
              "AS d ON d.oid OPERATOR(pg_catalog.=) s.subdbid WHERE s.subslotname IS NOT NULL "
              "AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()"),
          {}, wait));
  std::vector<std::string> found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool named =
        facts.objects.empty() ||
        std::any_of(facts.objects.begin(), facts.objects.end(),
                    [&](const auto& one) { return one.name.name == rows.text(row, 0); });
    if (named) found.emplace_back(rows.text(row, 0));
  }
  return found;
}

} // namespace

Status refuse_reaching_out(pg::Session& session, std::string_view sql,
                           const sql::StatementFacts& facts, const Wait& wait) {
  if (facts.kind == "drop subscription") {
    SLIPWAY_ASSIGN(const auto dropped, dropped_with_slot(session, facts, wait));
    if (dropped.empty()) return {};
    return fail(
        refusal("DROP SUBSCRIPTION", "disable it and set slot_name = NONE before it is dropped"));
  }
  const std::string text = squeezed(sql);
  if (facts.kind == "create subscription" && !says_no(text, "connect"))
    return fail(refusal("CREATE SUBSCRIPTION",
                        "write WITH (connect = false) and enable it where it is meant to run"));
  if (facts.kind != "alter subscription") return {};
  const bool asks = text.find("refreshpublication") != std::string::npos ||
                    text.find("refreshsequences") != std::string::npos ||
                    (text.find("publication") != std::string::npos && !says_no(text, "refresh"));
  if (asks)
    return fail(refusal("ALTER SUBSCRIPTION ... REFRESH",
                        "write WITH (refresh = false), and refresh it where it is meant to run"));
  for (const std::string_view option : {"failover=", "two_phase="})
    if (text.find(option) != std::string::npos)
      return fail(refusal("ALTER SUBSCRIPTION, which changes the slot,",
                          "change it by hand where it is meant to run"));
  return {};
}

Status keep_from_publisher(pg::Session& session, std::string_view sql, const Wait& wait) {
  if (to_lower_ascii(sql).find("subscription") == std::string::npos) return {};
  const auto facts = sql::analyse({sql}).front();
  if (facts.kind != "drop subscription") return refuse_reaching_out(session, sql, facts, wait);
  SLIPWAY_ASSIGN(const auto dropped, dropped_with_slot(session, facts, wait));
  for (const auto& name : dropped) {
    const auto alter = "ALTER SUBSCRIPTION " + quote_identifier(name);
    SLIPWAY_TRY(session.execute(SqlText(alter + " DISABLE"), wait));
    SLIPWAY_TRY(session.execute(SqlText(alter + " SET (slot_name = NONE)"), wait));
  }
  return {};
}

} // namespace slipway::rehearse
