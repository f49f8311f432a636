#pragma once

#include "slipway/base/deadline.hpp"
#include "slipway/base/result.hpp"
#include "slipway/diff/plan.hpp"
#include "slipway/pg/session.hpp"
#include "slipway/rehearse/table_list.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slipway::rehearse {

/// Rows or values that are gone.
struct Lost {
  diff::Finding finding; ///< data_loss
  /// Of a partition tree: the paths of the partitions that are gone.
  std::vector<std::string> partitions;
};

/// Remembers how many rows each table of a database has, which values each column, and which file
/// each table is in; later tells what of it is gone. The values stay in the server, in temporary
/// tables of the session, which must live as long as this object. No lock is held in between.
///
/// A table is the same one when it still has its number, however it is called now, else the one of
/// the same name; a column likewise. Partitions are looked at together with all of their tree, so
/// rows may move between them. Order does not count; NULLs that became values, and values that were
/// added, are no loss. Columns that are computed before and after are not looked at.
class KeptValues {
public:
  /// Errors: as pg::Session.
  static Result<KeptValues> remember(pg::Session& session, const Wait& wait);

  /// Rows and values that went or changed. A value whose text changed with its type
  /// counts as kept when its new text, read as the old type, gives the old text.
  Result<std::vector<Lost>> losses(const Wait& wait);
  /// rewrite for each table that is in another file now.
  Result<std::vector<diff::Finding>> rewrites(const Wait& wait);

private:
  /// What is looked at together: a table, or all leaves of a partition tree.
  struct Group {
    ObjectNumber id = 0;
    QualifiedName name;
    bool tree = false;
    std::vector<const TableFacts*> members;
    std::vector<std::string> columns; ///< of all members
  };
  struct Loss {
    std::int64_t gone = 0;
    std::int64_t all = 0;
  };
  /// A column as it is now, and where.
  struct Place {
    const TableFacts* table;
    const TableColumn* column;
  };

  KeptValues(pg::Session& session, TableList before);
  /// Of a tree the root is what people know, so that is what is named.
  static TableFacts root_of(const Group& group);
  static std::string column_path(const Group& group, const TableFacts& table,
                                 const std::string& column);
  std::vector<const TableFacts*> relations_now(const Group& group, const TableList& now) const;
  static std::vector<std::string> gone_partitions(const Group& group, const TableList& now);
  std::vector<Place> places_now(const Group& group, const std::string& column,
                                const std::vector<const TableFacts*>& relations) const;
  Result<std::vector<Lost>> losses_of(const Group& group, const TableList& now, const Wait& wait);
  Result<std::optional<diff::Finding>> loss_of(const Group& group, std::size_t column,
                                               const std::vector<Place>& places, const Wait& wait);
  Result<Loss> compare(const Group& group, std::size_t column, const Wait& wait);
  Result<bool> same_as_old_type(const Group& group, std::size_t column,
                                const std::vector<Place>& places, const std::string& old_type,
                                const Wait& wait);

  pg::Session* session_;
  TableList before_;
  std::vector<Group> groups_;
};

/// Whether somebody who reads these findings knows of the loss: one for the same object, for the
/// table that the column is in, or for each of the partitions that are gone.
bool is_announced(const Lost& loss, const std::vector<diff::Finding>& announced);

} // namespace slipway::rehearse
