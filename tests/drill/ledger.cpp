// The oracle: each acknowledged write is there or parked.
#include "ledger.hpp"

#include "slipway/test/test_server.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace slipway::test {

namespace {

/// How the rows of each table are told apart, and what of them is compared.
const std::map<std::string, std::string>& readings() {
  static const std::map<std::string, std::string> all = {
      {"items", "SELECT id::text, token FROM items"},
      {"orders", "SELECT token, item::text FROM orders"},
      {"lines", "SELECT text, count(*)::text FROM lines GROUP BY 1"},
      {"people", "SELECT id::text, token FROM people"},
      {"extras", "SELECT id::text, token FROM extras"},
      {"fresh", "SELECT id::text, token FROM fresh"}};
  return all;
}

bool has_table(pg::Session& session, const std::string& name) {
  return value(session, "SELECT to_regclass('" + name + "') IS NOT NULL") == "t";
}

std::map<Ledger::Row, std::string> rows_there(pg::Session& session) {
  std::map<Ledger::Row, std::string> found;
  for (const auto& [table, question] : readings()) {
    if (!has_table(session, table)) continue;
    for (const auto& row : rows(session, question)) found[{table, row[0]}] = row[1];
  }
  return found;
}

std::string text_of(const nlohmann::json& row, const std::string& column) {
  const auto found = row.find(column);
  if (found == row.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// The rows that were set aside, as they would be in their tables.
std::multimap<Ledger::Row, std::string> rows_parked(pg::Session& session) {
  std::multimap<Ledger::Row, std::string> found;
  if (!has_table(session, "slipway.parked")) return found;
  for (const auto& row :
       rows(session, "SELECT table_name, row::text FROM slipway.parked "
                     "WHERE row IS NOT NULL AND sqlstate <> '' AND message <> ''")) {
    const auto whole = nlohmann::json::parse(row[1]);
    if (row[0] == "orders")
      found.emplace(Ledger::Row(row[0], text_of(whole, "token")), text_of(whole, "item"));
    else
      found.emplace(Ledger::Row(row[0], text_of(whole, "id")), text_of(whole, "token"));
  }
  return found;
}

std::string shown(const std::set<Ledger::Value>& possible) {
  std::string text;
  for (const auto& one : possible) text += (text.empty() ? "" : " or ") + one.value_or("nothing");
  return text;
}

} // namespace

Audit Ledger::audit(pg::Session& session, const std::set<std::string>& may_be_lost,
                    const std::string& told) const {
  const auto there = rows_there(session);
  const auto parked = rows_parked(session);
  Audit audit;
  for (const auto& [row, possible] : rows_) {
    const auto found = there.find(row);
    const auto now = found == there.end() ? Value() : Value(found->second);
    if (possible.contains(now)) {
      ++audit.present;
      continue;
    }
    const auto [first, last] = parked.equal_range(row);
    if (std::any_of(first, last, [&](const auto& one) { return possible.contains(one.second); })) {
      ++audit.parked;
      continue;
    }
    if (may_be_lost.contains(row.first) && told.find(row.first) != std::string::npos) {
      ++audit.named;
      continue;
    }
    audit.trouble += row.first + " " + row.second + ": acknowledged " + shown(possible) +
                     ", found " + now.value_or("nothing") + "\n";
  }
  return audit;
}

} // namespace slipway::test
