// An application that goes on while its database is taken back.
#include "writers.hpp"

#include "slipway/test/test_server.hpp"

#include <chrono>
#include <stdexcept>

namespace slipway::test {

namespace {

constexpr int k_clients = 2;
constexpr auto k_pace = std::chrono::milliseconds(4);
/// The rows that were there from the start have lower numbers.
constexpr std::int64_t k_first = 1'000'000;

Wait client_wait() {
  return Wait{Deadline::after(Millis(30'000))};
}

} // namespace

std::string Client::fresh_key() {
  return std::to_string(number_ * k_first + ++next_);
}

void Client::attempt(pg::Session& session, const std::string& sql, const std::string& table,
                     const std::string& key, Ledger::Value value) {
  const auto done = session.execute(SqlText(sql), client_wait());
  if (done) {
    if (done->affected() == 1) ledger_.acknowledge(table, key, std::move(value));
    return;
  }
  // Sent, and the connection broke: done or not.
  if (!done.error().connection_usable() || !session.usable())
    ledger_.doubt(table, key, std::move(value));
}

void Client::insert(pg::Session& session, const std::string& table) {
  const auto key = fresh_key();
  const auto token = "t" + key;
  attempt(session, "INSERT INTO " + table + " (id, token) VALUES (" + key + ", '" + token + "')",
          table, key, token);
  if (table == "items") items_.push_back(key);
}

void Client::update(pg::Session& session) {
  if (items_.empty()) return insert(session, "items");
  const auto& key = items_[static_cast<std::size_t>(tries_) % items_.size()];
  const auto token = "u" + std::to_string(tries_);
  attempt(session, "UPDATE items SET token = '" + token + "' WHERE id = " + key, "items", key,
          token);
}

void Client::remove(pg::Session& session) {
  if (items_.empty()) return insert(session, "items");
  const auto key = items_.front();
  items_.erase(items_.begin());
  attempt(session, "DELETE FROM items WHERE id = " + key, "items", key, std::nullopt);
}

void Client::write_one(pg::Session& session) {
  const auto turn = ++tries_;
  switch (turn % 10) {
  case 0:
  case 5:
    return update(session);
  case 3: {
    const auto key = "l" + fresh_key();
    return attempt(session, "INSERT INTO lines VALUES ('" + key + "')", "lines", key, "1");
  }
  case 4: {
    if (items_.empty()) return;
    const auto item = items_.back();
    items_.pop_back();
    return attempt(session, "INSERT INTO orders VALUES ('o" + item + "', " + item + ")", "orders",
                   "o" + item, item);
  }
  case 6:
    return insert(session, "people");
  case 7:
    return insert(session, turn % 20 == 7 ? "extras" : "fresh");
  case 8:
    return remove(session);
  case 9: {
    if (!large_) return insert(session, "items");
    const auto key = fresh_key();
    const auto token = "t" + key;
    return attempt(session,
                   "INSERT INTO items (id, token, n) VALUES (" + key + ", '" + token +
                       "', 5000000000)",
                   "items", key, token);
  }
  default:
    return insert(session, "items");
  }
}

Application::Application(std::string url, bool large) : url_(std::move(url)) {
  for (int number = 1; number <= k_clients; ++number) clients_.emplace_back(number, large);
  for (auto& client : clients_) threads_.emplace_back([this, &client] { run(client); });
}

void Application::run(Client& client) {
  pg::ConnectOptions options;
  options.connection_string = url_;
  options.application_name = "shop";
  auto next = std::chrono::steady_clock::now();
  while (!ending_) {
    auto session = pg::Session::open(options, client_wait());
    if (!session) {
      std::this_thread::sleep_for(k_pace);
      continue;
    }
    while (!ending_ && session->usable()) {
      client.write_one(*session);
      ++tried_;
      next = std::max(next + k_pace, std::chrono::steady_clock::now() - k_pace);
      std::this_thread::sleep_until(next);
    }
  }
}

void Application::stop() {
  ending_ = true;
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Application::await(std::int64_t more) const {
  const auto wanted = tried_ + more;
  const auto wait = long_wait();
  while (tried_ < wanted) {
    if (wait.deadline.passed()) throw std::runtime_error("the application stands still");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

Ledger Application::ledger() const {
  Ledger all;
  for (const auto& client : clients_) all.add(client.ledger());
  return all;
}

} // namespace slipway::test
