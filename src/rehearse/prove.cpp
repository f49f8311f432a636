// The proof of a plan: do it on a copy and look, from both ends and with two pairs of eyes.
#include "slipway/rehearse/prove.hpp"

#include "observation.hpp"
#include "slipway/rehearse/application.hpp"
#include "slipway/rehearse/dump_program.hpp"
#include "slipway/rehearse/kept_values.hpp"
#include "slipway/rehearse/proof_database.hpp"
#include "slipway/rehearse/same_meaning.hpp"
#include "subscriptions.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace slipway::rehearse {

namespace {

void append(std::vector<std::string>& all, std::vector<std::string> some) {
  std::move(some.begin(), some.end(), std::back_inserter(all));
}

class Proving {
public:
  Proving(const ProofRequest& request, const Wait& wait)
      : request_(request), wait_(wait), eyes_{{}, request.scope} {
    eyes_.scope.dependencies = true;
  }

  Result<Proof> run() {
    eyes_.pg_dump = find_pg_dump(request_.cluster, wait_);
    proof_.second_observer_looked = eyes_.pg_dump.has_value();
    SLIPWAY_ASSIGN(Way way, try_on_a_copy(request_.seed_sql));
    // What remains to be shown does not depend on rows.
    if (way == Way::rows_in_it && !request_.seed_sql.empty()) {
      SLIPWAY_ASSIGN(way, try_on_a_copy({}));
    }
    if (way == Way::rows_in_it)
      differs("rows stop the plan, so that nothing is shown: " + proof_.observed.back().message);
    proof_.holds = proof_.differences.empty();
    return std::move(proof_);
  }

private:
  enum class Way { free, rows_in_it, wrong };

  Result<Way> try_on_a_copy(const std::string& seed) {
    SLIPWAY_ASSIGN(const ProofDatabase copy,
                   ProofDatabase::make(request_.cluster, request_.from_database, wait_));
    SLIPWAY_TRY(copy_subscriptions(request_.cluster, request_.from_database, copy.name(), wait_));
    SLIPWAY_TRY(fill(copy.name(), seed));
    SLIPWAY_ASSIGN(auto memory, open_in(request_.cluster, copy.name(), wait_));
    SLIPWAY_ASSIGN(KeptValues kept, KeptValues::remember(memory, wait_));
    SLIPWAY_ASSIGN(const Way up, go_up(copy.name(), kept));
    if (up != Way::free) return up;
    SLIPWAY_TRY(look_after_up(copy.name()));
    if (request_.down.empty()) return up;
    return go_down(copy.name(), kept);
  }

  Status fill(const std::string& copy, const std::string& seed) {
    if (seed.empty()) return {};
    SLIPWAY_ASSIGN(auto session, open_in(request_.cluster, copy, wait_));
    return run_script(session, seed, "seed", wait_);
  }

  Result<pg::Session> open_as_role(const std::string& database) {
    SLIPWAY_ASSIGN(auto session, open_in(request_.cluster, database, wait_));
    if (!request_.role.empty())
      SLIPWAY_TRY(session.execute(
          SqlText("SET SESSION AUTHORIZATION " + quote_identifier(request_.role)), wait_));
    return session;
  }

  Result<Way> apply(const std::string& database, const std::vector<diff::Statement>& statements,
                    std::string_view direction) {
    SLIPWAY_ASSIGN(auto session, open_as_role(database));
    SLIPWAY_ASSIGN(auto stopped, apply_plan(session, statements, wait_));
    if (!stopped) return Way::free;
    if (stopped->rows_in_the_way) {
      observe_once(std::move(*stopped->rows_in_the_way));
      return Way::rows_in_it;
    }
    proof_.differences.push_back(fmt::format("{}: {}", direction, stopped->message));
    return Way::wrong;
  }

  Result<Way> go_up(const std::string& copy, KeptValues& kept) {
    SLIPWAY_ASSIGN(const Way way, apply(copy, request_.up, "up"));
    SLIPWAY_ASSIGN(auto rewrites, kept.rewrites(wait_));
    for (diff::Finding& one : rewrites) observe_once(std::move(one));
    SLIPWAY_ASSIGN(auto losses, kept.losses(wait_));
    for (Lost& loss : losses) {
      if (!is_announced(loss, announced()))
        differs(loss.finding.message + ", and no finding says so");
      observe_once(std::move(loss.finding));
    }
    return way;
  }

  /// A second copy shows the same again.
  void observe_once(diff::Finding finding) {
    const auto& all = proof_.observed;
    if (std::none_of(all.begin(), all.end(), [&](const diff::Finding& one) {
          return one.kind == finding.kind && one.object == finding.object;
        }))
      proof_.observed.push_back(std::move(finding));
  }

