// One pair of schemas: there and back, seen by inspect and, now and then, by pg_dump.
#include "pair_trial.hpp"

#include "slipway/rehearse/application.hpp"
#include "slipway/rehearse/catalog_states.hpp"
#include "slipway/rehearse/dump_normal_form.hpp"
#include "slipway/rehearse/dump_program.hpp"

#include <stdexcept>

namespace slipway::test {

namespace {

constexpr int k_creations = 50;
constexpr int k_mutations = 25;
constexpr int k_swaps = 12; // of what only pairs of more strength have
constexpr std::uint64_t k_unrelated_each = 10;
constexpr std::uint64_t k_half_done_each = 9;
constexpr std::uint64_t k_second_look_each = 25;
constexpr int k_rounds_of_shrinking = 4;

constexpr const char* k_leave_indexes_invalid = R"sql(
UPDATE pg_catalog.pg_index AS i SET indisvalid = false
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = i.indexrelid AND c.relkind = 'i' AND NOT c.relispartition AND n.nspname !~ '^pg_'
AND NOT i.indisreplident AND NOT i.indisclustered
AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid))sql";
constexpr const char* k_leave_detach_pending = R"sql(
UPDATE pg_catalog.pg_inherits SET inhdetachpending = true WHERE inhrelid = (
SELECT min(c.oid) FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid
WHERE c.relispartition AND c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_catalog.pg_partitioned_table AS p
  WHERE p.partrelid = i.inhparent AND p.partdefid <> 0)))sql";

template<class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

std::string lines_of(const char* head, const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& one : lines) text += head + one + "\n";
  return text;
}

} // namespace

PairScript script_of_pair(const Grammar& grammar, std::uint64_t seed, int strength) {
  RandomDdl random(grammar, seed);
  PairScript script;
  script.unrelated = seed % k_unrelated_each == 0;
  script.half_done = seed % k_half_done_each == 0;
  script.second_look = seed % k_second_look_each == 0;
  script.creations = random.creations(k_creations * strength);
  script.mutations = script.unrelated ? random.creations(k_creations * strength)
                                      : random.mutations(k_mutations * strength);
  if (strength > 1) {
    const auto crowd = random.crowd();
    script.creations.insert(script.creations.begin() + 1, crowd.begin(), crowd.end());
    const auto changed = script.unrelated ? random.crowd() : random.swaps(k_swaps);
    script.mutations.insert(script.mutations.begin() + (script.unrelated ? 1 : 0), changed.begin(),
                            changed.end());
  }
  return script;
}

PairScript shrunk(PairScript script, const std::function<bool(PairScript&)>& goes_wrong) {
  for (int round = 0; round < k_rounds_of_shrinking; ++round) {
    bool smaller = false;
    for (auto* part : {&script.mutations, &script.creations})
      for (std::size_t at = part->size(); at-- > 0;) {
        auto trial = script;
        auto& statements = part == &script.mutations ? trial.mutations : trial.creations;
        statements.erase(statements.begin() + static_cast<std::ptrdiff_t>(at));
        if (!goes_wrong(trial)) continue;
        script = std::move(trial);
        at = std::min(at, part->size());
        smaller = true;
      }
    if (!smaller) break;
  }
  return script;
}

PairTrial::PairTrial()
    : pg_dump_(rehearse::find_pg_dump(TestServer::instance().cluster(), long_wait())) {
}

void PairTrial::only_make(const PairScript& script) {
  bench_.empty();
  bench_.make(script.creations);
  const auto from = bench_.read();
  if (script.unrelated) bench_.empty();
  bench_.make(script.mutations);
  const auto to = bench_.read();
  coverage_.add(from, to);
  if (!script.half_done) return;
  leave_half_done();
  coverage_.add(bench_.read(), to);
}

