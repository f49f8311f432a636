// Turns drops into renames that can be undone in a moment, where all that hangs on it can.
#include "slipway/diff/soft_drop.hpp"

#include "naming.hpp"
#include "rules/family.hpp"

#include "slipway/schema/trash.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <set>

namespace slipway::diff {

namespace {

using schema::Kind;
using schema::Object;
using schema::Property;

constexpr std::string_view k_kinds = "trash ";

Object holder_of(const Object& object) {
  return object.parent().value_or(object);
}

bool is_routine(Kind kind) {
  return kind == Kind::function || kind == Kind::procedure || kind == Kind::aggregate ||
         kind == Kind::operator_ || kind == Kind::operator_family || kind == Kind::operator_class;
}

bool is_foreign_key(const Object& object) {
  return object.kind() == Kind::constraint &&
         object.text(Property::constraint_type) == "foreign key";
}

bool has_family(const schema::Schema& schema, const Object& table) {
  return table.has(Property::partition_by) || !parents_of(table).empty() ||
         !children_of(schema, table).empty();
}

class Softening {
public:
  Softening(const schema::Schema& from, const schema::Schema& to, std::string_view stamp)
      : from_(from), to_(to), stamp_(stamp) {
    for (const auto& table : from.objects(Kind::table)) {
      tables_.push_back(table);
      for (const auto& column : table.parts(Kind::column)) columns_.push_back(column);
    }
  }

  Softened run(Plan plan) {
    for (auto& statement : plan.statements) take(std::move(statement));
    plan.statements = std::move(statements_);
    std::erase_if(plan.findings, [&](const Finding& one) {
      return one.kind == FindingKind::data_loss && kept_.contains(one.object);
    });
    for (const auto& one : plan.statements)
      for (const auto& finding : one.findings)
        if (finding.kind == FindingKind::kept) plan.findings.push_back(finding);
    done_.plan = std::move(plan);
    done_.kept.assign(kept_.begin(), kept_.end());
    return std::move(done_);
  }

private:
  void take(Statement statement) {
    const bool loses =
        std::any_of(statement.findings.begin(), statement.findings.end(),
                    [](const Finding& one) { return one.kind == FindingKind::data_loss; });
    const bool of_table = statement.kind == "drop table";
    if (!loses || (!of_table && statement.kind != "drop column")) {
      statements_.push_back(std::move(statement));
      return;
    }
    const auto object = object_of(of_table ? tables_ : columns_, statement.object);
    const auto why = !object    ? std::string("it is part of something else")
                     : of_table ? why_not_table(*object)
                                : why_not_column(*object);
    if (why.empty()) {
      kept_.insert(statement.object);
      of_table ? put_aside_table(*object, statement) : put_aside_column(*object, statement);
      return;
    }
    done_.plain.push_back({statement.object, why});
    statements_.push_back(std::move(statement));
  }

