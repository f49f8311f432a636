// A server whose programs were upgraded while it ran cannot load its procedural language any more,
// and tells so only when a statement needs it.
#include "check.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace slipway::preflight {

Check plpgsql_check();

namespace {

std::vector<pg::Query> questions(const Scene&) {
  return {question("DO $$BEGIN END$$")};
}

bool is_needed(const Scene& scene) {
  return std::any_of(scene.statements.begin(), scene.statements.end(), [](const Planned& one) {
    return one.facts->kind == "do" || one.text.find("plpgsql") != std::string::npos;
  });
}

Opinion judge(const Scene&, const Answers&) {
  return {Verdict::pass, "PL/pgSQL runs"};
}

std::string remedy(const Scene& scene, const SqlError& error) {
  if (error.sqlstate == "42501")
    return fmt::format("GRANT USAGE ON LANGUAGE plpgsql TO {};", quote_identifier(scene.user));
  if (error.sqlstate == "42704" || error.sqlstate == "42883") return "CREATE EXTENSION plpgsql;";
  return "restart the server: its programs may have been upgraded under it";
}

Opinion refused(const Scene& scene, const Error& error) {
  // Anything but the server's own word (a time-out, a cancel) says nothing about the language.
  if (!error.sql || error.is_query_cancelled())
    return {Verdict::unknown, "could not be looked at: " + error.message};
  const bool needed = is_needed(scene);
  return {needed ? Verdict::stop : Verdict::warn,
          fmt::format("PL/pgSQL does not run{}: {}", needed ? ", and the plan needs it" : "",
                      error.sql->message),
          remedy(scene, *error.sql)};
}

} // namespace

Check plpgsql_check() {
  return {.name = "plpgsql",
          .looks_at = "whether an empty DO block runs",
          .warns = "it does not",
          .stops = "it does not, and a statement of the plan is in PL/pgSQL",
          .mend = "CREATE EXTENSION, GRANT USAGE ON LANGUAGE, or restart a server upgraded under "
                  "way",
          .must_know = true,
          .questions = questions,
          .judge = judge,
          .refused = refused};
}

} // namespace slipway::preflight
