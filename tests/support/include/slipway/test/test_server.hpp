#pragma once

#include "slipway/pg/cluster.hpp"
#include "slipway/pg/session.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::test {

/// How long a test waits for anything of a server before it fails: generous, for no test may fail
/// because a machine is busy.
Wait long_wait();

/// How tests start clusters: with the server that SLIPWAY_PG_BIN names.
pg::ClusterOptions server_options();

/// One throwaway cluster for the test program and a new database for each test. SLIPWAY_PG_BIN
/// names the folder of the server's programs; without it the newest found. Every function throws
/// std::runtime_error when it cannot do its work, which fails the test.
class TestServer {
public:
  /// The program's server, started at first use and stopped by the library's main.
  static TestServer& instance();
  /// Stops the server if it was started. Nothing of it is left afterwards.
  static void stop();

  explicit TestServer(pg::Cluster cluster);
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// Connection string of a new empty database with a name no other test has. It is never dropped:
  /// the cluster is.
  std::string fresh_database();
  /// A new copy of a database made by fresh_database. No session may be open in the original.
  std::string copy_of_database(const std::string& connection_string);
  /// Connection string of an empty database that somebody may have used before, until it is given
  /// back: a tenth of what a new one costs. Who has it may leave in it whatever can be made there.
  std::string borrow_database();
  /// Empties it. One that cannot be made as new is dropped. No session may be open in it.
  void give_back(const std::string& connection_string);
  /// A session in a borrowed database, for looking into it.
  pg::Session& session_in(const std::string& connection_string);
  /// 15 for 15.x.
  int major_version() const { return major_version_; }
  pg::Cluster& cluster() { return cluster_; }

private:
  struct Borrowed {
    pg::Session session;
    std::string traces; ///< when it was new
  };
  std::string create(const std::string& template_database);

  pg::Cluster cluster_;
  int major_version_ = 0;
  int made_ = 0;
  std::map<std::string, Borrowed> borrowed_; ///< by connection string, those in use and the free
  std::vector<std::string> free_;
};

/// Opens a session, or throws with the error's message.
pg::Session connect(const std::string& connection_string);
/// Runs SQL text, or throws with the server's message.
void exec(pg::Session& session, const std::string& sql);
/// The rows of a query as text. NULL reads as "NULL".
std::vector<std::vector<std::string>> rows(pg::Session& session, const std::string& sql);
/// The one value of a query.
std::string value(pg::Session& session, const std::string& sql);

/// A test with a database of its own, and a session in it to arrange and look with.
class ServerTest : public ::testing::Test {
protected:
  void SetUp() override { url_ = TestServer::instance().fresh_database(); }

  /// A further session in the test's database.
  pg::Session connect() const { return test::connect(url_); }
  void exec(const std::string& sql) { test::exec(looker(), sql); }
  std::vector<std::vector<std::string>> rows(const std::string& sql) {
    return test::rows(looker(), sql);
  }
  std::string value(const std::string& sql) { return test::value(looker(), sql); }
  int major_version() const { return TestServer::instance().major_version(); }
  /// Ends the session behind exec, rows and value; the next of them opens another.
  void close_looker() { looker_.reset(); }

  std::string url_; ///< the test's database

private:
  pg::Session& looker();
  std::optional<pg::Session> looker_;
};

} // namespace slipway::test
