// slipway init and slipway new: files are made, and none is overwritten.
#include "built_program.hpp"

#include "slipway/test/test_data.hpp"

#include <filesystem>
#include <gtest/gtest.h>

namespace slipway::test {
namespace {

std::string without_line_end(const std::string& text) {
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

TEST(Init, makes_a_project_that_the_other_commands_accept) {
  const ProjectFolder project;
  const RunOptions here{.working_directory = project.path()};
  const Ran ran = slipway({"init"}, here);
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out, "migrations/.gitkeep\nslipway.toml\n");
  EXPECT_TRUE(std::filesystem::is_directory(project.file("migrations")));
  EXPECT_EQ(slipway({"config"}, here).status, 0);
}

TEST(Init, another_folder_is_the_one_new_writes_to) {
  const ProjectFolder project;
  const RunOptions here{.working_directory = project.path()};
  ASSERT_EQ(slipway({"init", "--migrations-folder", "db/changes"}, here).status, 0);
  const Ran made = slipway({"new", "add", "users"}, here);
  EXPECT_EQ(made.out.rfind("db/changes/", 0), 0U) << made.out << made.err;
  EXPECT_TRUE(std::filesystem::exists(project.file(without_line_end(made.out))));
}

// Fails when check_ground does not look for the file.
TEST(Init, a_project_that_is_there_is_left_as_it_is) {
  const ProjectFolder project;
  project.write("slipway.toml", "# mine\n");
  const Ran ran = slipway({"init"}, {.working_directory = project.path()});
  EXPECT_EQ(ran.status, 3);
  EXPECT_NE(ran.err.find("slipway.toml is here already"), std::string::npos) << ran.err;
  EXPECT_EQ(read_file(project.file("slipway.toml")), "# mine\n");
  EXPECT_FALSE(std::filesystem::exists(project.file("migrations")))
      << "nothing is written before everything is looked at";
}

TEST(Init, migrations_that_are_there_are_taken_over) {
  const ProjectFolder project;
  project.write("migrations/001-create-user.sql",
                "-- slipway:up\nSELECT 1;\n-- slipway:down\nSELECT 1;\n");
  const auto written =
      slipway({"init", "--json"}, {.working_directory = project.path()}).json().at("written");
  EXPECT_EQ(written, nlohmann::json::array({"slipway.toml"}));
}

TEST(Init, a_file_in_place_of_the_folder_is_left_as_it_is) {
  const ProjectFolder project;
  project.write("migrations", "mine");
  const Ran ran = slipway({"init"}, {.working_directory = project.path()});
  EXPECT_EQ(ran.status, 3);
  EXPECT_EQ(read_file(project.file("migrations")), "mine");
  EXPECT_FALSE(std::filesystem::exists(project.file("slipway.toml")));
}

class NewTest : public ::testing::Test {
protected:
  void SetUp() override { ASSERT_EQ(slipway({"init"}, here_).status, 0); }
  std::string made(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "new");
    const Ran ran = slipway(arguments, here_);
    EXPECT_EQ(ran.status, 0) << ran.err;
    return without_line_end(ran.out);
  }
  ProjectFolder project_;
  RunOptions here_{.working_directory = project_.path()};
};

TEST_F(NewTest, prints_the_path_of_a_file_that_explain_reads) {
  const std::string path = made({"add", "orders", "user_id"});
  EXPECT_EQ(path.rfind("migrations/", 0), 0U);
  EXPECT_NE(path.find("add_orders_user_id.sql"), std::string::npos) << path;
  EXPECT_EQ(slipway({"explain", path}, here_).status, 0);
  EXPECT_NE(read_file(project_.file(path)).find("-- slipway:down"), std::string::npos);
}

TEST_F(NewTest, versions_grow_even_within_one_second) {
  std::string before;
  for (int i = 0; i < 5; ++i) {
    const std::string path = made({"step"});
    EXPECT_LT(before, path);
    before = path;
  }
}

TEST_F(NewTest, follows_the_files_that_are_there) {
  project_.write("migrations/001-create-user.sql", "");
  project_.write("migrations/002-add-email.sql", "");
  EXPECT_EQ(made({"add", "phone"}), "migrations/003-add-phone.sql");
}

TEST_F(NewTest, the_format_option_counts_over_the_files_that_are_there) {
  project_.write("migrations/001-create-user.sql", "");
  const auto digits = [](const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    return name.find_first_not_of("0123456789");
  };
  EXPECT_EQ(digits(made({"a", "--format", "timestamp12"})), 12U);
  EXPECT_EQ(digits(made({"--format=timestamp", "b"})), 14U);
}

TEST_F(NewTest, the_setting_counts_where_no_option_is_given) {
  const Ran ran = slipway({"new", "x"}, {.environment = {{"SLIPWAY_MIGRATIONS_FORMAT", "sequence"}},
                                         .working_directory = project_.path()});
  EXPECT_NE(ran.out.find("/001-x.sql"), std::string::npos) << ran.out << ran.err;
}

TEST_F(NewTest, json_names_the_path) {
  const auto document = slipway({"new", "add", "x", "--json"}, here_).json();
  EXPECT_TRUE(std::filesystem::exists(project_.file(document.at("path"))));
}

TEST_F(NewTest, works_from_a_folder_below_the_project) {
  std::filesystem::create_directories(project_.file("src/deep"));
  const Ran ran = slipway({"new", "x"}, {.working_directory = project_.file("src/deep")});
  ASSERT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(std::filesystem::exists(without_line_end(ran.out))) << ran.out;
  EXPECT_EQ(ran.out.rfind(project_.file("migrations/"), 0), 0U) << ran.out;
}

} // namespace
} // namespace slipway::test
