#pragma once

#include "slipway/base/event.hpp"
#include "slipway/base/file_system.hpp"
#include "slipway/base/secrets.hpp"
#include "slipway/base/stop_signal.hpp"
#include "slipway/config/config.hpp"

#include <map>
#include <string>

namespace slipway::app {

/// What every use case is given. All references must outlive the call.
struct Context {
  const config::Config& config;
  FileSystem& files;
  EventSink& events;
  Masker& masker;
  const StopSignal* stop = nullptr;
  std::map<std::string, std::string, std::less<>> environment;
};

/// The version of this program: "0.1.0".
std::string tool_version();

} // namespace slipway::app
