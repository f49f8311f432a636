#include "rows_look.hpp"

#include "slipway/rehearse/kept_values.hpp"
#include "slipway/test/test_server.hpp"

#include <algorithm>
#include <stdexcept>

namespace slipway::test {

namespace {

bool is_told(const std::string& path, const std::vector<diff::Finding>& told) {
  rehearse::Lost lost;
  lost.finding.kind = diff::FindingKind::data_loss;
  lost.finding.object = path;
  return rehearse::is_announced(lost, told);
}

std::string text_of(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (const auto& cell : row) text += cell + " | ";
    text += "\n";
  }
  return text;
}

} // namespace

RowsLook::RowsLook(pg::Session& session) {
  auto list = rehearse::read_tables(session, long_wait());
  if (!list) throw std::runtime_error(list.error().message);
  for (const auto& [id, facts] : list->tables) {
    Table table;
    table.facts = facts;
    auto& columns = table.facts.columns;
    std::sort(columns.begin(), columns.end(),
              [](const auto& one, const auto& other) { return one.name < other.name; });
    std::string cells;
    for (const auto& column : columns)
      cells += (cells.empty() ? "" : ", ") + quote_identifier(column.name) + "::text";
    for (auto& row : rows(session, "SELECT " + (cells.empty() ? "1" : cells) + " FROM ONLY " +
                                       facts.name.quoted()))
      table.rows.push_back(std::move(row));
    tables_.push_back(std::move(table));
  }
  std::sort(tables_.begin(), tables_.end(),
            [](const Table& one, const Table& other) { return one.facts.name < other.facts.name; });
}

std::size_t RowsLook::size() const {
  std::size_t all = 0;
  for (const auto& table : tables_) all += table.rows.size();
  return all;
}

const RowsLook::Table* RowsLook::find(const rehearse::TableFacts& facts) const {
  const Table* named = nullptr;
  for (const auto& table : tables_) {
    if (table.facts.id == facts.id) return &table;
    if (table.facts.name == facts.name) named = &table;
  }
  return named;
}

std::vector<RowsLook::Row> RowsLook::rows_of(const Table& table,
                                             const std::vector<std::size_t>& columns) const {
  std::vector<Row> found;
  for (const auto& row : table.rows) {
    Row some;
    for (const auto column : columns) some.push_back(row[column]);
    found.push_back(std::move(some));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string RowsLook::difference(const RowsLook& other) const {
  const auto told = [](const RowsLook& look) {
    std::string text;
    for (const auto& table : look.tables_) {
      if (table.rows.empty()) continue;
      std::vector<std::size_t> all;
      text += table.facts.path() + " (";
      for (const auto& column : table.facts.columns) {
        text += column.name + " ";
        all.push_back(all.size());
      }
      text += ")\n" + text_of(look.rows_of(table, all));
    }
    return text;
  };
  const auto here = told(*this);
  const auto there = told(other);
  return here == there ? std::string() : "-- was\n" + here + "-- is\n" + there;
}

std::string RowsLook::lost(const RowsLook& later, const std::vector<diff::Finding>& told) const {
  for (const auto& table : tables_) {
    const auto& facts = table.facts;
    if (facts.root != 0 || table.rows.empty() || is_told(facts.path(), told)) continue;
    const auto* now = later.find(facts);
    if (now == nullptr) return facts.path() + " is gone with its rows";
    if (now->facts.root != 0 || is_told(now->facts.path(), told)) continue;
    std::vector<std::size_t> before;
    std::vector<std::size_t> after;
    for (std::size_t at = 0; at < facts.columns.size(); ++at) {
      const auto& column = facts.columns[at];
      const auto* same =
          now->facts.id == facts.id ? now->facts.column_of_number(column.number) : nullptr;
      if (same == nullptr) same = now->facts.column_named(column.name);
      if (same == nullptr) {
        if (column.generated || is_told(facts.column_path(column.name), told)) continue;
        return facts.column_path(column.name) + " is gone";
      }
      if (column.generated || same->generated || same->type != column.type ||
          is_told(now->facts.column_path(same->name), told))
        continue;
      before.push_back(at);
      after.push_back(static_cast<std::size_t>(same - now->facts.columns.data()));
    }
    const auto were = rows_of(table, before);
    const auto are = later.rows_of(*now, after);
    if (were != are) return facts.path() + " had\n" + text_of(were) + "and has\n" + text_of(are);
  }
  return {};
}

} // namespace slipway::test
