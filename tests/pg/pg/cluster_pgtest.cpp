#include "slipway/pg/cluster.hpp"

#include "slipway/os/child.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/os/identity.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/os/unique_fd.hpp"
#include "slipway/test/cluster_owner.hpp"
#include "slipway/test/test_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <set>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace slipway::pg {
namespace {

namespace fs = std::filesystem;
using test::long_wait;

/// Where test clusters are quick, if there is room for the eight that one test starts.
std::string roomy_folder() {
  std::error_code error;
  const fs::space_info shared = fs::space("/dev/shm", error);
  return !error && shared.available > (std::uintmax_t{1} << 30U) ? "/dev/shm" : "/tmp";
}

/// A base folder of the test's own, which the server's user can get through.
class ClusterTest : public ::testing::Test {
protected:
  void SetUp() override {
    Result<os::TemporaryFolder> made = os::TemporaryFolder::make(roomy_folder(), "slipway-test-");
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_EQ(::chmod(made->path().c_str(), 0711), 0);
    base_ = std::make_unique<os::TemporaryFolder>(std::move(*made));
  }

  /// Clusters below the test's own folder; the program's cache, so that a start is quick.
  ClusterOptions options() const {
    ClusterOptions options = test::server_options();
    options.base_folder = base_->path();
    return options;
  }
  ClusterOptions kept(const std::string& name = "dev") const {
    ClusterOptions wanted = options();
    wanted.keep = true;
    wanted.name = name;
    return wanted;
  }
  static Cluster start(const ClusterOptions& options) {
    Result<Cluster> cluster = Cluster::start(options, long_wait());
    if (!cluster) throw std::runtime_error(cluster.error().message);
    return std::move(*cluster);
  }
  /// Names in the base folder.
  std::set<std::string> left() const {
    std::set<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(base_->path()))
      names.insert(entry.path().filename().string());
    return names;
  }

  std::unique_ptr<os::TemporaryFolder> base_;
};

mode_t mode_of(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0;
}

/// False for a zombie too: on some machines nobody reaps orphans soon.
bool runs(int pid) {
  return !os::wait_for_end(pid, Deadline::after(Millis(0)));
}

/// Polls until `happened`; only a test that fails comes to the deadline.
template<class Question>
bool in_time(Question happened) {
  const Wait wait = long_wait();
  while (!happened()) {
    if (wait.deadline.passed()) return false;
    os::pause(Millis(10), wait);
  }
  return true;
}

/// Inodes of the sockets that a process holds, as in the targets of its descriptors:
/// "socket:[12345]".
std::set<std::string> socket_inodes(int pid) {
  std::set<std::string> inodes;
  for (const fs::directory_entry& entry :
       fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    std::error_code error;
    const std::string target = fs::read_symlink(entry.path(), error).string();
    if (target.starts_with("socket:[")) inodes.insert(target.substr(8, target.size() - 9));
  }
  return inodes;
}

/// How many of the sockets of a process are TCP.
std::size_t tcp_sockets(int pid) {
  const std::set<std::string> mine = socket_inodes(pid);
  std::size_t count = 0;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(table);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string word;
      for (int i = 0; i < 10 && words >> word; ++i) {
      }
      if (mine.contains(word)) ++count;
    }
  }
  return count;
}

/// Another program that sits on a port of loopback.
class PortHolder {
public:
  explicit PortHolder(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const int yes = 1;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket_.get(), 1) != 0)
      throw std::runtime_error("cannot hold port " + std::to_string(port));
  }

private:
  os::UniqueFd socket_;
};

