#pragma once

#include "inspect_test.hpp"

namespace slipway::inspect {

/// A change in the database that touches one property only, and what undoes it.
struct Case {
  const char* name;
  const char* before;
  const char* change;
  const char* back;
  std::vector<std::string> seen;
  int since = 13; ///< major version of the server that brought it
};

inline void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

class RelationPropertyTest : public InspectTest, public ::testing::WithParamInterface<Case> {
protected:
  /// Seen as just that, and undone it leaves no trace.
  void expect_seen(const Case& one) {
    if (major_version() < one.since) {
      // Older servers do not know the property at all.
      EXPECT_ANY_THROW({
        exec(one.before);
        exec(one.change);
      });
      return;
    }
    exec(one.before);
    const auto before = read();
    exec(one.change);
    const auto changed = read();
    auto seen = told(schema::compare(before, changed));
    // 17 brought the privilege MAINTAIN.
    for (auto& line : seen)
      if (const auto at = line.find("arwdDxtm"); at != std::string::npos) line.erase(at + 7, 1);
    EXPECT_EQ(seen, one.seen);
    EXPECT_NE(schema::fingerprint(before).root, schema::fingerprint(changed).root);
    exec(one.back);
    const auto after = read();
    EXPECT_EQ(told(schema::compare(before, after)), std::vector<std::string>());
    EXPECT_EQ(schema::fingerprint(before).root, schema::fingerprint(after).root);
  }
};

inline std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

} // namespace slipway::inspect
