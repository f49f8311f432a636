#include "readers.hpp"

namespace slipway::inspect {

namespace {

// Rows that have no object of their own in any other reading, and what they are a piece of.
// Numbers of catalogs that are not in Catalog.
constexpr Oid k_family_operator = 2602;
constexpr Oid k_family_procedure = 2603;
constexpr Oid k_published_schema = 6237;

class Dependencies {
public:
  explicit Dependencies(Reading& reading) : reading_(reading) {}

  Status read() {
    SLIPWAY_TRY(read_types());
    SLIPWAY_TRY(read_pieces());
    SLIPWAY_TRY(read_transforms());
    return reading_.each(
        // Rows about one and the same relation and its insides are most of them and say nothing.
        "SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid "
        "FROM pg_catalog.pg_depend AS d WHERE d.deptype IN ('n', 'a', 'i', 'P', 'S', 'x') "
        "AND (d.refobjid OPERATOR(pg_catalog.>=) 16384 "
        "OR d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass)",
        [&](const CopiedRow& row) {
          const auto object = meant(row.oid(0), row.oid(1), static_cast<int>(row.number(2)));
          if (!object || is_owned_sequence(row)) return;
          const auto needs = meant(row.oid(3), row.oid(4), static_cast<int>(row.number(5)));
          if (needs) reading_.builder().depends(*object, *needs);
        });
  }

private:
  // The rows of a relation have a type, each type has one of arrays, and a range type one of
  // several ranges.
  Status read_types() {
    const auto piece = [&](Oid type, std::optional<Handle> of) {
      if (type != 0 && of && !reading_.known(Catalog::type, type))
        reading_.note_piece(Catalog::type, type, *of);
    };
    SLIPWAY_TRY(
        reading_.each("SELECT t.oid, t.typrelid, t.typarray FROM pg_catalog.pg_type AS t "
                      "WHERE t.oid OPERATOR(pg_catalog.>=) 16384 AND t.typtype NOT IN ('m')",
                      [&](const CopiedRow& row) {
                        auto of = reading_.known(Catalog::type, row.oid(0));
                        if (!of && row.oid(1) != 0)
                          of = reading_.known(Catalog::relation, row.oid(1));
                        if (!of) return;
                        piece(row.oid(0), of);
                        piece(row.oid(2), of);
                      }));
    if (!reading_.is_since(14)) return {};
    return reading_.each(
        "SELECT r.rngtypid, r.rngmultitypid, t.typarray FROM pg_catalog.pg_range AS r "
        "JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) r.rngmultitypid "
        "WHERE r.rngtypid OPERATOR(pg_catalog.>=) 16384",
        [&](const CopiedRow& row) {
          const auto of = reading_.known(Catalog::type, row.oid(0));
          piece(row.oid(1), of);
          piece(row.oid(2), of);
        });
  }

  // What routines name in TRANSFORM FOR TYPE, of which the catalog notes nothing.
  Status read_transforms() {
    SLIPWAY_TRY(read_transformed_types());
    return reading_.each(
        "SELECT p.oid, x.oid FROM pg_catalog.pg_proc AS p "
        "JOIN pg_catalog.pg_transform AS x ON x.trflang OPERATOR(pg_catalog.=) p.prolang "
        "AND x.trftype OPERATOR(pg_catalog.=) ANY (p.protrftypes) "
        "WHERE p.protrftypes IS NOT NULL",
        [&](const CopiedRow& row) {
          const auto routine = meant(static_cast<Oid>(Catalog::procedure), row.oid(0), 0);
          const auto transform = meant(static_cast<Oid>(Catalog::transform), row.oid(1), 0);
          if (routine && transform) reading_.builder().depends(*routine, *transform);
        });
  }

  // The type may be there without the transform.
  Status read_transformed_types() {
    return reading_.each("SELECT p.oid, t.type FROM pg_catalog.pg_proc AS p "
                         "CROSS JOIN LATERAL pg_catalog.unnest(p.protrftypes) AS t (type) "
                         "WHERE p.protrftypes IS NOT NULL",
                         [&](const CopiedRow& row) {
                           const auto routine =
                               meant(static_cast<Oid>(Catalog::procedure), row.oid(0), 0);
                           const auto type = meant(static_cast<Oid>(Catalog::type), row.oid(1), 0);
                           if (routine && type) reading_.builder().depends(*routine, *type);
                         });
  }

  Status read_pieces() {
    SLIPWAY_TRY(read_family_members("pg_amop", k_family_operator, "amopfamily"));
    SLIPWAY_TRY(read_family_members("pg_amproc", k_family_procedure, "amprocfamily"));
    SLIPWAY_TRY(read_publication_rows("pg_publication_rel", "prpubid",
                                      static_cast<Oid>(Catalog::publication_relation)));
    if (!reading_.is_since(15)) return {};
    return read_publication_rows("pg_publication_namespace", "pnpubid", k_published_schema);
  }

  // A member of an operator family may have been made with a class; then it is the class's.
  Status read_family_members(const std::string& table, Oid catalog, const std::string& family) {
    return reading_.each(
        "SELECT m.oid, m." + family + ", d.refobjid FROM pg_catalog." + table +
            " AS m LEFT JOIN pg_catalog.pg_depend AS d "
            "ON d.objid OPERATOR(pg_catalog.=) m.oid AND d.classid OPERATOR(pg_catalog.=) " +
            std::to_string(catalog) +
            "::pg_catalog.oid AND d.deptype IN ('i') AND d.refclassid OPERATOR(pg_catalog.=) "
            "'pg_catalog.pg_opclass'::pg_catalog.regclass "
            "WHERE m.oid OPERATOR(pg_catalog.>=) 16384",
        [&](const CopiedRow& row) {
          auto of = reading_.known(Catalog::operator_class, row.oid(2));
          if (!of) of = reading_.known(Catalog::operator_family, row.oid(1));
          if (of) reading_.note_piece(Catalog{catalog}, row.oid(0), *of);
        });
  }

  Status read_publication_rows(const std::string& table, const std::string& publication,
                               Oid catalog) {
    return reading_.each("SELECT p.oid, p." + publication + " FROM pg_catalog." + table + " AS p",
                         [&](const CopiedRow& row) {
                           const auto of = reading_.known(Catalog::publication, row.oid(1));
                           if (of) reading_.note_piece(Catalog{catalog}, row.oid(0), *of);
                         });
  }

  std::optional<Handle> meant(Oid catalog, Oid oid, int column) const {
    if (const auto handle = reading_.meant_by(catalog, oid, column)) return handle;
    const auto extension = reading_.extension_of(catalog, oid);
    return extension ? reading_.known(Catalog::extension, *extension) : std::nullopt;
  }

  // A sequence goes with the column that it belongs to, but the column's default needs it, too.
  bool is_owned_sequence(const CopiedRow& row) {
    return row.oid(0) == static_cast<Oid>(Catalog::relation) && row.number(5) != 0 &&
           reading_.relations().sequence_owner(row.oid(1)) != nullptr;
  }

  Reading& reading_;
};

} // namespace

Status read_dependencies(Reading& reading) {
  return Dependencies(reading).read();
}

} // namespace slipway::inspect
