#pragma once

#include "scene.hpp"

#include "slipway/preflight/preflight.hpp"

namespace slipway::preflight {

/// What a check makes of the answers.
struct Opinion {
  Verdict verdict = Verdict::pass;
  std::string found;
  std::string remedy = {};
};

using Answers = std::vector<pg::Rows>;

/// One check: the questions it asks the server and what it makes of the answers. All questions of
/// all checks travel together, so a check asks everything at once. Each lives in
/// checks/<name>.cpp and has a line in checks.cpp.
struct Check {
  std::string_view name;
  std::string_view looks_at; ///< the columns of docs/guide/preflight.md
  std::string_view warns;
  std::string_view stops; ///< empty: it never does
  std::string_view mend;
  /// When it cannot look, `slipway preflight` says no.
  bool must_know = false;
  std::vector<pg::Query> (*questions)(const Scene&);
  Opinion (*judge)(const Scene&, const Answers&);
  /// When the server refuses a question; without it that is `unknown`.
  Opinion (*refused)(const Scene&, const Error&) = nullptr;
};

} // namespace slipway::preflight