std::string PairTrial::go(PairScript& script) {
  was_refused_ = false;
  bench_.empty();
  script.creations = bench_.make(script.creations);
  const auto from = bench_.read();
  const auto from_looks = look(script);
  if (script.unrelated) bench_.empty();
  script.mutations = bench_.make(script.mutations);
  const auto to = bench_.read();
  const auto to_looks = look(script);
  coverage_.add(from, to);

  if (auto wrong = bring(to, from, from_looks, script, "down"); !wrong.empty()) return wrong;
  if (was_refused_)
    if (auto wrong = make_again(script, from); !wrong.empty()) return wrong;
  if (!script.half_done) return bring(from, to, to_looks, script, "up");
  leave_half_done();
  const auto half_done = bench_.read();
  coverage_.add(half_done, to);
  return bring(half_done, to, to_looks, script, "up from what is half done");
}

std::string PairTrial::bring(const schema::Schema& now, const schema::Schema& wanted,
                             const std::optional<Looks>& looks, const PairScript& script,
                             const std::string& where) {
  const auto brought = bench_.bring(now, wanted);
  switch (brought.end) {
  case Brought::End::refused:
    was_refused_ = true;
    ++refusals_[brought.why];
    return {};
  case Brought::End::failed:
    return where + ": " + brought.why + "\n-- the plan\n" + brought.script;
  case Brought::End::arrived:
    break;
  }
  const auto differences = compare(look(script), looks);
  if (differences.empty()) return {};
  return where + ": " + differences + "\n-- the plan\n" + brought.script;
}

std::optional<PairTrial::Looks> PairTrial::look(const PairScript& script) {
  if (!script.second_look) return std::nullopt;
  Looks looks;
  looks.states = value_of(rehearse::catalog_states(bench_.session(), {}, long_wait()));
  if (!pg_dump_) return looks;
  ++second_looks_;
  looks.dump_text = value_of(rehearse::dump_schema(*pg_dump_, TestServer::instance().cluster(),
                                                   bench_.database(), {}, long_wait()));
  looks.dump = value_of(rehearse::dump_normal_form(looks.dump_text));
  return looks;
}

std::string PairTrial::compare(const std::optional<Looks>& seen,
                               const std::optional<Looks>& wanted) {
  if (!seen || !wanted) return {};
  const auto states = rehearse::dump_difference(seen->states, wanted->states);
  auto text = lines_of("state too many: ", states.only_first) +
              lines_of("state missing: ", states.only_second);
  const auto dumps = rehearse::dump_difference(seen->dump, wanted->dump);
  if (dumps.empty() || dumps_mean_the_same(seen->dump_text, wanted->dump_text)) return text;
  return text + lines_of("pg_dump has too much: ", dumps.only_first) +
         lines_of("pg_dump misses: ", dumps.only_second);
}

// Some expressions get another text when their text is read in once more.
bool PairTrial::dumps_mean_the_same(const std::string& one, const std::string& other) {
  const auto first = restored(one);
  const auto second = restored(other);
  if (first.empty() || second.empty()) return false;
  return rehearse::dump_difference(value_of(rehearse::dump_normal_form(first)),
                                   value_of(rehearse::dump_normal_form(second)))
      .empty();
}

/// The dump of what a dump makes; nothing when it cannot be restored.
std::string PairTrial::restored(const std::string& dump) {
  auto& server = TestServer::instance();
  auto session = connect(server.fresh_database());
  if (!rehearse::run_script(session, dump, "pg_dump", long_wait())) return {};
  return value_of(
      rehearse::dump_schema(*pg_dump_, server.cluster(), session.database(), {}, long_wait()));
}

std::string PairTrial::make_again(const PairScript& script, const schema::Schema& wanted) {
  bench_.empty();
  bench_.make(script.creations);
  const auto differences = schema::compare(bench_.read(), wanted);
  return differences.empty() ? std::string()
                             : "made once more it is another: " + text_of(differences);
}

void PairTrial::leave_half_done() {
  exec(bench_.session(), k_leave_indexes_invalid);
  if (TestServer::instance().major_version() >= 14) exec(bench_.session(), k_leave_detach_pending);
}

} // namespace slipway::test
