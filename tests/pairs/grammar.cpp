#include "grammar.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace slipway::test {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

std::size_t read_number(std::string_view text, std::size_t& at) {
  std::size_t number = 0;
  while (at < text.size() && is_digit(text[at]))
    number = number * 10 + static_cast<std::size_t>(text[at++] - '0');
  return number;
}

/// "[14] 3x text". Whether a server of that version knows it.
bool read_alternative(std::string_view line, int major_version, Grammar::Alternative& found) {
  std::size_t at = 0;
  bool known = true;
  if (line[0] == '[') {
    ++at;
    const bool last = line[at] == '-';
    if (last) ++at;
    const auto version = static_cast<int>(read_number(line, at));
    known = last ? major_version <= version : major_version >= version;
    at += at + 1 < line.size() && line[at + 1] == ' ' ? 2 : 1;
  }
  std::size_t behind = at;
  const auto weight = read_number(line, behind);
  if (behind > at && behind < line.size() && line[behind] == 'x') {
    found.weight = static_cast<int>(weight);
    // What begins with a blank has two; nothing at all is an alternative, too.
    at = std::min(behind + 2, line.size());
  }
  for (; at < line.size(); ++at) {
    const bool line_end = line[at] == '\\' && at + 1 < line.size() && line[at + 1] == 'n';
    found.text += line_end ? '\n' : line[at];
    if (line_end) ++at;
  }
  return known;
}

std::size_t closing_brace(std::string_view text, std::size_t at) {
  for (int depth = 0; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at;
  }
  throw std::runtime_error("a brace is not closed: " + std::string(text));
}

std::vector<std::string_view> choices_in(std::string_view text) {
  std::vector<std::string_view> choices;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at == text.size() || (depth == 0 && text[at] == '|')) {
      choices.push_back(text.substr(begin, at - begin));
      begin = at + 1;
    } else if (text[at] == '{') {
      ++depth;
    } else if (text[at] == '}') {
      --depth;
    }
  }
  return choices;
}

} // namespace

Grammar Grammar::parse(const std::string& text, int major_version) {
  Grammar grammar;
  Rule* rule = nullptr;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("--")) continue;
    if (line[0] == ':') {
      std::istringstream words(line.substr(1));
      std::string name;
      std::string pool;
      words >> name >> pool;
      rule = &grammar.rules_[name];
      if (pool == "pool") words >> rule->pool;
      continue;
    }
    if (rule == nullptr) throw std::runtime_error("outside of a rule: " + line);
    Alternative one;
    if (read_alternative(line, major_version, one)) rule->alternatives.push_back(std::move(one));
  }
  return grammar;
}

const Grammar::Rule& Grammar::rule(const std::string& name) const {
  const auto found = rules_.find(name);
  if (found == rules_.end() || found->second.alternatives.empty())
    throw std::runtime_error("there is no rule " + name);
  return found->second;
}

void Grammar::rename(const std::string& name, const std::vector<std::string>& alternatives) {
  auto& rule = rules_.at(name);
  if (rule.pool != alternatives.size()) throw std::runtime_error("another number of " + name);
  rule.alternatives.clear();
  for (const auto& one : alternatives) rule.alternatives.push_back({1, one});
}

RandomDdl::RandomDdl(const Grammar& grammar, std::uint64_t seed)
    : grammar_(grammar), random_(seed) {
}

std::vector<std::string> RandomDdl::statements(const std::string& rule, int count) {
  std::vector<std::string> made;
  for (int at = 0; at < count; ++at) made.push_back(statement(rule));
  return made;
}

std::vector<std::string> RandomDdl::creations(int count) {
  auto made = all_of("basis");
  const auto more = statements("creation", count);
  made.insert(made.end(), more.begin(), more.end());
  return made;
}

std::vector<std::string> RandomDdl::crowd() {
  return all_of("crowd");
}

// All alternatives of a rule, in their order.
std::vector<std::string> RandomDdl::all_of(const std::string& rule) {
  std::vector<std::string> made;
  for (const auto& one : grammar_.rule(rule).alternatives) {
    bound_.clear();
    made.push_back(expanded(one.text));
  }
  return made;
}

std::vector<std::string> RandomDdl::mutations(int count) {
  return statements("mutation", count);
}

std::string RandomDdl::statement(const std::string& rule) {
  bound_.clear();
  return choose(rule);
}

std::string RandomDdl::choose(const std::string& name) {
  const auto& rule = grammar_.rule(name);
  const auto* alternatives = &rule.alternatives;
  if (rule.pool != 0) {
    auto& pool = pools_[name];
    for (auto left = rule.alternatives; pool.size() < rule.pool;) {
      const auto at = left.begin() + static_cast<std::ptrdiff_t>(below(left.size()));
      pool.push_back(*at);
      left.erase(at);
    }
    alternatives = &pool;
  }
  std::size_t all = 0;
  for (const auto& one : *alternatives) all += static_cast<std::size_t>(one.weight);
  auto at = below(all);
  for (const auto& one : *alternatives) {
    if (at < static_cast<std::size_t>(one.weight)) return expanded(one.text);
    at -= static_cast<std::size_t>(one.weight);
  }
  throw std::logic_error("weights of " + name);
}

std::string RandomDdl::expanded(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '#' && at + 1 < text.size() && is_of_name(text[at + 1]))
      made += expanded_name(text, at);
    else if (text[at] == '{')
      made += expanded_choice(text, at);
    else
      made += text[at++];
  }
  return made;
}

std::string RandomDdl::expanded_name(std::string_view text, std::size_t& at) {
  const auto begin = ++at;
  if (text[at] == 'n' && at + 1 < text.size() && is_digit(text[at + 1])) {
    const auto limit = read_number(text, ++at);
    return std::to_string(1 + below(limit));
  }
  while (at < text.size() && is_of_name(text[at])) ++at;
  const std::string name(text.substr(begin, at - begin));
  if (at + 1 >= text.size() || text[at] != '.' || !is_digit(text[at + 1])) return choose(name);
  at += 2;
  const std::string label(text.substr(begin, at - begin));
  if (const auto known = bound_.find(label); known != bound_.end()) return known->second;
  return bound_[label] = choose(name);
}

std::string RandomDdl::expanded_choice(std::string_view text, std::size_t& at) {
  const auto end = closing_brace(text, at);
  const auto choices = choices_in(text.substr(at + 1, end - at - 1));
  at = end + 1;
  if (choices.size() == 1) return "{" + expanded(choices.front()) + "}";
  return expanded(choices[below(choices.size())]);
}

} // namespace slipway::test
