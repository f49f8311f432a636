// Which losses are none. Each condition is taken away once: then it is a loss.
#include "slipway/rollback/kept_in_trash.hpp"

#include <gtest/gtest.h>

namespace slipway::rollback {
namespace {

constexpr std::uint32_t k_users = 100;
constexpr int k_email = 3;
constexpr const char* k_schema = "slipway_trash_20261120103000_public";
constexpr const char* k_column = "slipway_trash_20261120103000_email";

struct Situation {
  std::vector<diff::Finding> losses{
      {diff::FindingKind::data_loss, "column public.users.email", "its values are lost", {}}};
  std::vector<plan::AppliedMigration> migrations;
  replay::RelationMap before;
  inspect::Trash trash;

  Situation() {
    plan::AppliedMigration one;
    one.version = Version(2);
    one.up_text = std::string("ALTER TABLE users RENAME COLUMN email TO ") + k_column + ";";
    one.down_text = std::string("ALTER TABLE users RENAME COLUMN ") + k_column + " TO email;";
    migrations.push_back(one);
    replay::Relation users{.id = k_users, .name = {"public", "users"}};
    users.columns.push_back({.number = 1, .name = "id"});
    users.columns.push_back({.number = k_email, .name = "email"});
    before.relations.push_back(users);
    trash.items.push_back({.relation = k_users,
                           .column = k_email,
                           .table = {"public", "users"},
                           .column_name = k_column});
  }
  std::vector<KeptInTrash> kept() const { return kept_in_trash(losses, migrations, before, trash); }
};

TEST(KeptInTrash, AColumnThatIsThereAndIsTakenBackIsNotLost) {
  const auto kept = Situation().kept();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].object, "column public.users.email");
  EXPECT_EQ(kept[0].column, k_email);
}

TEST(KeptInTrash, ATableThatIsThereAndIsTakenBackIsNotLost) {
  Situation one;
  one.losses[0].object = "table public.users";
  one.trash.items = {{.relation = k_users, .column = 0, .table = {k_schema, "users"}}};
  one.migrations[0].up_text = std::string("ALTER TABLE users SET SCHEMA ") + k_schema + ";";
  one.migrations[0].down_text =
      std::string("ALTER TABLE ") + k_schema + ".users SET SCHEMA public;";
  ASSERT_EQ(one.kept().size(), 1U);
  EXPECT_EQ(one.kept()[0].object, "table public.users");
  EXPECT_EQ(one.kept()[0].place, "\"slipway_trash_20261120103000_public\".\"users\"");
}

TEST(KeptInTrash, WhatWasEmptiedSinceIsLost) {
  Situation one;
  one.trash.items.clear();
  EXPECT_TRUE(one.kept().empty());
}

// A way back that adds the column anew has the same schema, and nothing in it.
TEST(KeptInTrash, WhatTheWayBackDoesNotTakeFromThereIsLost) {
  Situation one;
  one.migrations[0].down_text =
      std::string("-- it was ") + k_column + "\nALTER TABLE users ADD COLUMN email text;";
  EXPECT_TRUE(one.kept().empty());
  one.migrations[0].down_text.reset();
  EXPECT_TRUE(one.kept().empty());
}

TEST(KeptInTrash, WhatTheRunDidNotPutThereIsLost) {
  Situation one;
  one.migrations[0].up_text = "ALTER TABLE users DROP COLUMN email;";
  EXPECT_TRUE(one.kept().empty());
}

// A name alone says nothing: somebody else's column may have it.
TEST(KeptInTrash, ItIsTheVeryTableAndColumnByNumber) {
  Situation other_table;
  other_table.trash.items[0].relation = k_users + 1;
  EXPECT_TRUE(other_table.kept().empty());
  Situation other_column;
  other_column.trash.items[0].column = 1;
  EXPECT_TRUE(other_column.kept().empty());
}

TEST(KeptInTrash, WhatIsHalfWayIsNotTakenBackByItsScript) {
  for (const auto state : {plan::AppliedState::applying, plan::AppliedState::undoing}) {
    Situation one;
    one.migrations[0].state = state;
    EXPECT_TRUE(one.kept().empty());
  }
}

TEST(KeptInTrash, WhatStandsInItsPlaceIsLookedAtByNumber) {
  const Situation one;
  const auto kept = one.kept();
  EXPECT_TRUE(not_taken_back(kept, one.before).empty());
  auto anew = one.before;
  anew.relations[0].columns[1].number = k_email + 1;
  EXPECT_EQ(not_taken_back(kept, anew).size(), 1U);
  auto elsewhere = one.before;
  elsewhere.relations[0].name.schema = k_schema;
  EXPECT_EQ(not_taken_back(kept, elsewhere).size(), 1U);
  EXPECT_EQ(not_taken_back(kept, {}).size(), 1U);
}

} // namespace
} // namespace slipway::rollback
