#include "facts/parser_thread.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include <pthread.h>

namespace slipway::sql {

namespace {

// Four times what the deepest statement that is handed to the parser was seen to need.
constexpr std::size_t k_stack_bytes = std::size_t{64} * 1024 * 1024;

class ParserThread {
public:
  ParserThread() {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return;
    started_ = pthread_attr_setstacksize(&attributes, k_stack_bytes) == 0 &&
               pthread_create(&thread_, &attributes, &ParserThread::entry, this) == 0;
    pthread_attr_destroy(&attributes);
  }

  ~ParserThread() {
    if (!started_) return;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    pthread_join(thread_, nullptr);
  }

  ParserThread(const ParserThread&) = delete;
  ParserThread& operator=(const ParserThread&) = delete;

  bool run(const std::function<void()>& job) {
    if (!started_) return false;
    const std::lock_guard one_caller(callers_);
    std::unique_lock lock(mutex_);
    job_ = &job;
    changed_.notify_all();
    changed_.wait(lock, [&] { return job_ == nullptr; });
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    return true;
  }

private:
  static void* entry(void* self) {
    static_cast<ParserThread*>(self)->serve();
    return nullptr;
  }

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return job_ != nullptr || stopping_; });
      if (job_ == nullptr) return;
      try {
        (*job_)();
      } catch (...) {
        thrown_ = std::current_exception();
      }
      job_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex callers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* job_ = nullptr;
  std::exception_ptr thrown_;
  bool stopping_ = false;
  bool started_ = false;
  pthread_t thread_ = {};
};

} // namespace

bool run_on_parser_thread(const std::function<void()>& job) {
  static ParserThread thread;
  return thread.run(job);
}

} // namespace slipway::sql
