// The ledger against the tables: by keys, and by values where those count.
#include "slipway/app/drill_oracle.hpp"

#include "tables.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace slipway::app::drill {

namespace {

constexpr std::string_view k_no_such_table = "42P01";

using Parked = std::set<std::pair<QualifiedName, std::string>>;

Result<Parked> read_parked(pg::Session& session, const std::string& schema, const Wait& wait) {
  auto rows =
      session.query(SqlText(fmt::format("SELECT schema_name, table_name, key::text FROM {}.parked",
                                        quote_identifier(schema))),
                    {}, wait);
  if (!rows && rows.error().sql && rows.error().sql->sqlstate == k_no_such_table) return Parked();
  if (!rows) return fail(std::move(rows).error());
  Parked parked;
  for (std::size_t row = 0; row < rows->size(); ++row)
    parked.emplace(QualifiedName{std::string(rows->text(row, 0)), std::string(rows->text(row, 1))},
                   rows->text(row, 2));
  return parked;
}

class Judging {
public:
  Judging(pg::Session& session, Parked parked, const Wait& wait)
      : session_(session), parked_(std::move(parked)), wait_(wait) {}

  Status table(const Table& table, const std::map<std::string, Written>& written) {
    auto keys = nlohmann::json::array();
    for (const auto& [key, one] : written) keys.push_back(key);
    SLIPWAY_ASSIGN(
        const auto rows,
        session_.query(
            SqlText(fmt::format("SELECT w.key, pg_catalog.to_jsonb(t.row) FROM "
                                "pg_catalog.json_array_elements_text($1::json) AS w(key) JOIN "
                                "(SELECT {}::text AS key, x AS row FROM {} AS x) AS t ON t.key = "
                                "w.key",
                                key_expression(table, OldNames()), table.name.quoted())),
            {keys.dump()}, wait_));
    std::map<std::string, nlohmann::json> found;
    for (std::size_t row = 0; row < rows.size(); ++row)
      found[std::string(rows.text(row, 0))] = nlohmann::json::parse(rows.text(row, 1));
    for (const auto& [key, one] : written) judge_row(table.name, key, one, found);
    return {};
  }

  void missing_table(const QualifiedName& name, const std::map<std::string, Written>& written) {
    for (const auto& [key, one] : written) judge_row(name, key, one, {});
  }

  Verdict finish() { return std::move(verdict_); }

private:
  void judge_row(const QualifiedName& table, const std::string& key, const Written& written,
                 const std::map<std::string, nlohmann::json>& found) {
    ++verdict_.rows;
    const auto at = found.find(key);
    const bool is_there = at != found.end();
    if (written.is_unsure) {
      ++verdict_.unsure;
    } else if (parked_.contains({table, key})) {
      ++verdict_.parked;
    } else if (is_there != written.is_there) {
      lose(table, key, written.is_there ? "is gone" : "was deleted, and is back");
    } else if (is_there && written.value && !has_value(at->second, *written.value)) {
      lose(table, key, "has not the value that was acknowledged: " + written.value->second);
    } else {
      ++verdict_.there;
    }
  }

  static bool has_value(const nlohmann::json& row,
                        const std::pair<std::string, std::string>& value) {
    const auto at = row.find(value.first);
    return at != row.end() && *at == value.second;
  }

  void lose(const QualifiedName& table, const std::string& key, const std::string& how) {
    verdict_.lost.push_back(fmt::format("{} {} {}", table.quoted(), key, how));
  }

  pg::Session& session_;
  const Parked parked_;
  const Wait wait_;
  Verdict verdict_;
};

} // namespace

Result<Verdict> judge(pg::Session& session, const Ledger& ledger, const std::string& history_schema,
                      const Wait& wait) {
  SLIPWAY_ASSIGN(auto parked, read_parked(session, history_schema, wait));
  SLIPWAY_ASSIGN(const auto tables, read_tables(session, history_schema, wait));
  Judging judging(session, std::move(parked), wait);
  for (const auto& [name, written] : ledger.rows) {
    const auto at = std::find_if(tables.begin(), tables.end(),
                                 [&](const Table& table) { return table.name == name; });
    if (at == tables.end() || !at->has_key())
      judging.missing_table(name, written);
    else
      SLIPWAY_TRY(judging.table(*at, written));
  }
  return judging.finish();
}

} // namespace slipway::app::drill