TEST_F(ClusterTest, StartsAServerThatWorks) {
  const Cluster cluster = start(options());
  Session session = test::connect(cluster.connection_string());
  EXPECT_EQ(test::value(session, "SELECT 6 * 7"), "42");
  EXPECT_EQ(session.server_version() / 10'000, cluster.major_version());
  EXPECT_EQ(test::value(session, "SELECT current_user"), "postgres");
  EXPECT_EQ(test::value(session, "SHOW server_encoding"), "UTF8");
  EXPECT_EQ(test::value(session, "SHOW wal_level"), "logical");
  EXPECT_TRUE(runs(cluster.postmaster_pid()));
}

TEST_F(ClusterTest, IsReachedByNobodyElse) {
  const Cluster cluster = start(options());
  EXPECT_EQ(mode_of(cluster.folder()), 0700U);
  EXPECT_EQ(mode_of(cluster.folder() + "/data"), 0700U);
  EXPECT_EQ(tcp_sockets(cluster.postmaster_pid()), 0U);
  EXPECT_EQ(cluster.loopback_connection_string(), "");
}

TEST_F(ClusterTest, LeavesNothingBehind) {
  int pid = 0;
  {
    const Cluster cluster = start(options());
    pid = cluster.postmaster_pid();
    EXPECT_EQ(left().size(), 1U);
  }
  EXPECT_FALSE(runs(pid));
  EXPECT_EQ(left(), std::set<std::string>());
}

TEST_F(ClusterTest, StopsWithSessionsOpenAndMayBeStoppedAgain) {
  Cluster cluster = start(options());
  Session session = test::connect(cluster.connection_string());
  const int pid = cluster.postmaster_pid();
  EXPECT_TRUE(cluster.stop(long_wait()));
  EXPECT_FALSE(runs(pid));
  EXPECT_EQ(left(), std::set<std::string>());
  EXPECT_TRUE(cluster.stop(long_wait()));
  EXPECT_FALSE(session.execute(SqlText("SELECT 1"), long_wait()));
}

TEST_F(ClusterTest, MovesItsServerAlong) {
  Cluster first = start(options());
  Cluster second = std::move(first);
  first = start(options());
  EXPECT_NE(first.folder(), second.folder());
  const int pid = first.postmaster_pid();
  first = std::move(second);
  EXPECT_TRUE(second.stop(long_wait()));
  EXPECT_FALSE(runs(pid));
  EXPECT_TRUE(runs(first.postmaster_pid()));
}

/// Fails without the reaper, and with one that obeys the signals a terminal sends.
TEST_F(ClusterTest, IsGoneAfterItsOwnerIsKilled) {
  test::ClusterOwner owner(options());
  ASSERT_TRUE(runs(owner.postmaster()));
  const int reaper = owner.reaper();
  ASSERT_GT(reaper, 1);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::kill(reaper, signal);
  owner.kill();
  EXPECT_TRUE(in_time([&] { return !runs(owner.postmaster()); }));
  EXPECT_TRUE(in_time([&] { return left().empty(); }));
  EXPECT_TRUE(in_time([&] { return !runs(reaper); }));
}

/// Fails without sweep_leases.
TEST_F(ClusterTest, TheNextStartTakesAwayWhatNoReaperTook) {
  test::ClusterOwner owner(options());
  ::kill(owner.reaper(), SIGKILL);
  owner.kill();
  ASSERT_TRUE(runs(owner.postmaster()));
  const Cluster next = start(options());
  EXPECT_FALSE(runs(owner.postmaster()));
  EXPECT_EQ(left(), std::set<std::string>{fs::path(next.folder()).filename().string()});
}

/// Fails when the sweep does not ask whether the owner lives.
TEST_F(ClusterTest, LeavesTheClusterOfALivingOwnerAlone) {
  const Cluster mine = start(options());
  const test::ClusterOwner other(options());
  const Cluster next = start(options());
  EXPECT_EQ(left().size(), 3U);
  EXPECT_TRUE(runs(mine.postmaster_pid()));
  EXPECT_TRUE(runs(other.postmaster()));
}

TEST_F(ClusterTest, SweepsByOwnerAndNotByName) {
  std::string mine;
  {
    const Cluster cluster = start(options());
    mine = fs::path(cluster.folder()).filename().string();
  }
  // slipway-pg-NAMESPACE-PID-START-RANDOM
  std::vector<std::string> parts;
  std::istringstream words(mine);
  for (std::string part; std::getline(words, part, '-');) parts.push_back(part);
  ASSERT_EQ(parts.size(), 6U);
  const std::string here = "slipway-pg-" + parts[2] + "-";
  const std::string own_number_of_another_time = here + parts[3] + "-1-aaaaaa";
  const std::string nobody = here + "4194303-77-bbbbbb";
  const std::string elsewhere = "slipway-pg-1-4194303-77-cccccc";
  const std::string person = "slipway-pg-notes";
  for (const std::string& name : {own_number_of_another_time, nobody, elsewhere, person})
    fs::create_directory(base_->path() + "/" + name);
  fs::create_directory_symlink(base_->path() + "/" + person,
                               base_->path() + "/" + here + "4194303-78-dddddd");
  const Cluster next = start(options());
  EXPECT_EQ(left(), (std::set<std::string>{elsewhere, person, here + "4194303-78-dddddd",
                                           fs::path(next.folder()).filename().string()}));
}

TEST_F(ClusterTest, EightStartsWithAColdCacheAllWorkAndMakeOneTemplate) {
  ClusterOptions cold = options();
  cold.cache_folder = base_->path() + "/cache";
  std::vector<std::string> answers(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& answer : answers)
      threads.emplace_back([&] {
        try {
          const Cluster cluster = start(cold);
          Session session = test::connect(cluster.connection_string());
          answer = test::value(session, "SELECT 'works'");
        } catch (const std::exception& error) {
          answer = error.what();
        }
      });
  }
  EXPECT_EQ(answers, std::vector<std::string>(8, "works"));
  EXPECT_EQ(left(), std::set<std::string>{"cache"});
  std::size_t templates = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(cold.cache_folder))
    if (entry.is_directory()) ++templates;
  EXPECT_EQ(templates, 1U);
}

