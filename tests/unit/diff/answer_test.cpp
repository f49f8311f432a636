#include "slipway/diff/answer.hpp"

#include <gtest/gtest.h>

namespace slipway::diff {
namespace {

using schema::Kind;

class Answers : public ::testing::Test {
protected:
  Answers() {
    const auto users = builder_.add(Kind::table, "public", "users");
    builder_.add_part(users, Kind::column, "name");
    builder_.add_part(users, Kind::column, "Odd.Name");
    builder_.add_part(users, Kind::index, "users_name");
    const auto other = builder_.add(Kind::table, "billing", "users");
    builder_.add_part(other, Kind::column, "name");
    builder_.add(Kind::table, "billing", "invoices");
    builder_.add(Kind::table, "one", "twice");
    builder_.add(Kind::table, "two", "twice");
    builder_.add(Kind::enum_type, "public", "mood");
    builder_.add(Kind::function, "public", "f", "integer");
    builder_.add(Kind::function, "public", "f", "text");
    schema_ = builder_.finish({});
  }
  std::string found(const std::string& path) {
    const auto object = find_object(schema_, path);
    return object ? object->path() : object.error().message;
  }
  std::string renamed(const std::string& text) {
    const auto rename = read_rename(schema_, text);
    return rename ? rename->from.path() + " -> " + rename->to.path() : rename.error().message;
  }

  schema::SchemaBuilder builder_;
  schema::Schema schema_;
};

TEST_F(Answers, APathMayLeaveOutWhatIsClear) {
  EXPECT_EQ(found("users.name"), "column public.users.name");
  EXPECT_EQ(found("billing.users.name"), "column billing.users.name");
  EXPECT_EQ(found("users"), "table public.users");
  EXPECT_EQ(found("billing.invoices"), "table billing.invoices");
  EXPECT_EQ(found("mood"), "enum public.mood");
  EXPECT_EQ(found("users.\"Odd.Name\""), "column public.users.\"Odd.Name\"");
}

TEST_F(Answers, APathAsItIsShownMeansThatObject) {
  for (const std::string path :
       {"column public.users.name", "table billing.users", "index public.users.users_name",
        "function public.f(integer)", "column public.users.\"Odd.Name\""})
    EXPECT_EQ(found(path), path);
}

TEST_F(Answers, WhatMayBeSeveralThingsIsAsked) {
  EXPECT_EQ(found("twice"), "twice may be any of table one.twice, table two.twice");
  EXPECT_EQ(found("f"), "f may be any of function public.f(integer), function public.f(text)");
  EXPECT_EQ(found("nothing"), "there is no nothing");
  EXPECT_EQ(found("name"), "there is no name");
}

TEST_F(Answers, ARenameIsOldAndNew) {
  EXPECT_EQ(renamed("users.name=display_name"),
            "column public.users.name -> column public.users.display_name");
  EXPECT_EQ(renamed("users=accounts"), "table public.users -> table public.accounts");
  EXPECT_EQ(renamed("billing.invoices=public.bills"),
            "table billing.invoices -> table public.bills");
  EXPECT_EQ(renamed("users.name=users.\"Display Name\""),
            "column public.users.name -> column public.users.\"Display Name\"");
  EXPECT_EQ(renamed("function public.f(text)=g"),
            "function public.f(text) -> function public.g(text)");
}

TEST_F(Answers, WhatIsNoRenameIsRefused) {
  EXPECT_EQ(renamed("users.name"), "users.name is no rename");
  EXPECT_EQ(renamed("users.name="), "users.name= is no rename");
  EXPECT_EQ(renamed("users.name=name"), "column public.users.name is called that already");
}

TEST_F(Answers, ALossIsAllowedByThePathOfItsObject) {
  EXPECT_TRUE(is_path_of("column public.users.legacy", "column public.users.legacy"));
  EXPECT_TRUE(is_path_of("public.users.legacy", "column public.users.legacy"));
  EXPECT_TRUE(is_path_of("users.legacy", "column public.users.legacy"));
  EXPECT_FALSE(is_path_of("users", "column public.users.legacy"));
  EXPECT_FALSE(is_path_of("users.legacy", "column billing.users.legacy"));
}

} // namespace
} // namespace slipway::diff
