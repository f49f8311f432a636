#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::test {

/// Rules that statements are made by; tests/data/pairs/grammar.txt says how they are written.
class Grammar {
public:
  struct Alternative {
    int weight = 1;
    std::string text;
  };
  struct Rule {
    std::size_t pool = 0; ///< how many alternatives a seed has; 0: all
    std::vector<Alternative> alternatives;
  };

  /// What a server of that major version knows. Throws std::runtime_error for what cannot be read
  /// and for rules that are named and not there.
  static Grammar parse(const std::string& text, int major_version);
  const Rule& rule(const std::string& name) const;
  /// Other alternatives for a pool, as many as a seed has of it: what is random stays the same.
  void rename(const std::string& name, const std::vector<std::string>& alternatives);

private:
  std::map<std::string, Rule> rules_;
};

/// Random statements over a small set of names, so that they often meet the same objects. Any of
/// them may fail: what stands after running them all, errors ignored, is a random schema. The same
/// seed makes the same statements on every machine.
class RandomDdl {
public:
  RandomDdl(const Grammar& grammar, std::uint64_t seed);

  /// Statements that make something of every kind.
  std::vector<std::string> creations(int count);
  /// Statements that make what does not come about easily.
  std::vector<std::string> crowd();
  /// Statements that change what crowd() made.
  std::vector<std::string> swaps(int count) { return statements("swap", count); }
  /// Statements that change, drop or add to what creations() made.
  std::vector<std::string> mutations(int count);
  /// Any text of a rule.
  std::string statement(const std::string& rule);
  std::size_t below(std::size_t limit) { return random_() % limit; }

private:
  std::vector<std::string> statements(const std::string& rule, int count);
  std::vector<std::string> all_of(const std::string& rule);
  std::string choose(const std::string& rule);
  std::string expanded(std::string_view text);
  std::string expanded_name(std::string_view text, std::size_t& at);
  std::string expanded_choice(std::string_view text, std::size_t& at);

  const Grammar& grammar_;
  std::mt19937_64 random_;
  std::map<std::string, std::vector<Grammar::Alternative>> pools_;
  std::map<std::string, std::string> bound_; ///< of the statement under way
};

} // namespace slipway::test
