#include "facts/leading_words.hpp"

#include "facts/transaction_safety.hpp"

#include "lex/lexer.hpp"
#include "lex/words.hpp"

#include "slipway/base/text.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace slipway::sql {

namespace {

using Words = std::vector<std::string>;

// The first words, in lower case; a token that is no word stands as itself.
Words leading_words(std::string_view sql, std::size_t most) {
  Words words;
  Lexer lexer(sql);
  for (Token token = lexer.next(); token.kind != TokenKind::end && words.size() < most;
       token = lexer.next()) {
    if (token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment) continue;
    const std::string_view text = token.text(sql);
    words.push_back(token.kind == TokenKind::word ? to_lower_ascii(text) : std::string(text));
  }
  return words;
}

bool is_in(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view at(const Words& words, std::size_t i) {
  return i < words.size() ? std::string_view(words[i]) : "";
}

bool has(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Form {
  std::string kind;
  std::size_t next = 0; // the word behind the kind's
};

// CREATE, ALTER and DROP: modifiers, then one to three words for the object.
Form ddl_form(const Words& words) {
  std::size_t i = 1;
  while (is_in(at(words, i), {"or", "replace", "temp", "temporary", "local", "global", "unlogged",
                              "unique", "recursive", "trusted", "procedural", "constraint"}))
    ++i;
  std::size_t length = 1;
  if (is_in(at(words, i), {"materialized", "event", "access", "user", "default", "large"}) ||
      (at(words, i) == "operator" && is_in(at(words, i + 1), {"class", "family"})) ||
      (at(words, i) == "foreign" && at(words, i + 1) == "table"))
    length = 2;
  if ((at(words, i) == "foreign" && at(words, i + 1) == "data") || at(words, i) == "text")
    length = 3;
  Form form{std::string(at(words, 0)), i + length};
  for (std::size_t k = i; k < i + length && k < words.size(); ++k) form.kind += " " + words[k];
  return form;
}

Form form_of(const Words& words) {
  const std::string_view first = at(words, 0);
  if (is_in(first, {"create", "alter", "drop"})) return ddl_form(words);
  if (is_in(first, {"values", "table"})) return {"select", 1};
  if (first == "truncate") return {"truncate table", 1};
  if (first == "lock") return {"lock table", 1};
  if (first == "refresh") return {"refresh materialized view", 3};
  if (first == "start") return {"start transaction", 2};
  if (first == "end") return {"commit", 1};
  if (first == "abort") return {"rollback", 1};
  const bool two_words = (first == "prepare" && at(words, 1) == "transaction") ||
                         (is_in(first, {"commit", "rollback"}) && at(words, 1) == "prepared") ||
                         first == "discard" || first == "security" || first == "reassign";
  if (two_words) return {std::string(first) + " " + std::string(at(words, 1)), 2};
  return {std::string(first), 1};
}

// WITH: the word that begins the statement proper, and whether any part of it writes.
struct WithForm {
  std::string kind = "select";
  bool writes = false;
};

WithForm with_form(std::string_view sql) {
  WithForm form;
  Lexer lexer(sql);
  std::size_t parens = 0;
  TokenKind before = TokenKind::word;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (token.kind == TokenKind::line_comment || token.kind == TokenKind::block_comment) continue;
    const bool begins =
        before == TokenKind::open_paren || (parens == 0 && before == TokenKind::close_paren);
    if (token.kind == TokenKind::open_paren) ++parens;
    if (token.kind == TokenKind::close_paren && parens > 0) --parens;
    if (begins && token.kind == TokenKind::word) {
      const std::string word = to_lower_ascii(token.text(sql));
      if (is_in(word, {"insert", "update", "delete", "merge"})) {
        form.writes = true;
        if (parens == 0) form.kind = word;
      }
    }
    before = token.kind;
  }
  return form;
}

bool copies_in(const Words& words) {
  if (at(words, 1) == "(") return false;
  for (const std::string& word : words)
    if (word == "from" || word == "to") return word == "from";
  return false;
}

bool is_concurrent_index(const Words& words, const Form& form) {
  if (form.kind == "reindex") return has(words, "concurrently");
  return is_in(form.kind, {"create index", "drop index"}) && at(words, form.next) == "concurrently";
}

struct CreatedIndex {
  QualifiedName index;
  QualifiedName table;
};

// CREATE INDEX CONCURRENTLY [IF NOT EXISTS] name ON [ONLY] [schema.]table
std::optional<CreatedIndex> created_index(const Words& words, const Form& form) {
  std::size_t i = form.next + 1;
  if (at(words, i) == "if") i += 3;
  if (form.kind != "create index" || at(words, i) == "on" || at(words, i + 1) != "on")
    return std::nullopt;
  const auto plain = [](std::string_view word) {
    return word.size() > 1 && word.front() == '"' ? word.substr(1, word.size() - 2) : word;
  };
  std::size_t table = i + 2;
  if (at(words, table) == "only") ++table;
  const bool qualified = at(words, table + 1) == ".";
  const std::string schema = qualified ? std::string(plain(at(words, table))) : std::string();
  return CreatedIndex{
      .index = {schema, std::string(plain(at(words, i)))},
      .table = {schema, std::string(plain(at(words, qualified ? table + 2 : table)))}};
}

Interruption interruption_of_words(const Form& form, bool concurrent,
                                   const std::optional<CreatedIndex>& created) {
  Interruption found;
  if (created) {
    found.trace = Trace::index_built;
    found.kind = "index";
    found.object = created->index;
    found.table = created->table;
  } else if (!concurrent && is_in(form.kind, {"vacuum", "analyze", "cluster", "reindex",
                                              "checkpoint", "alter system"})) {
    found.trace = Trace::repeatable;
  }
  return found;
}

bool is_session_form(const Words& words) {
  const std::string_view first = at(words, 0);
  if (first == "set") return !is_in(at(words, 1), {"local", "transaction", "constraints"});
  if (first == "prepare") return at(words, 1) != "transaction";
  return is_in(first, {"reset", "discard", "deallocate", "listen", "unlisten", "load"});
}

constexpr std::size_t k_words = 48;

SafetyVerdict refused(const std::string& what) {
  return {TransactionSafety::unsafe, what + " cannot run inside a transaction block"};
}

bool is_refused(const Words& words, const Form& form) {
  if (is_concurrent_index(words, form)) return true;
  if (is_in(form.kind, {"vacuum", "create database", "drop database", "create tablespace",
                        "drop tablespace", "create subscription", "drop subscription",
                        "alter system", "discard all", "commit prepared", "rollback prepared"}))
    return true;
  if (form.kind == "reindex")
    return has(words, "schema") || has(words, "database") || has(words, "system");
  if (form.kind == "cluster")
    return words.size() == 1 || (words.size() == 2 && words[1] == "verbose");
  if (form.kind == "alter database") return has(words, "tablespace");
  if (form.kind == "alter subscription") return has(words, "refresh") || has(words, "publication");
  if (form.kind == "alter table") return has(words, "detach") && has(words, "concurrently");
  return false;
}

} // namespace

SafetyVerdict transaction_safety_of_words(std::string_view sql) {
  const Words words = leading_words(sql, k_words);
  const Form form = form_of(words);
  if (is_refused(words, form)) return refused("this form of " + form.kind);
  if (form.kind == "call")
    return {TransactionSafety::unsafe,
            "a procedure may commit by itself, which fails inside a transaction block"};
  if (is_in(form.kind, {"begin", "start transaction", "commit", "rollback", "savepoint", "release",
                        "prepare transaction"}))
    return {TransactionSafety::control, {}};
  const bool known =
      is_in(at(words, 0),
            {"create", "alter", "drop",   "comment", "grant",   "revoke",  "insert", "update",
             "delete", "merge", "select", "values",  "table",   "with",    "copy",   "truncate",
             "set",    "reset", "lock",   "analyze", "refresh", "reindex", "cluster"});
  return {known ? TransactionSafety::safe : TransactionSafety::unknown, {}};
}

StatementFacts facts_of_words(std::string_view sql, std::string why) {
  const Words words = leading_words(sql, k_words);
  const Form form = form_of(words);
  StatementFacts facts;
  facts.unparsed_why = std::move(why);
  facts.kind = form.kind;
  SafetyVerdict verdict = transaction_safety_of_words(sql);
  facts.transaction_safety = verdict.safety;
  facts.unsafe_why = std::move(verdict.why);
  facts.is_schema_change =
      (is_in(at(words, 0), {"create", "alter", "drop"}) && form.kind != "alter system") ||
      is_in(at(words, 0), {"comment", "grant", "revoke", "security", "reassign", "import"});
  facts.is_data_change =
      is_in(form.kind, {"insert", "update", "delete", "merge", "truncate table"}) ||
      (form.kind == "copy" && copies_in(words));
  if (form.kind == "with") {
    const WithForm with = with_form(sql);
    facts.kind = with.kind;
    facts.is_data_change = with.writes;
  }
  facts.changes_session = is_session_form(words);
  facts.is_concurrent_index = is_concurrent_index(words, form);
  std::optional<CreatedIndex> created;
  if (facts.is_concurrent_index) created = created_index(words, form);
  if (created) facts.index = created->index;
  facts.only_changes_session = facts.changes_session;
  facts.interruption = interruption_of_words(form, facts.is_concurrent_index, created);
  return facts;
}

bool is_bulk_statement(std::string_view sql) {
  return is_in(at(leading_words(sql, 1), 0),
               {"insert", "update", "delete", "select", "copy", "values", "with"});
}

} // namespace slipway::sql
