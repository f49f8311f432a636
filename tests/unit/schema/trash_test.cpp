#include "slipway/schema/trash.hpp"

#include <gtest/gtest.h>

namespace slipway::schema {
namespace {

constexpr const char* k_stamp = "20261120103000";

TEST(TrashNames, SayWhenAndWhat) {
  const auto name = trash_name(k_stamp, "users");
  EXPECT_EQ(name, "slipway_trash_20261120103000_users");
  EXPECT_TRUE(is_trash_name(name));
  EXPECT_EQ(trash_stamp(name), k_stamp);
  EXPECT_EQ(trash_origin(name), "users");
}

// PostgreSQL would cut them, and two columns would have one name.
TEST(TrashNames, FitWhereverTheirOriginsDo) {
  const std::string same(50, 'x');
  const auto one = trash_name(k_stamp, same + "one");
  const auto other = trash_name(k_stamp, same + "other");
  EXPECT_EQ(one.size(), 63U);
  EXPECT_NE(one, other);
  EXPECT_EQ(one, trash_name(k_stamp, same + "one"));
  EXPECT_TRUE(is_trash_name(one));
}

TEST(TrashNames, AreNotCutWithinACharacter) {
  for (const std::size_t before : {24U, 25U, 26U}) {
    std::string name(before, 'x');
    for (int i = 0; i < 20; ++i) name += "\xC3\xA4";
    const auto trash = trash_name(k_stamp, name);
    EXPECT_LE(trash.size(), 63U);
    const auto mark = trash.rfind('_');
    EXPECT_NE(trash[mark - 1], '\xC3') << trash;
  }
}

TEST(TrashNames, ArePartOfNoOtherName) {
  for (const auto* name : {"slipway_trash_", "slipway_trash_20261120103000", "slipway_trash_users",
                           "slipway_trash_20261120103000_", "slipway_trash_2026112010300x_users",
                           "my_slipway_trash_20261120103000_users", "users"})
    EXPECT_FALSE(is_trash_name(name)) << name;
}

} // namespace
} // namespace slipway::schema
