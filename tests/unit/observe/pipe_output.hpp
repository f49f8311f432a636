#pragma once

#include "slipway/observe/output.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

namespace slipway::observe {

/// An Output whose bytes are collected. `take` ends it.
class PipeOutput {
public:
  PipeOutput(Style style, const Masker& masker) {
    if (pipe(ends_) != 0) throw std::runtime_error("no pipe");
    output_ = std::make_unique<Output>(ends_[1], style, masker);
    reader_ = std::thread([this] {
      char buffer[4096];
      for (ssize_t size = 0; (size = read(ends_[0], buffer, sizeof buffer)) > 0;)
        bytes_.append(buffer, static_cast<std::size_t>(size));
    });
  }
  ~PipeOutput() {
    finish();
    close(ends_[0]);
  }
  PipeOutput(const PipeOutput&) = delete;
  PipeOutput& operator=(const PipeOutput&) = delete;

  Output& output() { return *output_; }
  const std::string& take() {
    finish();
    return bytes_;
  }

private:
  void finish() {
    if (!reader_.joinable()) return;
    output_.reset();
    close(ends_[1]);
    reader_.join();
  }

  int ends_[2] = {-1, -1};
  std::unique_ptr<Output> output_;
  std::thread reader_;
  std::string bytes_;
};

} // namespace slipway::observe
