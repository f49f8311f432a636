// The forms of changes are queries over the catalog, so that they fit any schema.
#include "mutations.hpp"

#include "slipway/test/test_data.hpp"
#include "slipway/test/test_server.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <random>
#include <sstream>
#include <stdexcept>

namespace slipway::test {

namespace {

struct Form {
  std::string name;
  bool looked_at_only = false;
  std::string query; ///< without its semicolon
};

constexpr std::string_view k_mark = "-- form: ";
constexpr std::string_view k_looked_at_only = " (looked at only)";

std::string folder() {
  return project_path("tests/corpora/mutations");
}

Form form_of(const std::string& text) {
  const auto end = text.find('\n');
  Form form{text.substr(0, end), false, text.substr(end + 1)};
  if (form.name.ends_with(k_looked_at_only)) {
    form.name.resize(form.name.size() - k_looked_at_only.size());
    form.looked_at_only = true;
  }
  form.query.resize(form.query.rfind(';'));
  return form;
}

std::vector<Form> all_forms() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    if (entry.path().filename() != "prelude.sql") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Form> forms;
  for (const auto& file : files) {
    const std::string text = read_file(file);
    for (auto at = text.find(k_mark); at != std::string::npos;) {
      const auto begin = at + k_mark.size();
      at = text.find(k_mark, begin);
      forms.push_back(form_of(text.substr(begin, at == std::string::npos ? at : at - begin)));
    }
  }
  return forms;
}

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<Mutation> fits_of(pg::Session& session, const Form& form, std::uint64_t seed,
                              std::size_t most) {
  std::vector<Mutation> found;
  for (auto& row : rows(session, fmt::format("SELECT statement, expected, more FROM ({}) AS form "
                                             "ORDER BY md5(statement || '{}') LIMIT {}",
                                             form.query, seed, most)))
    found.push_back(
        {form.name, std::move(row[0]), sorted_lines(row[1]), row[2] == "t", form.looked_at_only});
  return found;
}

} // namespace

std::vector<Mutation> draw_mutations(pg::Session& session, std::uint64_t seed, std::size_t most) {
  exec(session, "BEGIN; SET LOCAL search_path = ''; SET LOCAL jit = off");
  // The queries name what the prelude makes and what the server has.
  exec(session, "SET LOCAL search_path = pg_catalog");
  exec(session, read_file(folder() + "/prelude.sql"));
  auto forms = all_forms();
  std::shuffle(forms.begin(), forms.end(), std::mt19937_64(seed));
  const std::size_t rounds = 4 + 3 * most / forms.size();
  std::vector<std::vector<Mutation>> fits;
  for (const auto& form : forms) fits.push_back(fits_of(session, form, seed, rounds));
  exec(session, "ROLLBACK");
  std::vector<Mutation> drawn;
  for (std::size_t round = 0; round < rounds; ++round)
    for (auto& one : fits)
      if (round < one.size() && drawn.size() < most) drawn.push_back(std::move(one[round]));
  return drawn;
}

std::vector<std::string> lines_of(const std::vector<schema::Difference>& differences) {
  std::vector<std::string> lines;
  for (const auto& one : differences) {
    const std::string what = fmt::format("{} {}", change_name(one.change), one.identity.path());
    if (one.change != schema::Change::changed) lines.push_back(what);
    for (const auto& value : one.properties)
      lines.push_back(fmt::format("{}: {}", what, property_name(value.property)));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string misseen(const Mutation& mutation, const std::vector<std::string>& seen) {
  const bool fits = mutation.more
                        ? std::includes(seen.begin(), seen.end(), mutation.expected.begin(),
                                        mutation.expected.end())
                        : seen == mutation.expected;
  if (fits) return {};
  std::string text = fmt::format("{}: {}\n  must be seen as{}", mutation.form, mutation.statement,
                                 mutation.more ? ", among others:" : ":");
  for (const auto& line : mutation.expected) text += "\n    " + line;
  text += "\n  was seen as:";
  for (const auto& line : seen) text += "\n    " + line;
  return text;
}

} // namespace slipway::test
