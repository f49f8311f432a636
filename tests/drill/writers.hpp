#pragma once

#include "ledger.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace slipway::test {

/// One client of the application, with rows of its own. Its statements are good for the old schema
/// and for the new one, or are refused and forgotten.
class Client {
public:
  /// With `large` it also writes numbers that only the retyped column holds.
  Client(int number, bool large) : number_(number), large_(large) {}
  /// Tries one write.
  void write_one(pg::Session& session);
  const Ledger& ledger() const { return ledger_; }

private:
  void attempt(pg::Session& session, const std::string& sql, const std::string& table,
               const std::string& key, Ledger::Value value);
  void insert(pg::Session& session, const std::string& table);
  void update(pg::Session& session);
  void remove(pg::Session& session);
  std::string fresh_key();

  int number_;
  bool large_;
  std::int64_t tries_ = 0;
  std::int64_t next_ = 0;
  std::vector<std::string> items_; ///< those without an order
  Ledger ledger_;
};

/// Clients that write without end and connect again when they are thrown out: about 500 writes a
/// second together.
class Application {
public:
  explicit Application(std::string url, bool large);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  ~Application() { stop(); }
  void stop();
  /// Waits until that many more writes were tried. Throws when they are not.
  void await(std::int64_t more) const;
  /// After stop().
  Ledger ledger() const;

private:
  void run(Client& client);

  std::string url_;
  std::vector<Client> clients_;
  std::vector<std::thread> threads_;
  std::atomic<std::int64_t> tried_ = 0;
  std::atomic<bool> ending_ = false;
};

} // namespace slipway::test
