// The question that keeps a rename from becoming a loss.
#include "rename_question.hpp"

#include "standard_input.hpp"

#include "slipway/base/text.hpp"

#include <charconv>
#include <fmt/format.h>

namespace slipway::cli {

namespace {

constexpr int k_attempts = 3;

void show(Invocation& invocation, const diff::Question& question) {
  auto& err = invocation.err;
  err.line(observe::printable(err.masked(question.message)));
  for (std::size_t i = 0; i < question.candidates.size(); ++i) {
    const auto& one = question.candidates[i];
    err.line(fmt::format("  {}  it becomes {} ({})", i + 1,
                         observe::printable(err.masked(one.object.path())),
                         observe::printable(err.masked(one.evidence))));
  }
  err.line(
      fmt::format("  0  {} really goes", observe::printable(err.masked(question.gone.path()))));
}

} // namespace

Result<std::optional<std::size_t>> ask_whether_renamed(Invocation& invocation,
                                                       const diff::Question& question) {
  show(invocation, question);
  for (int attempt = 0; attempt < k_attempts; ++attempt) {
    invocation.err.write("Which? ");
    SLIPWAY_ASSIGN(const std::string line, read_line(invocation.stop));
    const auto word = trim(line);
    std::size_t number = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool is_answer = !word.empty() && read.ptr == word.data() + word.size() &&
                           read.ec == std::errc{} && number <= question.candidates.size();
    if (is_answer) return number == 0 ? std::nullopt : std::optional<std::size_t>(number - 1);
  }
  return fail(Error(ErrorCode::cancelled, "there was no answer; nothing was planned")
                  .with_hint("--rename OLD=NEW and --drop PATH answer beforehand"));
}

} // namespace slipway::cli
