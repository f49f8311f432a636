#include "captured_run.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <unistd.h>

namespace slipway::test {

namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File temporary() {
  File file(std::tmpfile());
  if (!file) throw std::runtime_error("no temporary file");
  return file;
}

std::string all_of(std::FILE* file) {
  std::string text;
  char buffer[4096];
  ::lseek(::fileno(file), 0, SEEK_SET);
  for (ssize_t got = 0; (got = ::read(::fileno(file), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

} // namespace

Captured run_captured(std::vector<std::string> arguments, const std::vector<cli::Command>& commands,
                      std::map<std::string, std::string, std::less<>> environment) {
  const File out = temporary();
  const File err = temporary();
  cli::ProgramInputs inputs;
  inputs.arguments = std::move(arguments);
  inputs.environment = std::move(environment);
  inputs.working_directory = "/";
  inputs.program = "/usr/bin/slipway";
  inputs.output_descriptor = ::fileno(out.get());
  inputs.error_descriptor = ::fileno(err.get());
  Captured captured;
  captured.status = cli::run_program(inputs, commands);
  captured.out = all_of(out.get());
  captured.err = all_of(err.get());
  return captured;
}

cli::Command acting(cli::Run run) {
  cli::Command command;
  command.name = "act";
  command.summary = "do what the test says";
  command.group = "Run";
  command.needs = cli::Needs::nothing;
  command.configure = [run = std::move(run)](CLI::App&) { return run; };
  return command;
}

} // namespace slipway::test
