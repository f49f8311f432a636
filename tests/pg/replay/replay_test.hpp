#pragma once

#include "slipway/replay/carry_map.hpp"
#include "slipway/replay/parked.hpp"
#include "slipway/replay/state_sync.hpp"
#include "slipway/test/test_server.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace slipway::replay {

/// The value, or what went wrong with all that the server said.
template<class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::string text = result.error().message;
  if (result.error().sql) text += " | " + result.error().sql->query;
  for (const std::string& note : result.error().notes) text += " | " + note;
  throw std::runtime_error(text);
}

inline void must(const Status& status) {
  if (!status) must(Result<int>(status.error()));
}

/// A database, its backup as a copy beside it, and what is written and migrated after that.
class ReplayTest : public test::ServerTest {
protected:
  void SetUp() override { url_ = server().fresh_database(); }
  virtual test::TestServer& server() { return test::TestServer::instance(); }

  RelationMap map_of(const std::string& url) {
    auto session = test::connect(url);
    return must(read_relation_map(session, test::long_wait()));
  }

  /// A copy with the same OIDs, at a moment when nobody writes.
  void back_up() {
    before_ = map_of(url_);
    snapshot_ = value("SELECT pg_current_snapshot()");
    close_looker();
    copy_url_ = server().copy_of_database(url_);
  }

  /// A schema that back_up_while_writing can make again.
  void make_schema(const std::string& ddl) {
    exec(ddl);
    ddl_ = ddl;
  }

  /// A copy as a restore makes it, with numbers of its own, of one snapshot while others write.
  void back_up_while_writing() {
    auto session = connect();
    test::exec(session, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    snapshot_ = test::value(session, "SELECT pg_current_snapshot()");
    before_ = must(read_relation_map(session, test::long_wait()));
    copy_url_ = server().fresh_database();
    auto copy = test::connect(copy_url_);
    test::exec(copy, "CREATE TABLE shift_the_numbers (); DROP TABLE shift_the_numbers");
    test::exec(copy, ddl_);
    test::exec(copy, "SET session_replication_role = replica");
    for (const Relation& table : before_.relations) copy_table(session, copy, table);
  }

  CarryMap carry_map(const Reverses& reverses = {}) {
    return must(
        make_carry_map({before_, map_of(url_), map_of(copy_url_)}, reverses, {"slipway_replay"}));
  }

  Result<SyncReport> try_sync(const CarryMap& map, const std::string& snapshot) {
    auto origin = connect();
    auto copy = test::connect(copy_url_);
    ParkedTable parked(copy, "slipway_replay", "run-1");
    const auto view = must(ReadView::open(origin, test::long_wait()));
    return sync_state(view, copy, parked, map, {snapshot}, test::long_wait());
  }
  SyncReport sync(const Reverses& reverses = {}) {
    return must(try_sync(carry_map(reverses), snapshot_));
  }
  /// The counts of one table: "3 inserted, 1 updated, 0 removed, 2 parked".
  static std::string told(const SyncReport& report, const std::string& table) {
    for (const SyncedTable& one : report.tables)
      if (one.table.name == table)
        return std::to_string(one.counts.inserted) + " inserted, " +
               std::to_string(one.counts.updated) + " updated, " +
               std::to_string(one.counts.removed) + " removed, " +
               std::to_string(one.counts.parked) + " parked";
    return "not carried";
  }

  std::vector<ParkedRow> parked() {
    auto copy = test::connect(copy_url_);
    return must(ParkedTable(copy, "slipway_replay", "run-1").all(test::long_wait()));
  }
  /// "update {"id": "1"} 22003" for each.
  std::vector<std::string> parked_lines() {
    std::vector<std::string> lines;
    for (const ParkedRow& row : parked())
      lines.push_back(std::string(operation_name(row.operation)) + " " + row.key + " " +
                      row.sqlstate);
    return lines;
  }

  /// Rows as "1|a|NULL" of a query on the copy.
  std::vector<std::string> in_copy(const std::string& sql) { return lines(copy_url_, sql); }
  std::vector<std::string> in_new(const std::string& sql) { return lines(url_, sql); }

  using Lines = std::vector<std::string>;
  RelationMap before_;
  std::string snapshot_;
  std::string copy_url_;

private:
  static void copy_table(pg::Session& from, pg::Session& to, const Relation& table) {
    if (table.partition) return;
    std::string names;
    for (const Column& column : table.columns)
      if (!column.computed) names += (names.empty() ? "" : ", ") + quote_identifier(column.name);
    std::string data;
    const std::string query =
        "SELECT " + names + " FROM " + (table.partitioned ? "" : "ONLY ") + table.name.quoted();
    must(from.copy_out(
        SqlText("COPY (" + query + ") TO STDOUT"),
        [&](std::string_view row) { data += std::string(row) + "\n"; }, test::long_wait()));
    must(to.copy_in(SqlText("COPY " + table.name.quoted() + " (" + names + ") FROM STDIN"), data,
                    test::long_wait()));
  }
  std::string ddl_;
  static std::vector<std::string> lines(const std::string& url, const std::string& sql) {
    auto session = test::connect(url);
    std::vector<std::string> lines;
    for (const auto& row : test::rows(session, sql)) {
      std::string line;
      for (const std::string& value : row) line += (line.empty() ? "" : "|") + value;
      lines.push_back(line);
    }
    return lines;
  }
};

} // namespace slipway::replay