std::string template_in(const std::string& cache) {
  for (const fs::directory_entry& entry : fs::directory_iterator(cache))
    if (entry.is_directory()) return entry.path().string();
  return {};
}

/// Fails when the extent of the copy is not compared: the server would start with tables missing,
/// or not at all.
TEST_F(ClusterTest, MakesATemplateAnewThatACleanerDamaged) {
  ClusterOptions cold = options();
  cold.cache_folder = base_->path() + "/cache";
  start(cold);
  const std::string damaged = template_in(cold.cache_folder);
  ASSERT_FALSE(damaged.empty());
  ASSERT_TRUE(fs::remove(damaged + "/data/global/1262"));
  const Cluster cluster = start(cold);
  Session session = test::connect(cluster.connection_string());
  EXPECT_EQ(test::value(session, "SELECT count(*) FROM pg_database"), "3");
  EXPECT_TRUE(fs::exists(damaged + "/data/global/1262"));
}

/// A template is data and configuration for a server that runs as us. Fails when the folder's owner
/// and mode are not looked at.
TEST_F(ClusterTest, DoesNotUseACacheThatOthersMayWriteIn) {
  ClusterOptions open = options();
  open.cache_folder = base_->path() + "/cache";
  fs::create_directory(open.cache_folder);
  ASSERT_EQ(::chmod(open.cache_folder.c_str(), 01777), 0);
  const Cluster cluster = start(open);
  EXPECT_TRUE(runs(cluster.postmaster_pid()));
  EXPECT_TRUE(fs::is_empty(open.cache_folder));
}

TEST_F(ClusterTest, WorksForAnOrdinaryUser) {
  if (!os::is_root()) return; // then every test here is this test
  const Result<os::Account> nobody = os::find_account("nobody");
  ASSERT_TRUE(nobody);
  ASSERT_EQ(::chmod(base_->path().c_str(), 01777), 0);
  ClusterOptions mine = options();
  mine.cache_folder = base_->path() + "/cache";
  test::ClusterOwner owner(mine, *nobody);
  ASSERT_TRUE(runs(owner.postmaster()));
  struct stat facts{};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(owner.postmaster())).c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, nobody->user_id);
  owner.kill();
  EXPECT_TRUE(in_time([&] { return !runs(owner.postmaster()); }));
  EXPECT_TRUE(in_time([&] { return left() == std::set<std::string>{"cache"}; }));
}

