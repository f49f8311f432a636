#include "slipway/os/process.hpp"

#include "slipway/os/child.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/os/identity.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/os/unique_fd.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace slipway::os {
namespace {

/// No test depends on how fast anything is; this only ends one that hangs.
Wait ample() {
  return Wait{Deadline::after(Millis(60'000))};
}

Command shell(const std::string& script) {
  Command command;
  command.arguments = {"sh", "-c", script};
  return command;
}

Finished run_or_fail(const Command& command, const Wait& wait = ample()) {
  Result<Finished> finished = run(command, wait);
  EXPECT_TRUE(finished) << finished.error().message;
  return finished ? std::move(*finished) : Finished{};
}

bool runs(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

/// Whether the process ends; polled, as it is no child of ours.
bool ends(pid_t pid) {
  return wait_for_end(pid, ample().deadline);
}

std::string slurp(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The process id a script wrote to a file, once it is there.
pid_t pid_in(const std::string& path) {
  const Wait wait = ample();
  while (!wait.deadline.passed()) {
    const std::string text = slurp(path);
    if (!text.empty() && text.back() == '\n') return static_cast<pid_t>(std::stol(text));
    pause(Millis(5), wait);
  }
  return -1;
}

TEST(Run, YieldsStatusAndBothStreams) {
  const Finished finished = run_or_fail(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(finished.exit_status, 7);
  EXPECT_EQ(finished.output, "out\n");
  EXPECT_EQ(finished.errors, "err\n");
  EXPECT_FALSE(finished.timed_out);
  EXPECT_FALSE(finished.stopped);
  EXPECT_FALSE(finished.output_truncated);
}

TEST(Run, TellsADeathBySignalAs128AndTheSignal) {
  EXPECT_EQ(run_or_fail(shell("kill -KILL $$")).exit_status, 128 + SIGKILL);
}

TEST(Run, GivesArgumentsToTheProgramAsTheyAre) {
  Command command;
  command.arguments = {"printf", "%s|", "a b", "$HOME", "*", "'\"\\", ""};
  EXPECT_EQ(run_or_fail(command).output, "a b|$HOME|*|'\"\\||");
}

TEST(Run, FeedsFiveMegabytesThroughAFilterWithoutDeadlock) {
  Command command;
  command.arguments = {"cat"};
  for (int i = 0; command.input.size() < 5'000'000; ++i) command.input += std::to_string(i) + "\n";
  const Finished finished = run_or_fail(command);
  EXPECT_EQ(finished.exit_status, 0);
  EXPECT_TRUE(finished.output == command.input);
}

/// Fails when SIGPIPE is not kept from us. So much output must be read while the input is closed
/// that we surely write.
TEST(Run, SurvivesAProgramThatDoesNotReadItsInput) {
  Command command = shell("exec 0<&-; head -c 1000000 /dev/zero");
  command.input.assign(1'000'000, 'x');
  EXPECT_EQ(run_or_fail(command).output.size(), 1'000'000U);
}

TEST(Run, GivesAnEmptyStandardInputWhenThereIsNone) {
  EXPECT_EQ(run_or_fail(shell("cat; echo end")).output, "end\n");
}

TEST(Run, KeepsOutputUpToTheLimitAndReadsOn) {
  Command command = shell("head -c 1000000 /dev/zero; echo last >&2");
  command.output_limit = 1000;
  const Finished finished = run_or_fail(command);
  EXPECT_EQ(finished.exit_status, 0);
  EXPECT_EQ(finished.output.size(), 1000U);
  EXPECT_EQ(finished.errors, "last\n");
  EXPECT_TRUE(finished.output_truncated);
}

TEST(Run, OutputOfJustTheLimitIsNotTruncated) {
  Command command = shell("head -c 1000 /dev/zero");
  command.output_limit = 1000;
  EXPECT_FALSE(run_or_fail(command).output_truncated);
}

TEST(Run, ReportsAProgramThatIsNotInThePath) {
  Command command;
  command.arguments = {"no-such-program-of-slipway"};
  const Result<Finished> finished = run(command, ample());
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::io);
  EXPECT_EQ(finished.error().message,
            "cannot run no-such-program-of-slipway: there is no such program in PATH");
}

TEST(Run, ReportsAFailureOfExecWithItsReason) {
  Command command;
  command.arguments = {"/etc/passwd"};
  const Result<Finished> finished = run(command, ample());
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "cannot run /etc/passwd: Permission denied");
}

TEST(Run, ReportsAWorkingDirectoryThatIsNotThere) {
  Command command = shell("pwd");
  command.working_directory = "/no/such/folder";
  const Result<Finished> finished = run(command, ample());
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message,
            "cannot enter folder /no/such/folder: No such file or directory");
}

TEST(Run, ReportsAnEmptyCommandAsUsage) {
  const Result<Finished> finished = run(Command{}, ample());
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::usage);
}

TEST(Run, StartsInTheWorkingDirectory) {
  Command command = shell("pwd");
  command.working_directory = "/";
  EXPECT_EQ(run_or_fail(command).output, "/\n");
}

TEST(Run, SetsAndRemovesVariables) {
  ::setenv("SLIPWAY_TEST_KEPT", "kept", 1);
  ::setenv("SLIPWAY_TEST_GONE", "gone", 1);
  Command command =
      shell("echo ${SLIPWAY_TEST_KEPT-unset} ${SLIPWAY_TEST_GONE-unset} ${SLIPWAY_TEST_NEW-unset}");
  command.unset = {"SLIPWAY_TEST_GONE"};
  command.environment["SLIPWAY_TEST_NEW"] = "new";
  EXPECT_EQ(run_or_fail(command).output, "kept unset new\n");
  ::unsetenv("SLIPWAY_TEST_KEPT");
  ::unsetenv("SLIPWAY_TEST_GONE");
}

TEST(Run, LooksProgramsUpInThePathTheyAreGiven) {
  Command command;
  command.arguments = {"sh", "-c", "echo found"};
  command.environment["PATH"] = "/no/such/folder";
  EXPECT_FALSE(run(command, ample()));
  command.environment["PATH"] = "/no/such/folder:/bin";
  EXPECT_EQ(run_or_fail(command).output, "found\n");
}

/// A connection to a server that a child inherits would stay open as long as the child. Fails
/// without close_others_at_exec, since this descriptor is made without O_CLOEXEC.
TEST(Run, LeavesNoDescriptorOpenInTheProgram) {
  const UniqueFd inherited(::open("/dev/null", O_RDONLY));
  const UniqueFd high(::fcntl(inherited.get(), F_DUPFD, 200));
  // ls itself opens one for the folder.
  const Finished finished = run_or_fail(shell("ls /proc/self/fd | sort -n | tr '\\n' ' '"));
  EXPECT_EQ(finished.output, "0 1 2 3 ");
}

TEST(Run, GivesTheProgramDefaultSignals) {
  struct sigaction before{};
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);
  const Finished finished = run_or_fail(shell("grep -E 'Sig(Blk|Ign)' /proc/self/status"));
  ::sigaction(SIGPIPE, &before, nullptr);
  EXPECT_EQ(finished.output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

/// Fails when only the program is killed and not its group: the grandchild lives on.
TEST(Run, AtTheDeadlineEndsGrandchildrenToo) {
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  Command command = shell("sleep 600 & echo $! > grandchild; wait");
  command.working_directory = folder->path();
  // On a busy machine the program may not come so far in the first time it is given.
  for (Millis time{200}; slurp(folder->path() + "/grandchild").empty(); time *= 2) {
    ASSERT_LT(time, Millis(60'000));
    const Finished finished = run_or_fail(command, Wait{Deadline::after(time)});
    EXPECT_TRUE(finished.timed_out);
    EXPECT_FALSE(finished.stopped);
    EXPECT_EQ(finished.exit_status, 128 + SIGTERM);
  }
  EXPECT_TRUE(ends(pid_in(folder->path() + "/grandchild")));
}

/// Fails without the SIGKILL after the grace.
TEST(Run, KillsWhatIgnoresBeingAsked) {
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  Command command = shell(
      "trap '' TERM; (trap '' TERM; sleep 600) & echo $! > deaf; while :; do sleep 600; done");
  command.working_directory = folder->path();
  class StopWhenDeaf final : public StopSignal {};
  StopWhenDeaf stop;
  std::jthread asker([&] {
    pid_in(folder->path() + "/deaf");
    stop.request();
  });
  const Finished finished = run_or_fail(command, Wait{ample().deadline, &stop});
  EXPECT_TRUE(finished.stopped);
  EXPECT_FALSE(finished.timed_out);
  EXPECT_EQ(finished.exit_status, 128 + SIGKILL);
  EXPECT_TRUE(ends(pid_in(folder->path() + "/deaf")));
}

/// A wrapper such as npm goes at once while the tool behind it still tidies up; killing that at
/// once would lose work. Fails when the group is killed as soon as the program itself has ended.
TEST(Run, LeavesTheProgramBehindAWrapperTimeToCleanUp) {
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  Command command = shell(
      "(trap 'sleep 0.2; echo tidy > result; exit' TERM; echo $$ > ready; while :; do sleep 0.05; done) & wait");
  command.working_directory = folder->path();
  class Stop final : public StopSignal {};
  Stop stop;
  std::jthread asker([&] {
    pid_in(folder->path() + "/ready");
    stop.request();
  });
  EXPECT_TRUE(run_or_fail(command, Wait{ample().deadline, &stop}).stopped);
  EXPECT_EQ(slurp(folder->path() + "/result"), "tidy\n");
}

TEST(Run, DoesNotStartAnythingWithoutTime) {
  const Result<Finished> finished = run(shell("exit 0"), Wait{Deadline::after(Millis(0))});
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::cancelled);
}

/// Fails when the end of the streams is awaited: the sleeping process holds them.
TEST(Run, DoesNotWaitForWhatIsLeftInTheBackground) {
  Result<Finished> finished = run(shell("sleep 600 & echo $!"), ample());
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->exit_status, 0);
  EXPECT_FALSE(finished->timed_out);
  const pid_t left = static_cast<pid_t>(std::stol(finished->output));
  EXPECT_TRUE(runs(left));
  ::kill(left, SIGKILL);
}

/// A migration tool that outlives the slipway that guards it would work on while the next slipway
/// starts. Fails without the parent death signal.
TEST(Run, TheProgramEndsWhenWeAreKilled) {
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  ASSERT_TRUE(folder);
  const pid_t owner = ::fork();
  if (owner == 0) {
    Command command = shell("echo $$ > pid; exec sleep 600");
    command.working_directory = folder->path();
    [[maybe_unused]] const Result<Finished> finished = run(command, ample());
    ::_exit(0);
  }
  const pid_t program = pid_in(folder->path() + "/pid");
  ASSERT_GT(program, 1);
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  EXPECT_TRUE(ends(program));
}

TEST(Run, OnlyRootMayNameAUserAndThenTheProgramIsThatUser) {
  Command command = shell("id -un; id -G");
  command.user = is_root() ? "nobody" : "root";
  command.working_directory = "/";
  if (is_root()) {
    const Account nobody = find_account("nobody").value();
    EXPECT_EQ(run_or_fail(command).output, "nobody\n" + std::to_string(nobody.group_id) + "\n");
  } else {
    const Result<Finished> finished = run(command, ample());
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().message,
              "cannot run sh as user root: only root can become another user");
  }
  command.user = user_name();
  EXPECT_EQ(run_or_fail(command).exit_status, 0);
}

TEST(Run, AnUnknownUserIsAnError) {
  Command command = shell("exit 0");
  command.user = "no-such-user-of-slipway";
  EXPECT_FALSE(run(command, ample()));
}

TEST(Run, WorksFromManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([i] {
      for (int round = 0; round < 10; ++round) {
        Command command;
        command.arguments = {"cat"};
        command.input = std::string(100'000, static_cast<char>('a' + i));
        EXPECT_TRUE(run_or_fail(command).output == command.input);
      }
    });
}

TEST(Spawn, AServerHasASessionOfItsOwnAndNoTerminal) {
  Command command;
  command.arguments = {"sleep", "600"};
  const Result<pid_t> pid = spawn(command, Streams{}, Ties::own_session);
  ASSERT_TRUE(pid);
  EXPECT_EQ(::getsid(*pid), *pid);
  EXPECT_FALSE(wait_for_end(*pid, Deadline::after(Millis(1))));
  ::kill(*pid, SIGKILL);
  EXPECT_TRUE(wait_for_end(*pid, ample().deadline));
}

} // namespace
} // namespace slipway::os
