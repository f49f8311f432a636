// The pages that are generated from the registration: that they are there, and are what the
// commands say.
#include "built_program.hpp"

#include "slipway/test/test_data.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace slipway::test {
namespace {

TEST(Docs, every_command_has_its_page_and_it_is_what_the_command_says) {
  const Ran ran = slipway({"docs", "--check", "--folder", project_path("docs/commands")});
  EXPECT_EQ(ran.status, 0) << ran.err << "run: slipway docs --folder docs/commands";
}

TEST(Docs, check_notices_a_page_that_is_changed_missing_or_superfluous) {
  const ProjectFolder project;
  ASSERT_EQ(slipway({"docs", "--folder", project.path()}).status, 0);
  const std::vector<std::string> check{"docs", "--check", "--folder", project.path()};
  EXPECT_EQ(slipway(check).status, 0);
  project.write("new.md", read_file(project.file("new.md")) + "\n");
  EXPECT_EQ(slipway(check).status, 3);
  ASSERT_EQ(slipway({"docs", "--folder", project.path()}).status, 0);
  project.write("stray.md", "");
  EXPECT_NE(slipway(check).err.find("stray.md"), std::string::npos);
  std::filesystem::remove(project.file("stray.md"));
  std::filesystem::remove(project.file("init.md"));
  const Ran missing = slipway(check);
  EXPECT_EQ(missing.status, 3);
  EXPECT_NE(missing.err.find("init.md"), std::string::npos) << missing.err;
}

TEST(Docs, the_index_links_to_every_page) {
  const std::string index = read_file(project_path("docs/commands/README.md"));
  for (const auto& entry : std::filesystem::directory_iterator(project_path("docs/commands"))) {
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(name == "README.md" || index.find("](" + name + ")") != std::string::npos) << name;
  }
}

TEST(Docs, man_page_and_completions_are_printed_for_packages) {
  EXPECT_EQ(slipway({"man"}).out.rfind(".TH SLIPWAY 1", 0), 0U);
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Ran ran = slipway({"completion", shell});
    EXPECT_EQ(ran.status, 0) << shell;
    EXPECT_NE(ran.out.find("slipway"), std::string::npos) << shell;
    EXPECT_EQ(slipway({"completion", shell, "--json"}).json().at("script"), ran.out) << shell;
  }
  EXPECT_EQ(slipway({"completion", "tcsh"}).status, 2);
}

} // namespace
} // namespace slipway::test
