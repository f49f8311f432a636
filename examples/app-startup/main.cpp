// A service that brings its own database up to date before it takes traffic. Start as many as you
// like at once: one of them migrates, the others wait for it and then find nothing to do.
//
//   app-startup DATABASE_URL MIGRATIONS_FOLDER PORT
#include <slipway/app/migrate.hpp>

#include <httplib.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

// What went wrong and what to do about it, as slipway's errors carry it.
void print(const slipway::Error& error) {
  std::fprintf(stderr, "app-startup: %s\n", error.message.c_str());
  if (error.place)
    std::fprintf(stderr, "  at %s:%zu\n", error.place->file.c_str(), error.place->line);
  if (!error.hint.empty()) std::fprintf(stderr, "  %s\n", error.hint.c_str());
  if (!error.database_state.empty())
    std::fprintf(stderr, "  the database: %s\n", error.database_state.c_str());
  if (!error.next_command.empty()) std::fprintf(stderr, "  next: %s\n", error.next_command.c_str());
}

bool migrate(const std::string& database_url, const std::string& folder) {
  const auto report =
      slipway::app::migrate({.database_url = database_url, .migrations_folder = folder});
  if (!report) {
    print(report.error());
    return false;
  }
  for (const auto& migration : report->applied) std::printf("applied %s\n", migration.c_str());
  std::printf("database is up to date: %zu migrations applied just now\n", report->applied.size());
  std::fflush(stdout);
  return true;
}

// Serves until the process is ended.
int serve(int wanted_port) {
  httplib::Server server;
  server.Get("/health", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("{\"status\":\"ok\"}\n", "application/json");
  });
  const char* const loopback = "127.0.0.1";
  int port = wanted_port;
  if (wanted_port == 0)
    port = server.bind_to_any_port(loopback);
  else if (!server.bind_to_port(loopback, wanted_port))
    port = -1;
  if (port < 0) {
    std::fprintf(stderr, "app-startup: port %d is not free; name another one\n", wanted_port);
    return 1;
  }
  std::printf("listening on http://%s:%d/health\n", loopback, port);
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr,
                 "usage: app-startup DATABASE_URL MIGRATIONS_FOLDER PORT (0: any free one)\n");
    return 2;
  }
  // Nothing is served on a database that is not what this program was built for.
  if (!migrate(argv[1], argv[2])) return 1;
  return serve(std::atoi(argv[3]));
}
