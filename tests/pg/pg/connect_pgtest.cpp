#include "session_test.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>

namespace slipway::pg {
namespace {

using test::long_wait;

constexpr const char* k_canary = "Canary-93ab";

/// Sets variables of the environment and takes them away again.
class Environment {
public:
  explicit Environment(std::map<std::string, std::string> values) : values_(std::move(values)) {
    for (const auto& [name, value] : values_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : values_) ::unsetenv(name.c_str());
  }

private:
  std::map<std::string, std::string> values_;
};

class ConnectTest : public SessionTest {
protected:
  static Result<Session> open(const std::string& connection_string) {
    ConnectOptions options;
    options.connection_string = connection_string;
    return Session::open(options, long_wait());
  }
  static Error open_error(const std::string& connection_string) {
    auto opened = open(connection_string);
    if (opened) throw std::runtime_error("a session was opened");
    return opened.error();
  }
  /// Keywords that lead to the test's server.
  std::string server() { return "host=" + session().host() + " port=" + session().port(); }
  std::string with(const std::string& user, const std::string& database) {
    return server() + " user=" + user + " dbname=" + database;
  }

  /// Makes the server ask this role for its password; it trusts everybody else on its socket.
  void create_user_with_password(const std::string& password) {
    exec("DROP ROLE IF EXISTS locked");
    exec("CREATE ROLE locked LOGIN PASSWORD '" + password + "'");
    const std::string file = value("SHOW hba_file");
    std::stringstream rules;
    rules << std::ifstream(file).rdbuf();
    const std::string first = "local all locked scram-sha-256\n";
    if (rules.str().substr(0, first.size()) != first) std::ofstream(file) << first << rules.str();
    exec("SELECT pg_reload_conf()");
    // The postmaster reads the file in its own time.
    while (value("SELECT auth_method FROM pg_hba_file_rules ORDER BY line_number LIMIT 1") !=
               "scram-sha-256" ||
           open(with("locked", session().database()))) {
    }
  }
};

TEST_F(ConnectTest, ShowsWhoItIs) {
  EXPECT_EQ(std::string(query("SELECT current_setting('application_name')")->text(0, 0)),
            "slipway");
  EXPECT_EQ(std::string(query("SELECT current_setting('client_encoding')")->text(0, 0)), "UTF8");
  EXPECT_EQ(session().parameter("server_encoding"), "UTF8");
  EXPECT_EQ(std::to_string(session().backend_pid()), query("SELECT pg_backend_pid()")->text(0, 0));
  EXPECT_EQ(session().user(), "postgres");
}

TEST_F(ConnectTest, ShowsItsOwnNameWhateverTheStringSays) {
  ConnectOptions options;
  options.connection_string =
      with("postgres", session().database()) + " application_name=other client_encoding=LATIN1";
  options.application_name = "slipway apply";
  auto opened = Session::open(options, long_wait());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(test::value(*opened, "SELECT current_setting('application_name')"), "slipway apply");
  EXPECT_EQ(test::value(*opened, "SELECT current_setting('client_encoding')"), "UTF8");
}

TEST_F(ConnectTest, DescribesItselfAsAUrlThatConnects) {
  auto again = open(session().describe());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->describe(), session().describe());
}

TEST_F(ConnectTest, LeavesToTheEnvironmentWhatTheStringDoesNotSay) {
  const Environment environment({{"PGHOST", session().host()},
                                 {"PGPORT", session().port()},
                                 {"PGUSER", "postgres"},
                                 {"PGDATABASE", session().database()}});
  auto opened = open("");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->database(), session().database());
}

TEST_F(ConnectTest, NamesADatabaseThatDoesNotExist) {
  const Error error = open_error(with("postgres", "nothere"));
  EXPECT_EQ(error.code, ErrorCode::connection);
  ASSERT_TRUE(error.sql);
  EXPECT_EQ(error.sql->sqlstate, "3D000");
  EXPECT_NE(error.message.find("\"nothere\" does not exist"), std::string::npos) << error.message;
  EXPECT_NE(error.hint.find("database"), std::string::npos) << error.hint;
}

TEST_F(ConnectTest, NamesARoleThatDoesNotExist) {
  const Error error = open_error(with("nobody_here", session().database()));
  ASSERT_TRUE(error.sql);
  EXPECT_EQ(error.sql->sqlstate, "28000");
}

TEST_F(ConnectTest, SaysThatTheServerIsFull) {
  exec("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0");
  const Error error = open_error(with("crowded", session().database()));
  ASSERT_TRUE(error.sql);
  EXPECT_EQ(error.sql->sqlstate, "53300");
  EXPECT_TRUE(error.is_retryable());
}

TEST_F(ConnectTest, SaysThatTheSocketIsNotThere) {
  const Error error = open_error("host=" + session().host() + "/nothere user=postgres dbname=x");
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_NE(error.hint.find("socket"), std::string::npos) << error.hint;
}

TEST_F(ConnectTest, TakesAPasswordAndNeverShowsOne) {
  const std::string canary = k_canary;
  create_user_with_password(canary);
  const std::string locked = with("locked", session().database());
  auto opened = open(locked + " password=" + canary);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->password(), canary);
  EXPECT_EQ(opened->describe().find(canary), std::string::npos);

  const Error wrong = open_error(locked + " password=not-" + canary);
  EXPECT_EQ(wrong.code, ErrorCode::connection);
  EXPECT_EQ(exit_status(wrong.code), 7);
  ASSERT_TRUE(wrong.sql);
  EXPECT_EQ(wrong.sql->sqlstate, "28P01");
  EXPECT_NE(wrong.hint.find("password"), std::string::npos);
  for (const std::string& text :
       {wrong.message, wrong.hint, wrong.sql->message, wrong.sql->detail, wrong.sql->query})
    EXPECT_EQ(text.find(canary), std::string::npos) << text;
}

TEST_F(ConnectTest, SaysThatAPasswordIsMissing) {
  create_user_with_password(k_canary);
  const Error error = open_error(with("locked", session().database()));
  EXPECT_EQ(error.code, ErrorCode::connection);
  EXPECT_NE(error.hint.find("password"), std::string::npos) << error.message;
}

TEST_F(ConnectTest, GoesOnToTheNextHostWhenOneIsDown) {
  auto opened = open("host=" + session().host() + "/nothere," + session().host() +
                     " port=" + session().port() + " user=postgres dbname=" + session().database());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->host(), session().host());
}

TEST_F(ConnectTest, DoesNotAskTheNextHostWhenOneRefusesUs) {
  const Error error = open_error("host=" + session().host() + ",/nothere port=" + session().port() +
                                 " user=postgres dbname=nothere");
  EXPECT_EQ(error.sql->sqlstate, "3D000");
}

TEST_F(ConnectTest, FindsAHostThatTakesWrites) {
  exec("ALTER DATABASE \"" + session().database() + "\" SET default_transaction_read_only = on");
  const Error error =
      open_error(with("postgres", session().database()) + " target_session_attrs=read-write");
  EXPECT_EQ(error.code, ErrorCode::connection) << error.message;
}

} // namespace
} // namespace slipway::pg