TEST_F(ClusterTest, RunsAsTheUserItIsTold) {
  if (!os::is_root()) return; // only root can become another
  ClusterOptions other = options();
  other.run_as = "nobody";
  const Cluster cluster = start(other);
  struct stat facts{};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(cluster.postmaster_pid())).c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, os::find_account("nobody")->user_id);
}

TEST_F(ClusterTest, MakesCopiesAndDropsDatabases) {
  Cluster cluster = start(options());
  const std::string odd = "we\"ird näme?&/";
  ASSERT_TRUE(cluster.create_database(odd, "", long_wait()));
  {
    Session session = test::connect(cluster.connection_string(odd));
    EXPECT_EQ(session.database(), odd);
    test::exec(session, "CREATE TABLE t AS SELECT 1 AS a");
  }
  ASSERT_TRUE(cluster.create_database("copy", odd, long_wait()));
  Session session = test::connect(cluster.connection_string("copy"));
  EXPECT_EQ(test::value(session, "SELECT a FROM t"), "1");
  EXPECT_TRUE(cluster.drop_database("copy", long_wait())) << "also with a session in it";
  EXPECT_FALSE(cluster.drop_database("copy", long_wait()));
  EXPECT_FALSE(cluster.create_database(odd, "", long_wait()));
}

TEST_F(ClusterTest, ListensOnLoopbackWhenAskedAndWantsThePassword) {
  ClusterOptions open = options();
  open.loopback = true;
  const Cluster cluster = start(open);
  EXPECT_EQ(tcp_sockets(cluster.postmaster_pid()), 1U);
  const std::string url = cluster.loopback_connection_string();
  Session session = test::connect(url);
  EXPECT_EQ(test::value(session, "SELECT host(inet_client_addr())"), "127.0.0.1");
  EXPECT_EQ(session.port(), std::to_string(cluster.port()));
  ConnectOptions wrong;
  wrong.connection_string =
      "postgres://postgres:wrong@127.0.0.1:" + std::to_string(cluster.port()) + "/postgres";
  EXPECT_FALSE(Session::open(wrong, long_wait()));
  EXPECT_NE(start(open).loopback_connection_string(), url);
}

TEST_F(ClusterTest, TakesFurtherSettings) {
  ClusterOptions further = options();
  further.settings["work_mem"] = "7MB";
  further.settings["application_name"] = "it's a \\ test\nof lines";
  further.settings["max_connections"] = "33";
  const Cluster cluster = start(further);
  Session session = test::connect(cluster.connection_string());
  EXPECT_EQ(test::value(session, "SHOW work_mem"), "7MB");
  EXPECT_EQ(test::value(session, "SHOW max_connections"), "33");
  EXPECT_EQ(test::value(session, "SELECT reset_val FROM pg_settings WHERE name = 'search_path'"),
            "\"$user\", public");
}

TEST_F(ClusterTest, ASettingTheServerRefusesIsToldInItsOwnWords) {
  ClusterOptions wrong = options();
  wrong.settings["no_such_setting"] = "1";
  const Result<Cluster> cluster = Cluster::start(wrong, long_wait());
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().code, ErrorCode::io);
  const std::vector<std::string>& notes = cluster.error().notes;
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("no_such_setting") != std::string::npos;
  }));
  EXPECT_EQ(left(), std::set<std::string>());
}

TEST_F(ClusterTest, ASettingCannotCarryAnother) {
  ClusterOptions wrong = options();
  wrong.settings["work_mem = '1MB'\nlisten_addresses"] = "*";
  const Result<Cluster> cluster = Cluster::start(wrong, long_wait());
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().code, ErrorCode::configuration);
  EXPECT_EQ(left(), std::set<std::string>());
}

