// What was granted on members of extensions, or taken away, since the extension was made. The
// members themselves are the extension's.
#include "readers.hpp"
#include "sql_pieces.hpp"

#include "slipway/schema/acl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace slipway::inspect {

namespace {

using schema::AclItem;
using schema::Kind;
using schema::Property;

// A catalog of members with privileges. `word` and `name`: what GRANT calls one.
struct Granted {
  const char* catalog;
  const char* acl;
  const char* owner;
  const char* letter; // for acldefault()
  const char* word;
  const char* name;
  const char* space = nullptr; // the column with its schema, if it is in one
};

constexpr const char* k_regprocedure =
    "m.oid::pg_catalog.oid::pg_catalog.regprocedure::pg_catalog.text";
constexpr const char* k_regclass = "m.oid::pg_catalog.oid::pg_catalog.regclass::pg_catalog.text";

constexpr auto k_granted = std::to_array<Granted>({
    {"pg_proc", "m.proacl", "m.proowner", "'f'", "'ROUTINE '", k_regprocedure, "m.pronamespace"},
    {"pg_class", "m.relacl", "m.relowner",
     "CASE m.relkind WHEN 'S' THEN 's' ELSE 'r' END::pg_catalog.\"char\"",
     "CASE m.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END", k_regclass, "m.relnamespace"},
    {"pg_type", "m.typacl", "m.typowner", "'T'", "'TYPE '", "pg_catalog.format_type(m.oid, NULL)",
     "m.typnamespace"},
    {"pg_namespace", "m.nspacl", "m.nspowner", "'n'", "'SCHEMA '",
     "pg_catalog.quote_ident(m.nspname)", "m.oid"},
    {"pg_language", "m.lanacl", "m.lanowner", "'l'", "'LANGUAGE '",
     "pg_catalog.quote_ident(m.lanname)"},
    {"pg_foreign_data_wrapper", "m.fdwacl", "m.fdwowner", "'F'", "'FOREIGN DATA WRAPPER '",
     "pg_catalog.quote_ident(m.fdwname)"},
    {"pg_foreign_server", "m.srvacl", "m.srvowner", "'S'", "'FOREIGN SERVER '",
     "pg_catalog.quote_ident(m.srvname)"},
});

constexpr const char* k_members = R"sql(
SELECT d.refobjid, {word} OPERATOR(pg_catalog.||) {name}, NULL, pg_catalog.pg_get_userbyid({owner}),
  COALESCE({acl}, pg_catalog.acldefault({letter}, {owner}))::pg_catalog.text[],
  COALESCE(i.initprivs, pg_catalog.acldefault({letter}, {owner}))::pg_catalog.text[]
FROM pg_catalog.{catalog} AS m
JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.{catalog}'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) m.oid AND d.deptype IN ('e')
  AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
LEFT JOIN pg_catalog.pg_init_privs AS i ON i.classoid OPERATOR(pg_catalog.=) d.classid
  AND i.objoid OPERATOR(pg_catalog.=) m.oid AND i.objsubid OPERATOR(pg_catalog.=) 0
WHERE ({acl} IS NOT NULL OR i.initprivs IS NOT NULL) AND {within_reach})sql";

constexpr const char* k_columns = R"sql(
SELECT d.refobjid, 'TABLE ' OPERATOR(pg_catalog.||) m.oid::pg_catalog.oid::pg_catalog.regclass::pg_catalog.text,
  a.attname, pg_catalog.pg_get_userbyid(m.relowner), COALESCE(a.attacl, '{{}}')::pg_catalog.text[],
  COALESCE(i.initprivs, '{{}}')::pg_catalog.text[]
FROM pg_catalog.pg_class AS m
JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.objid OPERATOR(pg_catalog.=) m.oid AND d.deptype IN ('e')
  AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) m.oid AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_init_privs AS i ON i.classoid OPERATOR(pg_catalog.=) d.classid
  AND i.objoid OPERATOR(pg_catalog.=) m.oid AND i.objsubid OPERATOR(pg_catalog.=) a.attnum
WHERE (a.attacl IS NOT NULL OR i.initprivs IS NOT NULL) AND {within_reach})sql";

// The owner may be another since, and gave what there was in the beginning.
std::string first_grantor(const std::vector<std::string>& items) {
  for (const auto& one : schema::canonical_acl(items, ""))
    if (const auto item = schema::parse_acl_item(one); !item.grantor.empty()) return item.grantor;
  return {};
}

/// Letters, each with its star, by who has them from whom.
using Held = std::map<std::string, std::pair<AclItem, std::vector<std::string>>>;

Held held(const std::vector<std::string>& items, const std::string& owner) {
  Held all;
  for (const auto& one : schema::canonical_acl(items, owner)) {
    auto item = schema::parse_acl_item(one);
    const auto letters = std::exchange(item.privileges, {});
    auto& [whose, list] = all[item.text()];
    whose = item;
    for (const char c : letters) {
      if (c == '*')
        list.back() += c;
      else
        list.emplace_back(1, c);
    }
  }
  return all;
}

/// The items of `first` without those letters that `second` has in the same way.
std::vector<std::string> only_in(const Held& first, const Held& second) {
  std::vector<std::string> items;
  for (const auto& [key, value] : first) {
    auto [item, letters] = value;
    const auto found = second.find(key);
    for (const auto& letter : letters) {
      const bool shared = found != second.end() &&
                          std::find(found->second.second.begin(), found->second.second.end(),
                                    letter) != found->second.second.end();
      if (!shared) item.privileges += letter;
    }
    if (!item.privileges.empty()) items.push_back(item.text());
  }
  return items;
}

void add_grants(Reading& reading, const CopiedRow& row) {
  const auto now = held(row.array(4), std::string(row.text(3)));
  const auto first = row.array(5);
  const auto began = held(first, first_grantor(first));
  const auto given = only_in(now, began);
  const auto taken = only_in(began, now);
  if (given.empty() && taken.empty()) return;
  auto& builder = reading.builder();
  const auto handle = builder.add(Kind::member_grants, {}, row.text(1), row.text(2));
  builder.set_list(handle, Property::acl, given);
  builder.set_list(handle, Property::revoked_acl, taken);
  if (const auto extension = reading.known(Catalog::extension, row.oid(0)))
    builder.depends(handle, *extension);
}

} // namespace

Status read_member_grants(Reading& reading) {
  const auto on_row = [&](const CopiedRow& row) { add_grants(reading, row); };
  for (const auto& one : k_granted) {
    const auto within = one.space == nullptr ? "true" : is_within_reach(reading, one.space);
    SLIPWAY_TRY(
        reading.each(fmt::format(fmt::runtime(k_members), fmt::arg("catalog", one.catalog),
                                 fmt::arg("acl", one.acl), fmt::arg("owner", one.owner),
                                 fmt::arg("letter", one.letter), fmt::arg("word", one.word),
                                 fmt::arg("name", one.name), fmt::arg("within_reach", within)),
                     on_row));
  }
  return reading.each(
      fmt::format(fmt::runtime(k_columns),
                  fmt::arg("within_reach", is_within_reach(reading, "m.relnamespace"))),
      on_row);
}

} // namespace slipway::inspect
