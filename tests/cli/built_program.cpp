#include "built_program.hpp"

#include "slipway/os/environment.hpp"
#include "slipway/os/process.hpp"
#include "slipway/os/real_file_system.hpp"
#include "slipway/test/test_data.hpp"

#include <filesystem>
#include <stdexcept>

namespace slipway::test {

namespace {

constexpr Millis k_patience{180'000};

bool decides_something(const std::string& name) {
  if (name == "SLIPWAY_PG_BIN") return false;
  return name.rfind("SLIPWAY_", 0) == 0 || name.rfind("PG", 0) == 0 || name == "DATABASE_URL" ||
         name == "NO_COLOR" || name == "FORCE_COLOR" || name == "CLICOLOR_FORCE";
}

template<class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

} // namespace

Ran slipway(const std::vector<std::string>& arguments, const RunOptions& options) {
  os::Command command;
  command.arguments = {program_path("slipway")};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  for (const auto& [name, value] : os::environment())
    if (decides_something(name)) command.unset.push_back(name);
  command.environment = options.environment;
  // What one test came to is not what another one sees.
  command.environment.try_emplace("XDG_CACHE_HOME", options.working_directory + "/.cache");
  command.working_directory = options.working_directory;
  command.input = options.input;
  const os::Finished finished = or_throw(os::run(command, Wait{Deadline::after(k_patience)}));
  if (finished.timed_out) throw std::runtime_error("slipway did not end in time");
  return {finished.exit_status, finished.output, finished.errors};
}

ProjectFolder::ProjectFolder() : folder_(or_throw(os::TemporaryFolder::make())) {
  // The server's user must get through to what is below.
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
}

void ProjectFolder::write(const std::string& name, const std::string& bytes) const {
  os::RealFileSystem files;
  if (const Status written = files.write(file(name), bytes, Overwrite::yes); !written)
    throw std::runtime_error(written.error().message);
}

} // namespace slipway::test
