#pragma once

#include "slipway/diff/plan.hpp"

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::diff {

/// Something in FROM that cannot stay while a statement changes it: `object` is taken down before
/// and put up after, with everything that needs it, if `also` says so of the dependent.
struct Disturbance {
  schema::Identity object;
  enum class Reach {
    everything,  ///< all that needs the object: it goes and comes back
    type_change, ///< of a column: what PostgreSQL does not carry over when the type changes
    new_meaning, ///< of a column: the same, and what has an expression over it, too, because its
                 ///< operators may be others under the new type
    type_swap,   ///< of a type that is replaced by the draft's own statements: all that needs it,
                 ///< but for the columns and domains that the draft moves; of such a column:
                 ///< new_meaning, and foreign keys, too
  } reach = Reach::everything;
};

/// What a rule writes: statements in their order, with what is to be known about them.
class Draft {
public:
  /// Adds a statement. `kind` says what it does in small words: "add column".
  Draft& add(std::string kind, std::string sql) {
    statements_.push_back({std::move(kind), std::move(sql)});
    return *this;
  }
  /// The last statement must not be inside a transaction block.
  Draft& alone() {
    statements_.back().transactional = false;
    return *this;
  }
  /// What comes before the last statement is committed first.
  Draft& after_commit() {
    statements_.back().starts_transaction = true;
    return *this;
  }
  /// The last statement shares the transaction of the one before it.
  Draft& with_previous() {
    statements_.back().with_previous = true;
    return *this;
  }
  /// What is added from here on is for the end, when everything else is in place: it takes long and
  /// is done in transactions of its own.
  void later() {
    if (!late_from_) late_from_ = statements_.size();
  }
  /// Something to know about the last statement.
  Draft& finding(FindingKind kind, std::string message, std::string count_sql = {}) {
    statements_.back().findings.push_back({kind, {}, std::move(message), std::move(count_sql)});
    return *this;
  }
  /// The same about another object than the one that the statement is for.
  Draft& finding_at(std::string object, FindingKind kind, std::string message,
                    std::string count_sql = {}) {
    statements_.back().findings.push_back(
        {kind, std::move(object), std::move(message), std::move(count_sql)});
    return *this;
  }
  void disturb(schema::Identity object, Disturbance::Reach reach) {
    disturbances_.push_back({std::move(object), reach});
  }
  /// There is no safe statement; `kind`: what an unsafe one would do.
  void refuse(std::string message, std::optional<FindingKind> kind = {}) {
    if (kind) refused_.push_back({*kind, {}, message, {}});
    refusals_.push_back(std::move(message));
  }

  struct Drafted {
    std::string kind;
    std::string sql;
    bool transactional = true;
    bool starts_transaction = false;
    bool with_previous = false;
    std::vector<Finding> findings;
  };
  std::vector<Drafted>& statements() { return statements_; }
  const std::vector<Drafted>& statements() const { return statements_; }
  const std::vector<Disturbance>& disturbances() const { return disturbances_; }
  const std::vector<std::string>& refusals() const { return refusals_; }
  const std::vector<Finding>& refused() const { return refused_; }
  /// Takes out what was added after later().
  Draft split_off_late() {
    Draft late;
    if (!late_from_) return late;
    const auto first = statements_.begin() + static_cast<std::ptrdiff_t>(*late_from_);
    late.statements_.assign(std::make_move_iterator(first),
                            std::make_move_iterator(statements_.end()));
    statements_.erase(first, statements_.end());
    late_from_.reset();
    return late;
  }
  bool empty() const { return statements_.empty(); }

private:
  std::vector<Drafted> statements_;
  std::vector<Disturbance> disturbances_;
  std::vector<std::string> refusals_;
  std::vector<Finding> refused_;
  std::optional<std::size_t> late_from_;
};

} // namespace slipway::diff
