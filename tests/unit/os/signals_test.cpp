#include "slipway/os/signals.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/os/clock.hpp"
#include "slipway/os/process.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <thread>
#include <unistd.h>

namespace slipway::os {
namespace {

bool readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

void (*handler_of(int number))(int) {
  struct sigaction action{};
  ::sigaction(number, nullptr, &action);
  return action.sa_handler;
}

// A shell that starts the tests in its background has these signals ignored.
class SignalStopTest : public testing::Test {
protected:
  void SetUp() override {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
  }
};

TEST_F(SignalStopTest, AnInterruptIsARequestToStop) {
  const SignalStop stop;
  EXPECT_FALSE(stop.requested());
  EXPECT_FALSE(readable(stop.descriptor()));
  ::raise(SIGINT);
  EXPECT_TRUE(stop.requested());
  EXPECT_EQ(stop.count(), 1);
  EXPECT_TRUE(readable(stop.descriptor()));
}

TEST_F(SignalStopTest, CountsBothSignals) {
  const SignalStop stop;
  ::raise(SIGTERM);
  ::raise(SIGINT);
  EXPECT_EQ(stop.count(), 2);
}

TEST_F(SignalStopTest, PutsThePreviousHandlersBack) {
  struct sigaction before{};
  struct sigaction ours{};
  ours.sa_handler = [](int) {};
  ::sigaction(SIGTERM, &ours, &before);
  {
    const SignalStop stop;
    EXPECT_NE(handler_of(SIGTERM), ours.sa_handler);
    EXPECT_NE(handler_of(SIGINT), SIG_DFL);
  }
  EXPECT_EQ(handler_of(SIGTERM), ours.sa_handler);
  EXPECT_EQ(handler_of(SIGINT), SIG_DFL);
  ::sigaction(SIGTERM, &before, nullptr);
}

TEST_F(SignalStopTest, AnIgnoredSignalStaysIgnored) {
  struct sigaction before{};
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGINT, &ignore, &before);
  {
    const SignalStop stop;
    ::raise(SIGINT);
    EXPECT_FALSE(stop.requested());
  }
  EXPECT_EQ(handler_of(SIGINT), SIG_IGN);
  ::sigaction(SIGINT, &before, nullptr);
}

TEST_F(SignalStopTest, OneAtATimeAndThenAnother) {
  {
    const SignalStop first;
    EXPECT_THROW(SignalStop(), Bug);
    ::raise(SIGINT);
    EXPECT_TRUE(first.requested());
  }
  const SignalStop second;
  EXPECT_FALSE(second.requested());
  EXPECT_FALSE(readable(second.descriptor()));
}

/// Fails with SA_RESTART: the read would go on waiting.
TEST_F(SignalStopTest, ACallThatWaitsComesBack) {
  const SignalStop stop;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pthread_t reader = ::pthread_self();
  std::jthread sender([&, reader](const std::stop_token& done) {
    // Until the read has come back, for the first signal may arrive before the read begins.
    while (!done.stop_requested()) {
      ::pthread_kill(reader, SIGTERM);
      pause(Millis(10), Wait{Deadline::after(Millis(10))});
    }
  });
  char byte = 0;
  const ssize_t got = ::read(ends[0], &byte, 1);
  const int error = errno;
  sender.request_stop();
  sender.join();
  EXPECT_EQ(got, -1);
  EXPECT_EQ(error, EINTR);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(SignalStopTest, ManySignalsDoNotBlockTheHandler) {
  const SignalStop stop;
  for (int i = 0; i < 100'000; ++i) ::raise(SIGINT);
  EXPECT_EQ(stop.count(), 100'000);
}

TEST_F(SignalStopTest, EndsAProgramThatRuns) {
  const SignalStop stop;
  Command command;
  command.arguments = {"sh", "-c", "kill -INT $PPID; exec sleep 600"};
  const Result<Finished> finished = run(command, Wait{Deadline::after(Millis(60'000)), &stop});
  ASSERT_TRUE(finished);
  EXPECT_TRUE(finished->stopped);
  EXPECT_EQ(finished->exit_status, 128 + SIGTERM);
}

TEST_F(SignalStopTest, APauseEndsAtARequest) {
  const SignalStop stop;
  ::raise(SIGINT);
  const Deadline far = Deadline::after(Millis(60'000));
  pause(Millis(50'000), Wait{far, &stop});
  EXPECT_FALSE(far.passed());
  pause(Millis(50'000), Wait{Deadline::after(Millis(0))});
  EXPECT_FALSE(far.passed());
}

} // namespace
} // namespace slipway::os
