// Asking the server to cancel, without ever waiting for it longer than we want to.
#include "cancel_request.hpp"

#include <array>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

namespace slipway::pg {

struct CancelRequest::Progress {
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  std::string failure;

  void finish(std::string reason) {
    const std::lock_guard lock(mutex);
    failure = std::move(reason);
    done = true;
    ended.notify_all();
  }
};

namespace {

/// Signals belong to the program's own threads; and PQcancel writes with plain send, which raises
/// SIGPIPE.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::string send_cancel(PGcancel* cancel) {
  std::array<char, 256> message{};
  if (PQcancel(cancel, message.data(), static_cast<int>(message.size())) == 1) return {};
  std::string reason(message.data());
  return reason.empty() ? "the request could not be sent" : reason;
}

} // namespace

CancelRequest::CancelRequest(std::shared_ptr<PGcancel> cancel)
    : progress_(std::make_shared<Progress>()) {
  try {
    std::thread([progress = progress_, owned = std::move(cancel)] {
      block_signals();
      progress->finish(send_cancel(owned.get()));
    }).detach();
  } catch (const std::system_error& error) {
    progress_->finish(error.what());
  }
}

bool CancelRequest::wait_until(Deadline deadline) const {
  std::unique_lock lock(progress_->mutex);
  return progress_->ended.wait_until(lock, deadline.moment(), [this] { return progress_->done; });
}

Status CancelRequest::result() const {
  const std::lock_guard lock(progress_->mutex);
  if (progress_->failure.empty()) return {};
  return fail(ErrorCode::connection, "cannot ask the server to cancel: " + progress_->failure);
}

} // namespace slipway::pg
