#pragma once

#include "draft.hpp"

#include "slipway/schema/difference.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace slipway::diff {

/// What every rule may look at.
struct Scene {
  const schema::Schema& from;
  const schema::Schema& to;
  const Options& options;
  /// Whether the relation (or the table of a part) exists in FROM, so that it may have rows and
  /// readers. What it does not say yes to can be made in the plainest way.
  bool in_use(const schema::Object& object) const;
  /// Identities that are taken down and put up again although nothing may differ in them.
  std::set<schema::Identity> rebuilt;
  /// Names that somebody gave to a NOT NULL, with their schemas: the server makes up another for a
  /// column that would have one of these.
  std::set<std::pair<std::string, std::string>> not_null_names;
  /// Types in whose place another one of the name comes, with the columns that hold them.
  std::set<schema::Identity> swapped = {};
};

/// An object on both sides that differs.
struct Alteration {
  schema::Object from;
  schema::Object to;
  std::set<schema::Property> changed; ///< without those that satellites.hpp cares for
  bool has(schema::Property property) const { return changed.contains(property); }
};

enum class Altered {
  done,    ///< the draft holds the statements
  rebuild, ///< it must be dropped and created; what needs it, too
};

/// How one kind of object is made, removed and changed. Owner, privileges, comment and security
/// labels are not a rule's concern, but for `columns` of a CREATE.
struct Rule {
  schema::Kind kind;
  /// The statements that make the object, with what can only be said in its CREATE. Of a table its
  /// columns; other parts have rules of their own.
  void (*create)(const Scene&, const schema::Object& object, Draft&);
  void (*drop)(const Scene&, const schema::Object& object, Draft&);
  Altered (*alter)(const Scene&, const Alteration&, Draft&);
};

const Rule& rule_of(schema::Kind kind);

// One list a file of rules/.
std::vector<Rule> table_rules();      ///< tables and foreign tables
std::vector<Rule> column_rules();     ///< columns
std::vector<Rule> constraint_rules(); ///< constraints of tables
std::vector<Rule> index_rules();      ///< indexes, statistics
std::vector<Rule> view_rules();       ///< views, materialized views, rules
std::vector<Rule> trigger_rules();    ///< triggers, event triggers, policies
std::vector<Rule> type_rules();       ///< enums, domains, composite, range and base types
std::vector<Rule> sequence_rules();
std::vector<Rule> routine_rules();     ///< functions, procedures, aggregates
std::vector<Rule> operator_rules();    ///< operators, families, classes, casts, transforms
std::vector<Rule> schema_rules();      ///< schemas, extensions, languages, access methods
std::vector<Rule> text_rules();        ///< collations, conversions, text search
std::vector<Rule> foreign_rules();     ///< wrappers, servers, user mappings
std::vector<Rule> replication_rules(); ///< publications, subscriptions
std::vector<Rule> privilege_rules();   ///< default privileges

/// The usual drop: DROP KIND name.
void plain_drop(const Scene& scene, const schema::Object& object, Draft& draft);
/// For kinds that have no ALTER worth the name.
Altered always_rebuild(const Scene& scene, const Alteration& alteration, Draft& draft);

} // namespace slipway::diff