  static std::optional<Object> object_of(const std::vector<Object>& all, const std::string& path) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Object& one) { return one.path() == path; });
    return found == all.end() ? std::nullopt : std::optional<Object>(*found);
  }

  std::string why_not_table(const Object& table) const {
    if (has_family(from_, table)) return "it has partitions or children, or is one";
    if (!to_.find(
            {.kind = Kind::schema, .schema = {}, .name = std::string(table.schema()), .part = {}}))
      return "its schema goes, too";
    for (const auto& given : from_.objects(Kind::default_privileges))
      if (given.text(Property::object_type) == "SCHEMAS")
        return "default privileges give new schemas to others: " + given.path();
    for (const auto& other : to_.objects())
      if (other.schema() == table.schema() && other.name() == table.name() &&
          !is_routine(other.kind()))
        return "its name is taken again, by " + other.path();
    for (const auto& one : from_.dependencies()) {
      const auto user = from_.at(one.object);
      if (!(holder_of(user) == table) || is_foreign_key(user)) continue;
      if (const auto gone = gone_with(table, from_.at(one.needs)); !gone.empty()) return gone;
    }
    return {};
  }

  std::string why_not_column(const Object& column) const {
    const auto table = *column.parent();
    if (has_family(from_, table) || table.has(Property::of_type))
      return "its table has partitions or children, or is one";
    if (column.has(Property::identity)) return "its numbers come from an identity";
    if (column.has(Property::generated)) return "its values are computed";
    if (to_.find(column.identity())) return "its name is taken again";
    const auto name = qualified(column) + "." + ident(column.part());
    for (const auto& sequence : from_.objects(Kind::sequence))
      if (sequence.text(Property::owned_by) == name)
        return "it owns " + sequence.path() + ", which goes with it";
    for (const auto& one : from_.dependencies()) {
      if (!(from_.at(one.object) == column)) continue;
      if (const auto gone = gone_with(table, from_.at(one.needs)); !gone.empty()) return gone;
    }
    return {};
  }

  // What is put aside would keep it from being dropped.
  std::string gone_with(const Object& table, const Object& used) const {
    const bool own = holder_of(used) == table ||
                     (used.kind() == Kind::sequence &&
                      used.text(Property::owned_by).starts_with(qualified(table) + "."));
    if (own || to_.find(used.identity())) return {};
    return "it uses " + used.path() + ", which goes, too";
  }

  void add(std::string kind, const std::string& object, std::string sql, std::string undo = {}) {
    Statement one;
    one.sql = std::move(sql);
    one.kind = std::string(k_kinds) + std::move(kind);
    one.object = object;
    one.undo = std::move(undo);
    statements_.push_back(std::move(one));
  }

  void tell(const Statement& drop, std::string message) {
    auto& findings = statements_.back().findings;
    for (const auto& one : drop.findings)
      if (one.kind != FindingKind::data_loss) findings.push_back(one);
    findings.push_back({FindingKind::kept, drop.object, std::move(message), {}});
  }

  void put_aside_table(const Object& table, const Statement& drop) {
    const auto first = statements_.size();
    const auto place = schema::trash_name(stamp_, table.schema());
    if (places_.insert(place).second)
      add("schema", drop.object, "CREATE SCHEMA " + ident(place), "DROP SCHEMA " + ident(place));
    // A key would go on being checked when rows of the other table go.
    for (const auto& key : table.parts(Kind::constraint))
      if (is_foreign_key(key) && refers_elsewhere(key))
        add("key", drop.object,
            fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", qualified(table), ident(key.part())));
    add("table", drop.object,
        fmt::format("ALTER TABLE {} SET SCHEMA {}", qualified(table), ident(place)),
        fmt::format("ALTER TABLE {} SET SCHEMA {}", qualified(place, table.name()),
                    ident(table.schema())));
    tell(drop, fmt::format("its rows stay in {} until the trash is emptied",
                           qualified(place, table.name())));
    keep_bonds(first, drop);
  }

  bool refers_elsewhere(const Object& key) const {
    return key.text(Property::referenced_table) != qualified(*key.parent());
  }

  void put_aside_column(const Object& column, const Statement& drop) {
    const auto first = statements_.size();
    const auto table = "ALTER TABLE " + qualified(column) + " ";
    const auto name = schema::trash_name(stamp_, column.part());
    const bool required = column.has(Property::not_null);
    if (required)
      add("null", drop.object, table + "ALTER COLUMN " + ident(column.part()) + " DROP NOT NULL");
    add("column", drop.object,
        fmt::format("{}RENAME COLUMN {} TO {}", table, ident(column.part()), ident(name)),
        fmt::format("{}RENAME COLUMN {} TO {}", table, ident(name), ident(column.part())));
    auto message =
        fmt::format("its values stay under the name {} until the trash is emptied", name);
    if (required && !column.has(Property::default_value))
      message += "; rows that are added meanwhile have none, and keep the way back from making it "
                 "NOT NULL again";
    tell(drop, std::move(message));
    keep_bonds(first, drop);
  }

  // In which transaction the drop was to be.
  void keep_bonds(std::size_t first, const Statement& drop) {
    statements_[first].starts_transaction = drop.starts_transaction;
    statements_[first].with_previous = drop.with_previous;
  }

  const schema::Schema& from_;
  const schema::Schema& to_;
  const std::string_view stamp_;
  std::vector<Object> tables_;
  std::vector<Object> columns_;
  std::vector<Statement> statements_;
  std::set<std::string> places_;
  std::set<std::string> kept_;
  Softened done_;
};

} // namespace

Softened soften(Plan plan, const schema::Schema& from, const schema::Schema& to,
                std::string_view stamp) {
  return Softening(from, to, stamp).run(std::move(plan));
}

bool is_soft_drop(const Statement& statement) {
  return statement.kind.starts_with(k_kinds);
}

std::vector<Statement> taken_back(const std::vector<Statement>& statements) {
  std::vector<Statement> back;
  for (auto one = statements.rbegin(); one != statements.rend(); ++one) {
    if (one->undo.empty()) continue;
    Statement undo;
    undo.sql = one->undo;
    undo.kind = "take back";
    undo.object = one->object;
    back.push_back(std::move(undo));
  }
  return back;
}

} // namespace slipway::diff
