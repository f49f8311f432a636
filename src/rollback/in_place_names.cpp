#include "in_place_names.hpp"

#include "slipway/base/sql_text.hpp"
#include "slipway/rollback/safe_path.hpp"

#include <fmt/format.h>

namespace slipway::rollback {

namespace {

constexpr const char* k_begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
                                "SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0; "
                                "SET LOCAL idle_in_transaction_session_timeout = 0";

/// A schema as it is, as statements that make an empty one.
constexpr const char* k_like = R"sql(
SELECT pg_catalog.concat(
  pg_catalog.format('CREATE SCHEMA %I AUTHORIZATION %I', n.nspname, pg_catalog.pg_get_userbyid(n.nspowner)),
  CASE WHEN n.nspacl IS NOT NULL THEN pg_catalog.format('; REVOKE ALL ON SCHEMA %I FROM %I', n.nspname,
                                                        pg_catalog.pg_get_userbyid(n.nspowner)) END,
  (SELECT pg_catalog.string_agg(pg_catalog.format('; GRANT %s ON SCHEMA %I TO %s%s', a.privilege_type, n.nspname,
            CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::oid THEN 'PUBLIC'
                 ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END,
            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '')
   FROM pg_catalog.aclexplode(n.nspacl) AS a),
  '; COMMENT ON SCHEMA ', pg_catalog.quote_ident(n.nspname), ' IS ',
  pg_catalog.quote_nullable(pg_catalog.obj_description(n.oid, 'pg_namespace')))
FROM pg_catalog.pg_namespace AS n WHERE n.nspname OPERATOR(pg_catalog.=) $1::name
)sql";

constexpr const char* k_extensions = R"sql(
SELECT e.extname FROM pg_catalog.pg_extension AS e
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) $1::name ORDER BY 1
)sql";

Status rename(pg::Session& session, const std::string& from, const std::string& to,
              const Wait& wait) {
  SLIPWAY_TRY(session.execute(SqlText(fmt::format("ALTER SCHEMA {} RENAME TO {}",
                                                  quote_identifier(from), quote_identifier(to))),
                              wait));
  return {};
}

} // namespace

std::string InPlaceNames::beside(const std::string& name) const {
  return copy_name(name, run_);
}
std::string InPlaceNames::kept(const std::string& name) const {
  return broken_name(name, run_);
}

std::vector<std::string> InPlaceNames::beside_names() const {
  std::vector<std::string> names;
  for (const auto& one : schemas_)
    if (one.before) names.push_back(beside(one.name));
  return names;
}
std::vector<std::string> InPlaceNames::kept_names() const {
  std::vector<std::string> names;
  for (const auto& one : schemas_)
    if (one.now) names.push_back(kept(one.name));
  return names;
}

Status InPlaceNames::begin_empty(pg::Session& session, const Wait& wait) const {
  SLIPWAY_TRY(session.execute(SqlText(k_begin), wait));
  for (const auto& one : schemas_) {
    if (!one.now) continue;
    SLIPWAY_ASSIGN(const auto like, session.query(SqlText(k_like), {one.name}, wait));
    SLIPWAY_TRY(rename(session, one.name, kept(one.name), wait));
    if (one.before) SLIPWAY_TRY(session.execute(SqlText(std::string(like.text(0, 0))), wait));
  }
  return move_extensions(session, false, wait);
}

Status InPlaceNames::begin(pg::Session& session, const Wait& wait) const {
  SLIPWAY_TRY(session.execute(SqlText(k_begin), wait));
  for (const auto& one : schemas_) {
    if (one.now) SLIPWAY_TRY(rename(session, one.name, kept(one.name), wait));
    if (one.before) SLIPWAY_TRY(rename(session, beside(one.name), one.name, wait));
  }
  return move_extensions(session, false, wait);
}

Status InPlaceNames::give_back(pg::Session& session, const Wait& wait) const {
  SLIPWAY_TRY(move_extensions(session, true, wait));
  for (const auto& one : schemas_) {
    if (one.before) SLIPWAY_TRY(rename(session, one.name, beside(one.name), wait));
    if (one.now) SLIPWAY_TRY(rename(session, kept(one.name), one.name, wait));
  }
  return {};
}

// There is one of each in a database, and both sets of schemas may use its types.
Status InPlaceNames::move_extensions(pg::Session& session, bool to_kept, const Wait& wait) const {
  for (const auto& one : schemas_) {
    if (!one.now || !one.before) continue;
    const auto from = to_kept ? one.name : kept(one.name);
    SLIPWAY_ASSIGN(const auto rows, session.query(SqlText(k_extensions), {from}, wait));
    for (std::size_t row = 0; row < rows.size(); ++row)
      SLIPWAY_TRY(session.execute(
          SqlText(fmt::format("ALTER EXTENSION {} SET SCHEMA {}",
                              quote_identifier(rows.text(row, 0)),
                              quote_identifier(to_kept ? kept(one.name) : one.name))),
          wait));
  }
  return {};
}

} // namespace slipway::rollback
