#pragma once

#include "fill.hpp"

#include "slipway/app/drill_oracle.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace slipway::app::drill {

struct WritersPlan {
  std::function<Result<pg::Session>(const Wait&)> open;
  std::string history_schema;
  std::map<QualifiedName, Recipe> writable;
  OldNames names;
  int writers = 2;
};

/// Applications that insert, change and delete rows without end, connect again when they are thrown
/// out, follow the schema as it changes, and remember what they were told. They end with this
/// object.
class Writers {
public:
  explicit Writers(WritersPlan plan);
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;
  ~Writers();

  std::int64_t acknowledged() const { return acknowledged_; }
  /// Returns when that many more writes were acknowledged; false when `wait` ends before.
  bool await_more(std::int64_t writes, const Wait& wait) const;
  /// From now on values of columns count, too.
  void migration_ended() { migrated_ = true; }
  Ledger stop();

private:
  class Writer;
  const WritersPlan plan_;
  std::atomic<std::int64_t> acknowledged_ = 0;
  std::atomic<std::int64_t> next_ = k_first_written;
  std::atomic<bool> migrated_ = false;
  std::atomic<bool> ending_ = false;
  std::vector<std::unique_ptr<Writer>> writers_;
  std::vector<std::thread> threads_;
};

} // namespace slipway::app::drill
