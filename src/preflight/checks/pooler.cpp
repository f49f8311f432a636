// Is there somebody between us and the server?
#include "check.hpp"

#include <fmt/format.h>

namespace slipway::preflight {

Check pooler_check();

namespace {

std::vector<pg::Query> questions(const Scene&) {
  return {question("SELECT pg_catalog.pg_backend_pid()")};
}

Opinion judge(const Scene& scene, const Answers& answers) {
  const auto backend = answers[0].integer(0, 0);
  if (backend == scene.named_backend)
    return {Verdict::pass, "none: the connection goes to the server itself"};
  return {Verdict::warn,
          fmt::format("the server's process is {}, the connection was told {}: a pooler is in "
                      "between, which may hand a session's settings and locks to others",
                      backend, scene.named_backend),
          "point DATABASE_URL at the server itself"};
}

} // namespace

Check pooler_check() {
  return {.name = "pooler",
          .looks_at = "whether the server's process is the one the connection was told",
          .warns = "it is another: a connection pooler is in between",
          .stops = "",
          .mend = "connect to the server itself",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
