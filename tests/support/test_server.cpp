// The server behind the tests that need one, and the main that takes it down at the end.
#include "slipway/test/test_server.hpp"

#include "slipway/test/used_database.hpp"

#include <cstdlib>
#include <stdexcept>

namespace slipway::test {

namespace {

std::unique_ptr<TestServer>& the_server() {
  static std::unique_ptr<TestServer> server;
  return server;
}

[[noreturn]] void give_up(const std::string& doing, const Error& error) {
  std::string text = doing + ": " + error.message;
  if (error.sql) text += " [" + error.sql->sqlstate + "] " + error.sql->message;
  for (const std::string& note : error.notes) text += "\n  " + note;
  throw std::runtime_error(text);
}

pg::Cluster start_cluster() {
  Result<pg::Cluster> cluster = pg::Cluster::start(server_options(), long_wait());
  if (!cluster) give_up("start a PostgreSQL for the tests", cluster.error());
  return std::move(*cluster);
}

std::string database_in(const std::string& connection_string) {
  pg::Session session = connect(connection_string);
  return value(session, "SELECT current_database()");
}

} // namespace

Wait long_wait() {
  return Wait{Deadline::after(Millis(120'000))};
}

pg::ClusterOptions server_options() {
  pg::ClusterOptions options;
  if (const char* folder = std::getenv("SLIPWAY_PG_BIN"); folder != nullptr)
    options.bin_folder = folder;
  options.settings["max_prepared_transactions"] = "10";
  return options;
}

TestServer::TestServer(pg::Cluster cluster) : cluster_(std::move(cluster)) {
  pg::Session session = connect(cluster_.connection_string());
  major_version_ = session.server_version() / 10'000;
}

TestServer& TestServer::instance() {
  if (!the_server()) the_server() = std::make_unique<TestServer>(start_cluster());
  return *the_server();
}

void TestServer::stop() {
  the_server().reset();
}

std::string TestServer::create(const std::string& template_database) {
  const std::string name = "test_" + std::to_string(++made_);
  Status created = cluster_.create_database(name, template_database, long_wait());
  if (!created) give_up("create database " + name, created.error());
  return cluster_.connection_string(name);
}

std::string TestServer::fresh_database() {
  return create("");
}

std::string TestServer::borrow_database() {
  if (free_.empty()) {
    const auto url = fresh_database();
    auto session = connect(url);
    auto as_new = traces(session);
    borrowed_.emplace(url, Borrowed{std::move(session), std::move(as_new)});
    return url;
  }
  auto url = std::move(free_.back());
  free_.pop_back();
  return url;
}

void TestServer::give_back(const std::string& connection_string) {
  auto& borrowed = borrowed_.at(connection_string);
  bool as_new = false;
  try {
    empty_database(borrowed.session);
    as_new = traces(borrowed.session) == borrowed.traces;
  } catch (const std::runtime_error&) {
    as_new = false;
  }
  if (as_new) return free_.push_back(connection_string);
  const auto name = borrowed.session.database();
  borrowed_.erase(connection_string);
  // One with a subscription cannot be dropped; it goes with the server.
  static_cast<void>(cluster_.drop_database(name, long_wait()));
}

pg::Session& TestServer::session_in(const std::string& connection_string) {
  return borrowed_.at(connection_string).session;
}

std::string TestServer::copy_of_database(const std::string& connection_string) {
  return create(database_in(connection_string));
}

pg::Session connect(const std::string& connection_string) {
  pg::ConnectOptions options;
  options.connection_string = connection_string;
  Result<pg::Session> session = pg::Session::open(options, long_wait());
  if (!session) give_up("connect", session.error());
  return std::move(*session);
}

void exec(pg::Session& session, const std::string& sql) {
  Result<pg::Rows> result = session.execute(SqlText(sql), long_wait());
  if (!result) give_up(sql, result.error());
}

std::vector<std::vector<std::string>> rows(pg::Session& session, const std::string& sql) {
  Result<pg::Rows> result = session.execute(SqlText(sql), long_wait());
  if (!result) give_up(sql, result.error());
  std::vector<std::vector<std::string>> table(result->size());
  for (std::size_t row = 0; row < result->size(); ++row)
    for (std::size_t column = 0; column < result->columns(); ++column)
      table[row].push_back(result->is_null(row, column) ? "NULL"
                                                        : std::string(result->text(row, column)));
  return table;
}

std::string value(pg::Session& session, const std::string& sql) {
  const auto table = rows(session, sql);
  if (table.size() != 1 || table[0].size() != 1) throw std::runtime_error("not one value: " + sql);
  return table[0][0];
}

pg::Session& ServerTest::looker() {
  if (!looker_) looker_ = test::connect(url_);
  return *looker_;
}

} // namespace slipway::test

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  slipway::test::TestServer::stop();
  return failed;
}
