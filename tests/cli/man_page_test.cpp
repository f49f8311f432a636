// The manual page: that it says everything, and that groff has nothing to say against it.
#include "man_page.hpp"

#include "commands.hpp"

#include "slipway/os/process.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

std::string page() {
  const auto all = commands();
  return man_page(make_reference(all), "1.2.3");
}

TEST(ManPage, has_a_section_for_every_command_that_is_shown) {
  const std::string text = page();
  EXPECT_EQ(text.rfind(".TH SLIPWAY 1 ", 0), 0U);
  for (const Command& command : commands()) {
    const bool has = text.find("\n.SS " + std::string(command.name) + "\n") != std::string::npos;
    EXPECT_EQ(has, !command.group.empty()) << command.name;
  }
}

TEST(ManPage, no_line_begins_with_a_control_character_that_is_not_a_known_macro) {
  const std::string text = page();
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string line = text.substr(from, end - from);
    if (!line.empty() && (line.front() == '.' || line.front() == '\'')) {
      const std::string macro = line.substr(0, line.find(' '));
      EXPECT_TRUE(macro == ".TH" || macro == ".SH" || macro == ".SS" || macro == ".PP" ||
                  macro == ".TP" || macro == ".nh" || macro == ".ad")
          << line;
    }
    from = end + 1;
  }
}

TEST(ManPage, equal_sources_give_equal_pages) {
  EXPECT_EQ(page(), page());
}

TEST(ManPage, groff_formats_it_without_a_warning) {
  if (!std::filesystem::exists("/usr/bin/groff")) {
    EXPECT_NE(page().find(".SH NAME\nslipway \\- "), std::string::npos);
    return;
  }
  os::Command command;
  command.arguments = {"groff", "-man", "-ww", "-Tutf8", "-Kutf8"};
  command.input = page();
  const auto finished = os::run(command, Wait{Deadline::after(Millis(60'000))});
  ASSERT_TRUE(finished.has_value()) << finished.error().message;
  EXPECT_EQ(finished->exit_status, 0);
  EXPECT_EQ(finished->errors, "");
  EXPECT_NE(finished->output.find("a check says no"), std::string::npos);
}

} // namespace
} // namespace slipway::cli
