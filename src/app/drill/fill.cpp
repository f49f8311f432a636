// Tries each recipe on each table until one is taken. What refers to a table that has no rows yet
// is tried again once it has.
#include "fill.hpp"

#include <fmt/format.h>

namespace slipway::app::drill {

namespace {

class Filling {
public:
  Filling(pg::Session& session, const MadeUp& made_up, const Wait& wait)
      : session_(session), made_up_(made_up), wait_(wait) {}

  Result<bool> try_table(const Table& table) {
    for (const auto& recipe : recipes()) {
      const auto text = insert_text(table, recipe, {});
      if (!text) {
        reasons_[table.name] = "no value is known for one of its types";
        continue;
      }
      SLIPWAY_ASSIGN(const auto taken, put(table, *text));
      if (taken == 0) continue;
      filled_.rows += taken;
      ++filled_.tables;
      if (table.has_key()) filled_.writable[table.name] = recipe;
      return true;
    }
    return false;
  }

  Filled finish(const std::vector<const Table*>& left) {
    for (const auto* table : left)
      filled_.refused.push_back(table->name.quoted() + ": " + reasons_[table->name]);
    return std::move(filled_);
  }

private:
  // A table that refuses the first row refuses the others as well.
  Result<std::int64_t> put(const Table& table, const std::string& text) {
    std::int64_t taken = 0;
    for (auto n = made_up_.first; n < made_up_.first + made_up_.rows; ++n) {
      auto done = session_.query(SqlText(text), {std::to_string(n)}, wait_);
      if (done) {
        taken += done->affected();
        continue;
      }
      if (!session_.usable() || wait_.stop_requested()) return fail(std::move(done).error());
      reasons_[table.name] = done.error().message;
      if (n == made_up_.first) break;
    }
    return taken;
  }

  pg::Session& session_;
  const MadeUp made_up_;
  const Wait wait_;
  Filled filled_;
  std::map<QualifiedName, std::string> reasons_;
};

} // namespace

Result<Filled> fill(pg::Session& session, const std::vector<Table>& tables, const MadeUp& made_up,
                    const Wait& wait) {
  Filling filling(session, made_up, wait);
  std::vector<const Table*> left;
  for (const auto& table : tables) left.push_back(&table);
  for (bool again = true; again && !left.empty();) {
    again = false;
    std::vector<const Table*> refused;
    for (const auto* table : left) {
      SLIPWAY_ASSIGN(const bool taken, filling.try_table(*table));
      again = again || taken;
      if (!taken) refused.push_back(table);
    }
    left = std::move(refused);
  }
  return filling.finish(left);
}

} // namespace slipway::app::drill