TEST_F(ClusterTest, SaysWhatToDoWithoutServerPrograms) {
  ClusterOptions nowhere = options();
  nowhere.bin_folder = "/no/such/bin";
  const Result<Cluster> cluster = Cluster::start(nowhere, long_wait());
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().code, ErrorCode::unsupported);
  EXPECT_EQ(cluster.error().message,
            "there are no working programs initdb and postgres in /no/such/bin");
  EXPECT_FALSE(cluster.error().hint.empty());
}

TEST_F(ClusterTest, AStartThatIsStoppedLeavesNothing) {
  class Stop final : public StopSignal {};
  Stop stop;
  stop.request();
  const Result<Cluster> stopped = Cluster::start(options(), Wait{long_wait().deadline, &stop});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  EXPECT_EQ(left(), std::set<std::string>());
}

/// Whatever moment the time ends at: while copying, while the server starts, or after.
TEST_F(ClusterTest, AStartWithoutEnoughTimeLeavesNothing) {
  for (int milliseconds = 0;; milliseconds += 15 + milliseconds / 4) {
    const Result<Cluster> cluster =
        Cluster::start(options(), Wait{Deadline::after(Millis(milliseconds))});
    if (cluster) break;
    EXPECT_EQ(cluster.error().code, ErrorCode::cancelled) << cluster.error().message;
    EXPECT_EQ(left(), std::set<std::string>()) << milliseconds;
    ASSERT_LT(milliseconds, 120'000);
  }
}

TEST_F(ClusterTest, RefusesAFolderTooLongForASocket) {
  ClusterOptions deep = options();
  deep.base_folder = base_->path() + "/" + std::string(100, 'd');
  const Result<Cluster> cluster = Cluster::start(deep, long_wait());
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().code, ErrorCode::configuration);
}

TEST_F(ClusterTest, AKeptClusterOutlivesItsOwnerAndIsFoundAgain) {
  int pid = 0;
  {
    test::ClusterOwner owner(kept());
    pid = owner.postmaster();
    owner.kill();
  }
  ASSERT_TRUE(runs(pid));
  Result<std::optional<KeptCluster>> found = find_kept_cluster(base_->path(), "dev");
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->running);
  EXPECT_EQ(mode_of((*found)->folder), 0700U);
  EXPECT_EQ(mode_of((*found)->folder + "/password"), 0600U) << "it is the key to the cluster";
  {
    Session session = test::connect((*found)->connection_string);
    test::exec(session, "CREATE TABLE t AS SELECT 1 AS a");
    EXPECT_EQ(test::value(session, "SHOW fsync"), "on");
  }
  Cluster again = start(kept());
  EXPECT_EQ(again.postmaster_pid(), pid);
  EXPECT_EQ(again.loopback_connection_string(), (*found)->connection_string);
  EXPECT_TRUE(again.stop(long_wait()));
  EXPECT_TRUE(in_time([&] { return !runs(pid); }));
  found = find_kept_cluster(base_->path(), "dev");
  ASSERT_TRUE(found && *found);
  EXPECT_FALSE((*found)->running);

  const Cluster third = start(kept());
  Session session = test::connect(third.loopback_connection_string());
  EXPECT_EQ(test::value(session, "SELECT a FROM t"), "1");
  session.close();
  EXPECT_TRUE(remove_kept_cluster(base_->path(), "dev", long_wait()));
  EXPECT_FALSE(runs(third.postmaster_pid()));
  found = find_kept_cluster(base_->path(), "dev");
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST_F(ClusterTest, AKeptClusterRecoversFromTheDeathOfItsServer) {
  Cluster cluster = start(kept());
  {
    Session session = test::connect(cluster.connection_string());
    test::exec(session, "CREATE TABLE t AS SELECT 1 AS a");
  }
  ::kill(cluster.postmaster_pid(), SIGKILL);
  ASSERT_TRUE(os::wait_for_end(cluster.postmaster_pid(), long_wait().deadline));
  EXPECT_FALSE(find_kept_cluster(base_->path(), "dev")->value().running);
  // Its last children notice their parent's death, but not at once.
  Result<Cluster> again = Cluster::start(kept(), long_wait());
  ASSERT_TRUE(in_time([&] { return again || (again = Cluster::start(kept(), long_wait())); }));
  Session session = test::connect(again->connection_string());
  EXPECT_EQ(test::value(session, "SELECT a FROM t"), "1");
  session.close();
  EXPECT_TRUE(remove_kept_cluster(base_->path(), "dev", long_wait()));
}

