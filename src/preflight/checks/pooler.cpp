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
  return {Verdict::pass,
          fmt::format("the server's process is {}, the connection was told {}: a pooler is in "
                      "between, so the runner lock is not left to its sessions",
                      backend, scene.named_backend),
          {}};
}

} // namespace

Check pooler_check() {
  return {.name = "pooler",
          .looks_at = "whether the server's process is the one the connection was told",
          .warns = "",
          .stops = "",
          .mend = "nothing: a run takes its lock in another way behind a pooler, and says so",
          .questions = questions,
          .judge = judge};
}

} // namespace slipway::preflight
