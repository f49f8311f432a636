// The application of a drill. Nothing here knows how a rollback works.
#include "writers.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace slipway::app::drill {

namespace {

constexpr Millis k_one_statement{30'000};
constexpr Millis k_before_next{2};
constexpr Millis k_before_reconnect{5};

enum class Kind { insert, update, remove };

} // namespace

/// One connection's worth of it.
class Writers::Writer {
public:
  explicit Writer(Writers& all) : all_(all) {}

  void run() {
    while (!all_.ending_) {
      auto session = all_.plan_.open(limit());
      if (session) write(*session);
      if (!all_.ending_) std::this_thread::sleep_for(k_before_reconnect);
    }
  }
  Ledger take() { return std::move(ledger_); }

private:
  static Wait limit() { return Wait{Deadline::after(k_one_statement)}; }

  void write(pg::Session& session) {
    if (!look(session)) return;
    while (!all_.ending_ && session.usable()) {
      if (tables_.empty()) return;
      const auto& table = tables_[turn_++ % tables_.size()];
      const auto n = all_.next_++;
      const auto kind = n % 4 == 1 ? Kind::update : n % 8 == 3 ? Kind::remove : Kind::insert;
      const auto done = kind == Kind::update   ? change(session, table, n)
                        : kind == Kind::remove ? remove(session, table)
                                               : insert(session, table, n);
      // The schema is another one now, or the recipe does not do any more.
      if (!done && session.usable() && !look(session)) return;
      std::this_thread::sleep_for(k_before_next);
    }
  }

  bool look(pg::Session& session) {
    auto read = read_tables(session, all_.plan_.history_schema, limit());
    if (!read) return false;
    tables_.clear();
    for (auto& table : *read) {
      const auto* name = all_.plan_.names.table(table);
      if (name != nullptr && table.has_key() && all_.plan_.writable.contains(*name))
        tables_.push_back(std::move(table));
    }
    return true;
  }

  const QualifiedName& old_name(const Table& table) const { return *all_.plan_.names.table(table); }

  bool insert(pg::Session& session, const Table& table, std::int64_t n) {
    const auto& name = old_name(table);
    auto& recipe = recipe_.try_emplace(name, all_.plan_.writable.at(name)).first->second;
    const auto text = insert_text(table, recipe, all_.plan_.names);
    const auto done = text ? send(session, *text, {std::to_string(n)}) : std::nullopt;
    if (!done) {
      // Another one may do with the schema as it is now.
      recipe = recipes()[static_cast<std::size_t>(n) % recipes().size()];
      return false;
    }
    if (done->size() == 1) ledger_.rows[name][std::string(done->text(0, 0))] = {};
    return true;
  }

  // One of our own rows, so that no two writers mean the same.
  std::map<std::string, Written>::iterator own_row(const QualifiedName& name) {
    auto& rows = ledger_.rows[name];
    if (rows.empty()) return rows.end();
    auto at = rows.lower_bound(last_key_[name]);
    for (std::size_t tried = 0; tried <= rows.size(); ++tried) {
      if (at == rows.end()) at = rows.begin();
      if (at->second.is_there && !at->second.is_unsure) break;
      ++at;
    }
    if (at == rows.end() || !at->second.is_there || at->second.is_unsure) return rows.end();
    last_key_[name] = at->first + "\x01";
    return at;
  }

  bool change(pg::Session& session, const Table& table, std::int64_t n) {
    const auto* column = table.free_text();
    const auto row = own_row(old_name(table));
    if (column == nullptr || row == ledger_.rows[old_name(table)].end() ||
        !all_.plan_.names.has_column(table, *column))
      return insert(session, table, n);
    const bool counts = all_.migrated_;
    // Until the server has answered nobody knows.
    row->second.is_unsure = true;
    const auto done =
        send(session,
             fmt::format("UPDATE {} SET {} = $1::text WHERE {}::text = $2 RETURNING {}::text",
                         table.name.quoted(), quote_identifier(column->name),
                         key_expression(table, all_.plan_.names), quote_identifier(column->name)),
             {fmt::format("drilled {}", n), row->first});
    if (!done) {
      row->second.is_unsure = !session.usable();
      return false;
    }
    row->second.is_unsure = done->size() != 1;
    if (done->size() == 1 && counts)
      row->second.value = {all_.plan_.names.column(table, *column), std::string(done->text(0, 0))};
    return true;
  }

  bool remove(pg::Session& session, const Table& table) {
    // What refers to it might go along.
    if (table.is_referenced) return true;
    const auto row = own_row(old_name(table));
    if (row == ledger_.rows[old_name(table)].end()) return true;
    row->second.is_unsure = true;
    const auto done = send(session,
                           fmt::format("DELETE FROM {} WHERE {}::text = $1", table.name.quoted(),
                                       key_expression(table, all_.plan_.names)),
                           {row->first});
    row->second.is_unsure = done ? done->affected() != 1 : !session.usable();
    if (done && done->affected() == 1) row->second.is_there = false;
    return done.has_value();
  }

  std::optional<pg::Rows> send(pg::Session& session, const std::string& text,
                               const std::vector<pg::Param>& values) {
    auto done = session.query(SqlText(text), values, limit());
    if (!done) {
      ++ledger_.refusals[done.error().sql ? done.error().sql->sqlstate : "connection"];
      return std::nullopt;
    }
    if (done->affected() > 0) acknowledge();
    return std::move(*done);
  }

  void acknowledge() {
    const auto now = std::chrono::steady_clock::now();
    if (ledger_.acknowledged > 0)
      ledger_.longest_gap_ms = std::max<std::int64_t>(
          ledger_.longest_gap_ms, std::chrono::duration_cast<Millis>(now - last_).count());
    last_ = now;
    ++ledger_.acknowledged;
    ++all_.acknowledged_;
  }

  Writers& all_;
  Ledger ledger_;
  std::vector<Table> tables_;
  std::size_t turn_ = 0;
  std::map<QualifiedName, Recipe> recipe_;
  std::map<QualifiedName, std::string> last_key_;
  std::chrono::steady_clock::time_point last_;
};

void Ledger::add(const Ledger& other) {
  for (const auto& [table, keys] : other.rows) rows[table].insert(keys.begin(), keys.end());
  acknowledged += other.acknowledged;
  longest_gap_ms = std::max(longest_gap_ms, other.longest_gap_ms);
  for (const auto& [state, count] : other.refusals) refusals[state] += count;
}

Writers::Writers(WritersPlan plan) : plan_(std::move(plan)) {
  for (int i = 0; i < plan_.writers; ++i) {
    writers_.push_back(std::make_unique<Writer>(*this));
    threads_.emplace_back([writer = writers_.back().get()] { writer->run(); });
  }
}

Writers::~Writers() {
  stop();
}

bool Writers::await_more(std::int64_t writes, const Wait& wait) const {
  const auto wanted = acknowledged_ + writes;
  while (acknowledged_ < wanted) {
    if (wait.deadline.passed() || wait.stop_requested()) return false;
    std::this_thread::sleep_for(k_before_reconnect);
  }
  return true;
}

Ledger Writers::stop() {
  ending_ = true;
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
  Ledger all;
  for (const auto& writer : writers_) all.add(writer->take());
  return all;
}

} // namespace slipway::app::drill
