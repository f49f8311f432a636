#include "running_program.hpp"

#include "slipway/test/test_data.hpp"

#include <csignal>
#include <fstream>
#include <poll.h>
#include <pty.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway {
namespace {

/// A person at a terminal: pastes a line, and types what is asked for.
class Terminal {
public:
  Terminal(std::string folder, std::string url, std::string answer)
      : folder_(std::move(folder)), url_(std::move(url)), answer_(std::move(answer)) {}

  struct Seen {
    int status = -1;
    std::string text;
  };
  Seen paste(const std::string& line) const {
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) be(line);
    Seen seen;
    const auto deadline = Deadline::after(Millis(120'000));
    bool answered = false;
    while (!deadline.passed()) {
      pollfd ready{.fd = terminal, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 200) <= 0) continue;
      std::array<char, 4096> bytes{};
      const auto count = read(terminal, bytes.data(), bytes.size());
      // A terminal whose other end is closed is an error on Linux, not the end of a file.
      if (count <= 0) break;
      seen.text.append(bytes.data(), static_cast<std::size_t>(count));
      if (answered || seen.text.find(" to go on: ") == std::string::npos) continue;
      answered = true;
      const auto typed = answer_ + "\n";
      if (write(terminal, typed.data(), typed.size()) < 0) break;
    }
    if (deadline.passed()) kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    close(terminal);
    seen.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return seen;
  }

private:
  [[noreturn]] void be(const std::string& line) const {
    const auto path = test::program_path("slipway");
    const auto places = path.substr(0, path.rfind('/')) + ":" + getenv("PATH");
    setenv("PATH", places.c_str(), 1);
    setenv("DATABASE_URL", url_.c_str(), 1);
    setenv("PAGER", "cat", 1);
    setenv("TERM", "dumb", 1);
    if (chdir(folder_.c_str()) == 0) execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }

  std::string folder_;
  std::string url_;
  std::string answer_;
};

/// A project with a deploy that went wrong, and its runbook.
class RunbookCommand : public test::RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    project_.write("slipway.toml",
                   "[backup]\nstore = \"backups\"\n[deploy]\nhealth = [\"test\", \"-e\", \"old "
                   "release\"]\nprevious_application = [\"touch\", \"old release\"]\n");
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);",
          "DROP TABLE users;");
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users SELECT n, 'u' || n, n FROM generate_series(1, 50) AS n");
    const auto made = run({"backup", "create", "--label", "pre-deploy"});
    ASSERT_EQ(made.status, 0) << made.err;
    before_ = run({"fingerprint"}).out;
    ASSERT_EQ(run({"runbook"}).status, 0);
  }
  void break_it(const std::string& up, const std::string& down) {
    write("2_broken.sql", up, down);
    ASSERT_EQ(run({"up"}).status, 0);
    exec("INSERT INTO users (id) VALUES (1000)");
    database_ = value("SELECT current_database()");
    close_looker();
    const auto written = run({"runbook"});
    ASSERT_EQ(written.status, 0) << written.err;
  }

  /// The lines of its ```sh blocks, by the number of the section.
  std::map<char, std::vector<std::string>> commands() const {
    std::ifstream file(project_.file("migration-rollback.md"));
    std::map<char, std::vector<std::string>> found;
    std::string line;
    char section = '0';
    bool inside = false;
    while (std::getline(file, line)) {
      if (line.rfind("## ", 0) == 0) section = line[3] >= '1' && line[3] <= '7' ? line[3] : '0';
      if (line == "```") inside = false;
      if (inside) found[section].push_back(line);
      if (line == "```sh") inside = true;
    }
    return found;
  }
  /// Pastes all commands of the sections, one after the other.
  std::string follow(const std::string& sections) {
    const Terminal terminal(project_.path(), url_, database_);
    std::string all;
    const auto lines = commands();
    for (const char section : sections) {
      for (const auto& line : lines.at(section)) {
        const auto seen = terminal.paste(line);
        EXPECT_EQ(seen.status, 0) << line << "\n" << seen.text;
        all += seen.text;
      }
    }
    return all;
  }
  std::string before_;
  std::string database_;
};

TEST_F(RunbookCommand, EachCommandOfTheFastWayWorksAsPasted) {
  break_it("ALTER TABLE users RENAME name TO label;", "ALTER TABLE users RENAME label TO name;");
  const auto seen = follow("01356");
  EXPECT_NE(seen.find("=> fast"), std::string::npos) << seen;
  EXPECT_NE(seen.find("rolled back: the schema is the one from before run 2"), std::string::npos)
      << seen;
  EXPECT_NE(seen.find("=> none"), std::string::npos) << "at the end nothing is left of it";
  EXPECT_EQ(run({"fingerprint"}).out, before_);
  EXPECT_EQ(value("SELECT count(*) FROM users"), "51");
  const auto draft = test::read_file(project_.file("postmortem.md"));
  EXPECT_NE(draft.find("# Postmortem: run 2"), std::string::npos) << draft;
}

TEST_F(RunbookCommand, EachCommandOfTheSafeWayWorksAsPasted) {
  break_it("ALTER TABLE users DROP COLUMN age;", "ALTER TABLE users ADD COLUMN age int;");
  const auto seen = follow("01456");
  EXPECT_NE(seen.find("=> safe"), std::string::npos) << seen;
  EXPECT_EQ(run({"fingerprint"}).out, before_);
  EXPECT_EQ(value("SELECT count(*) || ' ' || sum(age) FROM users"), "51 1275")
      << "with the values that were destroyed, and the write made since";
  const auto draft = test::read_file(project_.file("postmortem.md"));
  EXPECT_NE(draft.find("over the safe path"), std::string::npos) << draft;
  EXPECT_NE(draft.find("pre-deploy"), std::string::npos) << draft;
  close_looker();
  EXPECT_EQ(run({"rollback", "cleanup", "--run", "2", "--yes"}).status, 0);
}

TEST_F(RunbookCommand, CheckNeedsNoDatabaseAndSaysWhatIsStale) {
  const auto alone = [&](const std::vector<std::string>& arguments) {
    return test::slipway(arguments,
                         {.environment = {}, .working_directory = project_.path(), .input = {}});
  };
  const auto good = alone({"runbook", "--check"});
  EXPECT_EQ(good.status, 0) << good.out << good.err;
  project_.write("slipway.toml", "[deploy]\nhealth = [\"true\"]\n");
  const auto stale = alone({"runbook", "--check"});
  EXPECT_EQ(stale.status, 3) << stale.out << stale.err;
  EXPECT_NE(stale.out.find("run: slipway runbook"), std::string::npos) << stale.out;
  EXPECT_EQ(alone({"runbook"}).status, 0);
  EXPECT_EQ(alone({"runbook", "--check", "--json"}).json()["stale"], false);
  EXPECT_EQ(alone({"runbook", "--check", "--output", "other.md"}).status, 3) << "not there";
}

} // namespace
} // namespace slipway
