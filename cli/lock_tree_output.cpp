#include "lock_tree_output.hpp"

#include "slipway/base/duration.hpp"
#include "slipway/base/sql_text.hpp"
#include "slipway/base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace slipway::cli {

namespace {

using locks::BlockingTree;
using locks::TreeSession;

std::string age(double seconds) {
  constexpr double k_millis = 1000;
  return format_duration(Millis(static_cast<std::int64_t>(seconds * k_millis)));
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string lock_text(const locks::TreeLock& lock) {
  return fmt::format("{} on {}", lock.mode, lock.object);
}

std::string wait_text(const TreeSession& one) {
  std::string text = "waits";
  if (one.waited_s)
    text += fmt::format("{} {}", one.waited_at_most ? " at most" : "", age(*one.waited_s));
  return text + " for " + lock_text(*one.wanted);
}

std::string state_text(const TreeSession& one) {
  if (one.gone) return "ended meanwhile";
  if (one.hidden) return "its state is hidden";
  std::string text = one.state.empty() ? one.backend_type : one.state;
  if (one.state_age_s) text += " for " + age(*one.state_age_s);
  if (one.state == "active" && !one.wait_event.empty()) text += ", waits for " + one.wait_event;
  return text;
}

std::string headline(const TreeSession& one) {
  if (one.pid == 0)
    return fmt::format("prepared transaction {} (user {}), prepared {} ago",
                       quote_literal(one.prepared_gid), one.user,
                       age(one.transaction_age_s.value_or(0)));
  const auto name = one.application_name.empty() ? "unnamed application" : one.application_name;
  std::string text = fmt::format("pid {} {} ({})  {}", one.pid, name,
                                 one.user.empty() ? "no user" : "user " + one.user,
                                 one.is_waiting() ? wait_text(one) : state_text(one));
  if (one.transaction_age_s) text += ", transaction of " + age(*one.transaction_age_s);
  return text;
}

std::string name_of(const TreeSession& one) {
  return one.pid == 0 ? "prepared " + quote_literal(one.prepared_gid)
                      : fmt::format("pid {}", one.pid);
}

std::vector<std::string> details(const BlockingTree& tree, const TreeSession& one) {
  std::vector<std::string> lines;
  if (!one.held.empty()) {
    std::vector<std::string> held;
    for (const auto& lock : one.held) held.push_back(lock_text(lock));
    lines.push_back(fmt::format("holds {}", fmt::join(held, ", ")));
  }
  std::vector<std::string> others;
  for (const auto blocker : one.blocked_by)
    if (one.depth == 0 || blocker != one.parent) others.push_back(name_of(tree.sessions[blocker]));
  if (!others.empty())
    lines.push_back(
        fmt::format("{}waits for {}", one.depth == 0 ? "" : "also ", fmt::join(others, ", ")));
  if (one.in_cycle)
    lines.emplace_back("each in this circle waits for another: a deadlock, which the server ends "
                       "after its deadlock_timeout");
  if (!one.query.empty()) lines.push_back(one.query);
  return lines;
}

// "│  " or blanks for each level above, so that lines lead to those still to come.
class Branches {
public:
  explicit Branches(const BlockingTree& tree) : tree_(tree) {}

  std::string before_headline(std::size_t i) const {
    const auto& one = tree_.sessions[i];
    if (one.depth == 0) return {};
    return above(i) + (has_later_sibling(i) ? "├─ " : "└─ ");
  }
  std::string before_detail(std::size_t i) const {
    const auto& one = tree_.sessions[i];
    std::string text = above(i);
    if (one.depth > 0) text += has_later_sibling(i) ? "│  " : "   ";
    return text + (has_child(i) ? "│    " : "     ");
  }

private:
  std::string above(std::size_t i) const {
    std::string text;
    for (auto at = i; tree_.sessions[at].depth > 1;) {
      at = tree_.sessions[at].parent;
      text.insert(0, has_later_sibling(at) ? "│  " : "   ");
    }
    return text;
  }
  bool has_later_sibling(std::size_t i) const {
    const auto& one = tree_.sessions[i];
    for (auto j = i + 1; j < tree_.sessions.size(); ++j)
      if (tree_.sessions[j].depth > 0 && tree_.sessions[j].parent == one.parent) return true;
    return false;
  }
  bool has_child(std::size_t i) const {
    return i + 1 < tree_.sessions.size() && tree_.sessions[i + 1].depth > tree_.sessions[i].depth;
  }
  const BlockingTree& tree_;
};

std::string freeing_command(const TreeSession& root) {
  if (root.pid == 0)
    return fmt::format("ROLLBACK PREPARED {0}; -- or COMMIT PREPARED {0};",
                       quote_literal(root.prepared_gid));
  return fmt::format("slipway locks cancel {}{}", root.pid,
                     root.is_idle_in_transaction() ? " --terminate" : "");
}

std::string footer(const BlockingTree& tree) {
  std::string text;
  for (const auto& one : tree.sessions)
    if (one.depth == 0 && !one.gone && !one.in_cycle)
      text += fmt::format("to free those behind {}: {}\n", name_of(one), freeing_command(one));
  if (const auto hidden = tree.hidden(); hidden > 0)
    text += fmt::format("of {}, state, age and query are hidden from user {}: GRANT "
                        "pg_read_all_stats TO {};\n",
                        counted(hidden, "session"), tree.user, quote_identifier(tree.user));
  return text;
}

std::string shown(const observe::Output& out, std::string_view text) {
  return observe::printable(out.masked(text));
}

} // namespace

std::string lock_tree_text(const BlockingTree& tree, const observe::Output& out) {
  if (tree.sessions.empty())
    return fmt::format("nobody waits for a lock in {}\n", shown(out, tree.database));
  std::string text = fmt::format(
      "{} in {} for locks, behind {}\n\n",
      tree.waiting() == 1 ? std::string("1 session waits")
                          : fmt::format("{} sessions wait", tree.waiting()),
      shown(out, tree.database),
      tree.roots() == 1 ? "1 that does not" : fmt::format("{} that do not", tree.roots()));
  const Branches branches(tree);
  for (std::size_t i = 0; i < tree.sessions.size(); ++i) {
    const auto& one = tree.sessions[i];
    const auto role = one.depth == 0 ? observe::Role::bold : observe::Role::plain;
    text += branches.before_headline(i) + out.paint(role, shown(out, headline(one))) + "\n";
    for (const auto& line : details(tree, one))
      text += branches.before_detail(i) + out.paint(observe::Role::dim, shown(out, line)) + "\n";
  }
  return text + "\n" + shown(out, footer(tree));
}

namespace {

nlohmann::ordered_json seconds_json(const std::optional<double>& seconds) {
  return seconds ? nlohmann::ordered_json(*seconds) : nlohmann::ordered_json();
}

nlohmann::ordered_json lock_json(const locks::TreeLock& lock) {
  return {{"object", lock.object}, {"mode", lock.mode}};
}

nlohmann::ordered_json session_json(const BlockingTree& tree, const TreeSession& one) {
  nlohmann::ordered_json json{{"pid", one.pid},
                              {"prepared_gid", one.prepared_gid},
                              {"application_name", one.application_name},
                              {"user", one.user},
                              {"state", one.state},
                              {"backend_type", one.backend_type},
                              {"wait_event", one.wait_event},
                              {"query", one.query}};
  json["transaction_age_s"] = seconds_json(one.transaction_age_s);
  json["state_age_s"] = seconds_json(one.state_age_s);
  json["hidden"] = one.hidden;
  json["gone"] = one.gone;
  json["wanted"] = one.wanted ? lock_json(*one.wanted) : nlohmann::ordered_json();
  json["waited_s"] = seconds_json(one.waited_s);
  json["waited_at_most"] = one.waited_at_most;
  auto& held = json["held"] = nlohmann::ordered_json::array();
  for (const auto& lock : one.held) held.push_back(lock_json(lock));
  json["depth"] = one.depth;
  auto& blocked_by = json["blocked_by"] = nlohmann::ordered_json::array();
  for (const auto blocker : one.blocked_by)
    blocked_by.push_back({{"pid", tree.sessions[blocker].pid},
                          {"prepared_gid", tree.sessions[blocker].prepared_gid}});
  json["in_cycle"] = one.in_cycle;
  return json;
}

} // namespace

nlohmann::ordered_json lock_tree_json(const BlockingTree& tree) {
  nlohmann::ordered_json json{{"database", tree.database},
                              {"waiting", tree.waiting()},
                              {"roots", tree.roots()},
                              {"hidden", tree.hidden()}};
  auto& sessions = json["sessions"] = nlohmann::ordered_json::array();
  for (const auto& one : tree.sessions) sessions.push_back(session_json(tree, one));
  return json;
}

} // namespace slipway::cli
