#include "parsing.hpp"
#include "slipway/base/text.hpp"
#include "slipway/source/folder.hpp"
#include "slipway/test/memory_file_system.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace slipway::source {
namespace {

// 2026-11-20 10:30:05.250 UTC
const auto k_now =
    std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'170'605'250));

Folder folder_of(const std::vector<std::string>& names) {
  test::MemoryFileSystem files;
  files.add_folder("db");
  for (const auto& name : names) (void)files.write("db/" + name, "", Overwrite::yes);
  auto folder = read_folder(files, "db");
  if (!folder) throw std::runtime_error(folder.error().message);
  return std::move(*folder);
}

std::string next(const std::vector<std::string>& names, std::string_view title = "Add users") {
  const Folder folder = folder_of(names);
  return next_file_name(folder, detect_format(folder), title, k_now);
}

TEST(DetectFormat, IsTheHabitOfMostFiles) {
  EXPECT_EQ(detect_format(folder_of({})), NameFormat::timestamp_14);
  EXPECT_EQ(detect_format(folder_of({"20261120103000_a.sql"})), NameFormat::timestamp_14);
  EXPECT_EQ(detect_format(folder_of({"202611201030__a.sql"})), NameFormat::timestamp_12);
  EXPECT_EQ(detect_format(folder_of({"1706900000000_a.sql"})), NameFormat::unix_millis);
  EXPECT_EQ(detect_format(folder_of({"001-a.sql"})), NameFormat::sequence);
  EXPECT_EQ(detect_format(folder_of({"1_a.sql", "2_b.sql", "20261120103000_a.sql"})),
            NameFormat::sequence);
  EXPECT_EQ(detect_format(folder_of({"1_a.sql", "20261120103000_a.sql"})), NameFormat::timestamp_14)
      << "of equals, the latest";
}

TEST(FormatNames, AreReadBack) {
  for (const auto format : {NameFormat::timestamp_14, NameFormat::timestamp_12,
                            NameFormat::unix_millis, NameFormat::sequence})
    EXPECT_EQ(format_from(format_name(format)), format);
  EXPECT_FALSE(format_from("auto"));
}

TEST(NextFileName, AnEmptyFolderStartsTheHabitOfTheFormat) {
  EXPECT_EQ(next({}), "20261120103005_add_users.sql");
  EXPECT_EQ(next_file_name({}, NameFormat::timestamp_12, "Add users", k_now),
            "202611201030__add_users.sql");
  EXPECT_EQ(next_file_name({}, NameFormat::unix_millis, "Add users", k_now),
            "1795170605250_add-users.sql");
  EXPECT_EQ(next_file_name({}, NameFormat::sequence, "Add users", k_now), "001-add-users.sql");
}

TEST(NextFileName, FollowsTheHabitOfTheFolder) {
  EXPECT_EQ(next({"20250101000000-make-a.sql"}), "20261120103005-add-users.sql");
  EXPECT_EQ(next({"202501010000__make_a.sql"}), "202611201030__add_users.sql");
  EXPECT_EQ(next({"1706900000000_create-users.sql"}), "1795170605250_add-users.sql");
  EXPECT_EQ(next({"001-create-user.sql", "002-more-users.sql"}), "003-add-users.sql");
  EXPECT_EQ(next({"0001_create_user.sql"}), "0002_add_users.sql");
  EXPECT_EQ(next({"9_nine_lives.sql"}), "10_add_users.sql");
  EXPECT_EQ(next({"0099_a_b.sql"}), "0100_add_users.sql");
}

TEST(NextFileName, IsGreaterThanEverythingThereIsEvenFromTheFuture) {
  EXPECT_EQ(next({"20991231235959_later_on.sql"}), "20991231235960_add_users.sql");
  EXPECT_EQ(next({"20261120103005_just_now.sql"}), "20261120103006_add_users.sql");
  EXPECT_EQ(next({"001_a.sql", "002_b.sql", "20990101000000_c.sql"}),
            "20990101000001_add_users.sql");
}

TEST(NextFileName, TitlesBecomeWords) {
  EXPECT_EQ(next({}, "AddOrdersUserID"), "20261120103005_add_orders_user_id.sql");
  EXPECT_EQ(next({}, "  what's / this?  "), "20261120103005_what_s_this.sql");
  EXPECT_EQ(next({}, "../../etc/passwd"), "20261120103005_etc_passwd.sql");
  EXPECT_EQ(next({}, "größe – ändern\xC2\xA0jetzt ✓ 表"),
            "20261120103005_größe_ändern_jetzt_表.sql");
  EXPECT_EQ(next({}, "HTTPServer2Go"), "20261120103005_http_server2_go.sql");
  EXPECT_EQ(next({}, "!!!"), "20261120103005.sql");
  EXPECT_EQ(next({}, "good \xff bad"), "20261120103005_good.sql");
}

RC_GTEST_PROP(NextFileNameProperty, IsAlwaysReadableSafeAndGreater,
              (const std::string& title, const std::set<std::uint32_t>& versions)) {
  std::vector<std::string> names;
  for (const auto version : versions) names.push_back(std::to_string(version) + "_x.sql");
  const auto format = *rc::gen::element(NameFormat::timestamp_14, NameFormat::timestamp_12,
                                        NameFormat::unix_millis, NameFormat::sequence);
  const std::string name = next_file_name(folder_of(names), format, title, k_now);
  RC_ASSERT(name.size() <= 130U);
  RC_ASSERT(name.find('/') == std::string::npos);
  RC_ASSERT(!find_invalid_utf8(name).has_value());
  const std::size_t count = names.size();
  names.push_back(name);
  const Folder after = folder_of(names);
  RC_ASSERT(after.files.size() == count + 1);
  RC_ASSERT(after.files.back().file_name == name);
}

TEST(NextFileName, LongTitlesAreCutBetweenWordsAndNeverInsideALetter) {
  std::string title;
  for (int i = 0; i < 60; ++i) title += "word ";
  const std::string cut = next({}, title);
  EXPECT_EQ(cut.size(), std::string("20261120103005_.sql").size() + 99U);
  EXPECT_EQ(cut.substr(cut.size() - 9), "_word.sql");
  std::string one_word = "x";
  for (int i = 0; i < 200; ++i) one_word += "é";
  EXPECT_FALSE(find_invalid_utf8(next({}, one_word)));
}

TEST(NewMigration, ShowsWhatBelongsWhereAndDoesNotPassForDone) {
  const std::string text = new_migration_text("Add\nusers");
  EXPECT_EQ(
      text,
      "-- Purpose: Add users\n\n-- slipway:up\n-- Write the SQL that makes the change.\n\n"
      "-- slipway:down\n-- Write the SQL that undoes it. If nothing can, say so here instead: slipway:irreversible REASON\n");
  EXPECT_EQ(refused(text).message, "the down section is empty");
}

TEST(NewMigration, ATitleIsNeverADirective) {
  for (const std::string title : {"slipway:down", "x\n-- slipway:down", "*/ slipway:up", ""})
    EXPECT_EQ(refused(new_migration_text(title)).message, "the down section is empty") << title;
}

} // namespace
} // namespace slipway::source
