// docs/formats/events.md against the code: every event, every field with its type, every member of
// an error, in order, and nothing else.
#include "event_kinds.hpp"

#include "slipway/observe/sinks.hpp"
#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

using namespace slipway;
using namespace slipway::observe;

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) {
    const auto first = part.find_first_not_of(' ');
    if (first != std::string::npos)
      parts.push_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
  }
  return parts;
}

// Rows of the tables whose first heading is `heading`.
Rows rows_of(const std::string& heading) {
  Rows rows;
  bool inside = false;
  std::istringstream page(test::read_file(test::project_path("docs/formats/events.md")));
  for (std::string line; std::getline(page, line);) {
    const bool row = line.starts_with("|");
    const auto cells = row ? split(line.substr(1), '|') : std::vector<std::string>();
    if (inside && row && !cells.at(0).starts_with("---")) rows.push_back(cells);
    inside = row && (inside || cells.at(0) == heading);
  }
  return rows;
}

std::string type_name(const std::string&) {
  return "text";
}
std::string type_name(std::string_view) {
  return "text";
}
std::string type_name(std::int64_t) {
  return "integer";
}
std::string type_name(double) {
  return "number";
}
std::string type_name(const Error&) {
  return "error";
}

// "`message` text, `rows` integer" as the page writes it.
template<class E>
std::string fields_as_written(const E& event) {
  std::string written;
  event.fields([&](const char* name, const auto& value) {
    written += (written.empty() ? "`" : ", `") + std::string(name) + "` " + type_name(value);
  });
  return written;
}

std::vector<std::string> quoted_words(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t open = text.find('`'); open != std::string::npos;) {
    const auto close = text.find('`', open + 1);
    words.push_back(text.substr(open + 1, close - open - 1));
    open = text.find('`', close + 1);
  }
  return words;
}

std::vector<std::string> keys(const nlohmann::ordered_json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

Error full_error() {
  Error error(ErrorCode::sql, "m");
  error.place = Place{.file = "f", .line = 1, .column = 1, .source_line = "s", .width = 1};
  error.sql = SqlError{"ERROR", "42601", "m", "d", "h", "c", "s", "t", "c", "t", "c", "q", 1};
  return error;
}

} // namespace

TEST(EventsPage, HasEachEventOnceWithItsFields) {
  const Rows rows = rows_of("event");
  ASSERT_EQ(rows.size(), std::variant_size_v<Event>);
  std::size_t i = 0;
  for_each_event_kind([&](const auto& event) {
    const auto& row = rows[i++];
    ASSERT_EQ(row.size(), 3U);
    EXPECT_EQ(row[0], "`" + std::string(event.name) + "`");
    EXPECT_GE(row[1].size(), 10U) << "when does " << row[0] << " happen?";
    EXPECT_EQ(row[2], fields_as_written(event)) << row[0];
  });
}

TEST(EventsPage, HasEachMemberOfAnError) {
  const auto error = nlohmann::ordered_json::parse(error_json(full_error()));
  std::vector<std::string> members;
  for (const auto& row : rows_of("member")) {
    ASSERT_EQ(row.size(), 3U);
    members.push_back(row[0].substr(1, row[0].size() - 2));
    if (members.back() == "place" || members.back() == "sql") {
      EXPECT_EQ(quoted_words(row[1]), keys(error[members.back()])) << members.back();
    }
  }
  EXPECT_EQ(members, keys(error));
}
