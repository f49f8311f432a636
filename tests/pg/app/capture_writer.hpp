#pragma once

#include "slipway/pg/session.hpp"

#include <atomic>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <string>
#include <thread>

namespace slipway::test {

/// Writes rows of its own, and knows what the server confirmed: by the numbers of the columns, for
/// their names change meanwhile.
class Writer {
public:
  Writer(std::string url, int number)
      : url_(std::move(url)), number_(number), thread_([this] { write(); }) {}
  ~Writer() { stop(); }
  void stop() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  struct Row {
    std::string first;  ///< of the column that was the second of the table
    std::string second; ///< ... the third
    std::string age = "1";
    std::string note = "NULL";
    bool unsure = false; ///< the connection broke while it was written
  };
  std::map<std::int64_t, Row> rows;
  int heap = 0;
  int heap_unsure = 0;
  std::atomic<int> after_it = 0; ///< writes while the names were changed
  std::atomic<int> done = 0;

private:
  void write() {
    while (!ending_) {
      auto session =
          pg::Session::open({.connection_string = url_}, Wait{Deadline::after(Millis(10'000))});
      while (session && session->usable() && !ending_) write_some(*session);
    }
  }

  /// What it yields; nothing when it is not confirmed.
  std::optional<std::string> run(pg::Session& session, const std::string& sql) {
    const auto done_so = session.execute(SqlText(sql), Wait{Deadline::after(Millis(20'000))});
    if (!done_so) return std::nullopt;
    ++done;
    return done_so->size() == 1 ? std::string(done_so->text(0, 0)) : std::string();
  }

  void write_some(pg::Session& session) {
    const auto id = number_ * 100'000 + ++next_;
    auto& row = rows[id];
    if (!run(session, fmt::format("INSERT INTO users (id, age) VALUES ({}, 1)", id))) {
      if (session.usable())
        rows.erase(id);
      else
        row.unsure = true;
      return;
    }
    const auto text = std::to_string(id);
    const auto at = run(session, fmt::format("UPDATE users SET a = '{0}' WHERE id = {0} RETURNING "
                                             "(SELECT attnum FROM pg_attribute WHERE attrelid = "
                                             "'users'::regclass AND attname = 'a')",
                                             id));
    if (!at) return note_unsure(session, row);
    (*at == "2" ? row.first : row.second) = text;
    if (*at == "3") ++after_it;
    if (run(session, fmt::format("UPDATE users SET note = 'n{0}' WHERE id = {0}", id)))
      row.note = "n" + text;
    else if (!session.usable())
      return note_unsure(session, row);
    // More than the old schema can hold, once the new one is there.
    const auto* age = next_ % 10 == 0 ? "5000000000" : "7";
    if (run(session, fmt::format("UPDATE users SET age = {} WHERE id = {}", age, id)))
      row.age = age;
    else if (!session.usable())
      return note_unsure(session, row);
    if (run(session, "INSERT INTO lines VALUES ('w')"))
      ++heap;
    else if (!session.usable())
      ++heap_unsure;
  }
  static void note_unsure(const pg::Session& session, Row& row) {
    row.unsure = row.unsure || !session.usable();
  }

  const std::string url_;
  const int number_;
  std::int64_t next_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

} // namespace slipway::test
