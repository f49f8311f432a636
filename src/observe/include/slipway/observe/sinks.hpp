#pragma once

#include "slipway/base/event.hpp"
#include "slipway/observe/output.hpp"

#include <memory>
#include <string>
#include <vector>

namespace slipway::observe {

enum class Verbosity { quiet, normal, verbose };

/// Lines for people on stderr: progress in place on a terminal, plain lines otherwise (and one
/// heartbeat line every few seconds of silence is the caller's Progress event). quiet: only
/// warnings and failures.
std::unique_ptr<EventSink> terminal_sink(Output& output, Verbosity verbosity);

/// One JSON object a line:
/// {"schema":1,"time":"2026-11-20T10:30:00.123Z","event":"migration_started",...}.
std::unique_ptr<EventSink> json_sink(Output& output);

/// Sends every event to each of `sinks` in order. Does not own them.
class FanOut final : public EventSink {
public:
  explicit FanOut(std::vector<EventSink*> sinks) : sinks_(std::move(sinks)) {}
  void on_event(const Event& event) override;

private:
  std::vector<EventSink*> sinks_;
};

/// The whole of an error for people: message, file:line:column with the source line and a caret,
/// SQLSTATE, the server's detail and hint, what state the database is in, and the command to run
/// next, the most important line last.
std::string error_text(const Error& error, const Output& output);

/// The same as JSON text:
/// {"code","message","hint","place":{...},"sql":{...},"outcome","database_state","next_command"}.
std::string error_json(const Error& error);

} // namespace slipway::observe
