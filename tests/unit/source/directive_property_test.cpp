#include "parsing.hpp"
#include "slipway/base/duration.hpp"
#include "slipway/source/stored.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace slipway::source {
namespace {

using rc::gen::element;

// What a written file says, to be compared with what is read.
struct Said {
  TransactionMode transaction = TransactionMode::automatic;
  std::optional<std::chrono::milliseconds> lock_timeout;
  std::optional<std::chrono::milliseconds> statement_timeout;
  std::optional<Phase> phase;
  std::optional<std::string> change;
  std::vector<Version> requires_versions;
  std::vector<std::pair<std::string, std::string>> allows;
  std::vector<std::string> up;
  std::vector<std::string> down;
};

template<class T>
std::optional<T> perhaps(rc::Gen<T> gen) {
  if (!*rc::gen::arbitrary<bool>()) return std::nullopt;
  return *gen;
}

rc::Gen<std::string> word() {
  return rc::gen::nonEmpty(rc::gen::container<std::string>(
      element('a', 'z', '0', '9', '_', '-', '.', ':', '\'', ';', '$')));
}

// Statements that carry every kind of text a directive may be mistaken in.
rc::Gen<std::string> statement() {
  return element<std::string>("SELECT 1", "SELECT '-- slipway:down'", "SELECT '\n-- slipway:up\n'",
                              "SELECT $x$\n-- slipway:down\n;$x$",
                              "SELECT /*\n-- slipway:down\n*/ 2",
                              "SELECT \"a\n-- slipway:verify\n\" FROM t", "SELECT 'é'");
}

Said any_said() {
  const auto durations = element<std::chrono::milliseconds>(
      std::chrono::milliseconds(1), std::chrono::seconds(7), std::chrono::minutes(90));
  Said said;
  said.transaction =
      *element(TransactionMode::automatic, TransactionMode::on, TransactionMode::off);
  said.lock_timeout = perhaps<std::chrono::milliseconds>(durations);
  said.statement_timeout = perhaps<std::chrono::milliseconds>(durations);
  said.phase =
      perhaps<Phase>(element(Phase::expand, Phase::backfill, Phase::switch_over, Phase::contract));
  said.change = perhaps<std::string>(word());
  for (const auto number : *rc::gen::unique<std::vector<int>>(rc::gen::inRange(8, 1000)))
    said.requires_versions.emplace_back(number);
  said.allows = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
      rc::gen::pair(word(), word()));
  said.up = *rc::gen::container<std::vector<std::string>>(statement());
  said.down = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(statement()));
  return said;
}

std::string directive(const std::string& text) {
  return fmt::format("{}--{}slipway:{}{}", *element<std::string>("", " ", "\t"),
                     *element<std::string>("", " ", "  "), text,
                     *element<std::string>("\n", " \n", "\r\n"));
}

std::string written(const Said& said) {
  std::string text = *element<std::string>("", "\xEF\xBB\xBF", "\n", "/* head */\n");
  text += directive(said.transaction == TransactionMode::on    ? "transaction on"
                    : said.transaction == TransactionMode::off ? "transaction off"
                                                               : "transaction  auto");
  if (said.lock_timeout)
    text += directive(fmt::format("lock-timeout {}ms", said.lock_timeout->count()));
  if (said.phase) text += directive(fmt::format("phase {}", phase_name(*said.phase)));
  for (const auto& version : said.requires_versions) text += directive("requires " + version.str());
  text += directive("up");
  if (said.statement_timeout)
    text += directive(fmt::format("statement-timeout {}ms", said.statement_timeout->count()));
  if (said.change) text += directive("change " + *said.change);
  for (const auto& [hazard, reason] : said.allows)
    text += directive("allow " + hazard + "  " + reason);
  for (const auto& sql : said.up) text += sql + *element<std::string>(";\n", " ; -- so\r\n", ";");
  if (!text.empty() && text.back() != '\n') text += "\n";
  text += directive("down");
  for (const auto& sql : said.down) text += sql + ";\n";
  return text;
}

RC_GTEST_PROP(DirectiveProperty, WhatIsWrittenIsReadBack, ()) {
  const Said said = any_said();
  const std::string text = written(said);
  RC_LOG(text);
  const auto migration = parse_migration(file_of(text));
  if (!migration) RC_FAIL(migration.error().message);
  RC_ASSERT(migration->transaction == said.transaction);
  RC_ASSERT(migration->lock_timeout == said.lock_timeout);
  RC_ASSERT(migration->statement_timeout == said.statement_timeout);
  RC_ASSERT(migration->phase == said.phase);
  RC_ASSERT(migration->change == said.change);
  RC_ASSERT(migration->requires_versions == said.requires_versions);
  std::vector<std::pair<std::string, std::string>> allows;
  for (const auto& allow : migration->allows) allows.emplace_back(allow.hazard, allow.reason);
  RC_ASSERT(allows == said.allows);
  RC_ASSERT(texts(migration->up) == said.up);
  RC_ASSERT(texts(*migration->down) == said.down);

  const auto stored = read_stored(stored_down_text(*migration), "stored");
  RC_ASSERT(stored.has_value());
  RC_ASSERT(texts(stored->section) == said.down);
  RC_ASSERT(stored->transaction == said.transaction);
  RC_ASSERT(stored->lock_timeout == said.lock_timeout);
  RC_ASSERT(stored->statement_timeout == said.statement_timeout);
}

} // namespace
} // namespace slipway::source