  void differs(std::string sentence) {
    auto& all = proof_.differences;
    if (std::find(all.begin(), all.end(), sentence) == all.end())
      all.push_back(std::move(sentence));
  }

  std::vector<diff::Finding> announced() const {
    std::vector<diff::Finding> all;
    for (const diff::Statement& statement : request_.up)
      all.insert(all.end(), statement.findings.begin(), statement.findings.end());
    return all;
  }

  Status look_after_up(const std::string& copy) {
    SLIPWAY_ASSIGN(const Observation made, observe(request_.cluster, copy, eyes_, wait_));
    SLIPWAY_ASSIGN(const Observation wanted,
                   observe(request_.cluster, request_.to_database, eyes_, wait_));
    SLIPWAY_TRY(compare(made, wanted, "after up"));
    return {};
  }

  /// What was there before is there again, unless the way up said that it goes.
  Status look_for_rows_after_down(KeptValues& kept) {
    const auto all = announced();
    const bool lossy = std::any_of(all.begin(), all.end(), [](const diff::Finding& one) {
      return one.kind == diff::FindingKind::data_loss;
    });
    if (lossy) return {};
    SLIPWAY_ASSIGN(const auto losses, kept.losses(wait_));
    for (const Lost& loss : losses) differs("after up and down: " + loss.finding.message);
    return {};
  }

  Result<Way> go_down(const std::string& copy, KeptValues& kept) {
    SLIPWAY_ASSIGN(const Way way, apply(copy, request_.down, "down"));
    if (way != Way::free) return way;
    SLIPWAY_ASSIGN(const Observation made, observe(request_.cluster, copy, eyes_, wait_));
    SLIPWAY_ASSIGN(const Observation wanted,
                   observe(request_.cluster, request_.from_database, eyes_, wait_));
    SLIPWAY_TRY(compare(made, wanted, "after up and down"));
    SLIPWAY_TRY(look_for_rows_after_down(kept));
    return way;
  }

  Status compare(const Observation& made, const Observation& wanted, std::string_view when) {
    const auto differences = schema::compare(made.schema, wanted.schema);
    std::vector<std::string> found = sentences(differences);
    append(found, dump_sentences(made, wanted));
    if (!found.empty() && differ_in_text_only(differences)) {
      SLIPWAY_ASSIGN(const bool settled, is_equal_when_restored(made, wanted));
      if (settled) found.clear();
    }
    append(found, state_sentences(made, wanted));
    if (found.empty()) append(found, planned_again(made, wanted));
    for (const std::string& sentence : found) differs(fmt::format("{}: {}", when, sentence));
    return {};
  }

  /// Some expressions get another text when their text is read in again, once. Two databases that
  /// look the same after that are equal.
  Result<bool> is_equal_when_restored(const Observation& made, const Observation& wanted) {
    if (!made.dump || !wanted.dump) return false;
    SLIPWAY_ASSIGN(const auto one, restored(made.dump_text));
    SLIPWAY_ASSIGN(const auto other, restored(wanted.dump_text));
    if (!one || !other) return false;
    return schema::compare(one->schema, other->schema).empty() &&
           dump_sentences(*one, *other).empty();
  }

  /// Absent when the dump cannot be restored: then there is nothing to compare.
  Result<std::optional<Observation>> restored(const std::string& dump) {
    SLIPWAY_ASSIGN(const ProofDatabase fresh, ProofDatabase::make(request_.cluster, "", wait_));
    {
      SLIPWAY_ASSIGN(auto session, open_in(request_.cluster, fresh.name(), wait_));
      if (Status done = run_script(session, dump, "pg_dump", wait_); !done) {
        if (done.error().sql && done.error().connection_usable())
          return std::optional<Observation>();
        return std::move(done).error();
      }
    }
    SLIPWAY_ASSIGN(auto seen, observe(request_.cluster, fresh.name(), eyes_, wait_));
    return std::optional<Observation>(std::move(seen));
  }

  static std::vector<std::string> planned_again(const Observation& made,
                                                const Observation& wanted) {
    // Where only texts differ, comparing with the text read in again is for who plans, too.
    if (!schema::compare(made.schema, wanted.schema).empty()) return {};
    const diff::Plan plan = diff::make_plan(made.schema, wanted.schema, {});
    std::vector<std::string> found;
    for (const diff::Statement& statement : plan.statements)
      found.push_back("planning again still yields, for " + statement.object + ": " +
                      statement.sql);
    for (const diff::Refusal& refusal : plan.refusals)
      found.push_back("planning again refuses " + refusal.object + ": " + refusal.message);
    return found;
  }

  const ProofRequest& request_;
  const Wait& wait_;
  Eyes eyes_;
  Proof proof_;
};

} // namespace

Result<Proof> prove(const ProofRequest& request, const Wait& wait) {
  return Proving(request, wait).run();
}

} // namespace slipway::rehearse
