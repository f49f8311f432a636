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

// The publisher is asked to drop the slot, unless the subscription has none.
Status refuse_drop(pg::Session& session, const sql::StatementFacts& facts, const Wait& wait) {
  SLIPWAY_ASSIGN(
      const auto rows,
      session.query(
          SqlText(
              "SELECT s.subname FROM pg_catalog.pg_subscription AS s JOIN pg_catalog.pg_database "
              "AS d ON d.oid OPERATOR(pg_catalog.=) s.subdbid WHERE s.subslotname IS NOT NULL "
              "AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()"),
          {}, wait));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool named =
        facts.objects.empty() ||
        std::any_of(facts.objects.begin(), facts.objects.end(),
                    [&](const auto& one) { return one.name.name == rows.text(row, 0); });
    if (named)
      return fail(
          refusal("DROP SUBSCRIPTION", "disable it and set slot_name = NONE before it is dropped"));
  }
  return {};
}

} // namespace

Status refuse_reaching_out(pg::Session& session, std::string_view sql,
                           const sql::StatementFacts& facts, const Wait& wait) {
  if (facts.kind == "drop subscription") return refuse_drop(session, facts, wait);
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
  return {};
}

Status refuse_reaching_out(pg::Session& session, std::string_view sql, const Wait& wait) {
  if (to_lower_ascii(sql).find("subscription") == std::string::npos) return {};
  return refuse_reaching_out(session, sql, sql::analyse({sql}).front(), wait);
}

} // namespace slipway::rehearse