TEST_F(ClusterTest, AKeptClusterTakesAnotherPortWhenItsOwnIsTaken) {
  Cluster first = start(kept("one"));
  const int port = first.port();
  ASSERT_TRUE(first.stop(long_wait()));
  const PortHolder holder(port);
  Cluster second = start(kept("one"));
  EXPECT_NE(second.port(), port);
  Session session = test::connect(second.loopback_connection_string());
  EXPECT_EQ(test::value(session, "SELECT 1"), "1");
  EXPECT_EQ(find_kept_cluster(base_->path(), "one")->value().connection_string,
            second.loopback_connection_string());
  EXPECT_TRUE(remove_kept_cluster(base_->path(), "one", long_wait()));
}

TEST_F(ClusterTest, NeverRemovesAFolderThatIsNoCluster) {
  fs::create_directories(base_->path() + "/dev/data");
  std::ofstream(base_->path() + "/dev/precious") << "x";
  EXPECT_FALSE(remove_kept_cluster(base_->path(), "dev", long_wait()));
  const Result<Cluster> cluster = Cluster::start(kept(), long_wait());
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().message, base_->path() + "/dev is there but is not a cluster");
  EXPECT_TRUE(fs::exists(base_->path() + "/dev/precious"));
}

TEST_F(ClusterTest, RefusesNamesThatLeaveTheBaseFolder) {
  for (const char* name : {"", "..", "../x", "a/b", ".hidden", "a b"}) {
    const Result<Cluster> cluster = Cluster::start(kept(name), long_wait());
    ASSERT_FALSE(cluster);
    EXPECT_EQ(cluster.error().code, ErrorCode::configuration) << name;
    EXPECT_FALSE(remove_kept_cluster(base_->path(), name, long_wait())) << name;
  }
}

TEST(ServerPrograms, AreFoundNewestFirst) {
  const std::vector<ServerPrograms> found = find_server_programs("");
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end(),
                             [](const ServerPrograms& a, const ServerPrograms& b) {
                               return a.major_version > b.major_version;
                             }));
  for (const ServerPrograms& programs : found)
    EXPECT_TRUE(fs::exists(programs.bin_folder + "/initdb"));
  EXPECT_TRUE(find_server_programs("/no/such/bin").empty());
  const std::string in_use = test::TestServer::instance().cluster().bin_folder();
  const std::vector<ServerPrograms> named = find_server_programs(in_use);
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0].bin_folder, in_use);
  EXPECT_EQ(named[0].major_version, test::TestServer::instance().major_version());
}

TEST(TestServer, GivesEachTestADatabaseOfItsOwn) {
  test::TestServer& server = test::TestServer::instance();
  const std::string first = server.fresh_database();
  EXPECT_NE(first, server.fresh_database());
  {
    Session session = test::connect(first);
    test::exec(session, "CREATE TABLE t AS SELECT 1 AS a");
  }
  Session copy = test::connect(server.copy_of_database(first));
  EXPECT_EQ(test::rows(copy, "SELECT a, NULL FROM t"),
            (std::vector<std::vector<std::string>>{{"1", "NULL"}}));
  EXPECT_THROW(test::exec(copy, "SELECT no_such_column FROM t"), std::runtime_error);
}

} // namespace
} // namespace slipway::pg
