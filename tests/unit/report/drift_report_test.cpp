#include "slipway/report/drift_report.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slipway::report {
namespace {

using schema::Change;
using schema::Kind;
using schema::Property;

DriftFacts facts(bool is_drift) {
  return {.target = "postgres://db/app",
          .against = "run 12",
          .level = "detail",
          .notes = {"a note"},
          .is_drift = is_drift};
}

diff::Drift some_drift() {
  diff::Drift drift;
  drift.items.push_back(
      {{{Kind::column, "public", "users", "email"},
        Change::changed,
        {{Property::type, "text", "character varying(10)"}, {Property::not_null, "yes", {}}}},
       {"ALTER TABLE a"},
       {"ALTER TABLE b\n  USING c"}});
  drift.unmanaged.push_back(
      {{{Kind::table, "public", "by`hand", ""}, Change::created, {}}, {"CREATE"}, {"DROP"}});
  drift.ignored = 2;
  return drift;
}

TEST(DriftReport, TellsPeopleWhatDiffersAndWhatUndoesIt) {
  EXPECT_EQ(drift_text(facts(true), some_drift()),
            R"(drift: 1 object of postgres://db/app is not as run 12 left it
note: a note

column public.users.email: type: text -> character varying(10)
column public.users.email: not_null: yes -> (default)
  made by:
    ALTER TABLE a;
  undone by:
    ALTER TABLE b
      USING c;

Unmanaged, there and expected by nothing:

table public."by`hand": created
  made by:
    CREATE;
  undone by:
    DROP;

ignored, as drift.ignore says: 2
)");
}

TEST(DriftReport, SaysWhenThereIsNone) {
  auto none = facts(false);
  none.notes.clear();
  EXPECT_EQ(drift_text(none, {}), "no drift: postgres://db/app is what run 12 left\n");
}

TEST(DriftReport, MarkdownKeepsNamesAndStatementsInTheirPlace) {
  auto drift = some_drift();
  drift.unmanaged[0].undone_by = {"DROP -- ```"};
  const auto text = drift_markdown(facts(true), drift);
  EXPECT_NE(text.find("- `` table public.\"by`hand\": created ``\n"), std::string::npos) << text;
  EXPECT_NE(text.find("````sql\nDROP -- ```;\n````"), std::string::npos) << text;
}

TEST(DriftReport, JsonHasAllOfIt) {
  const auto json = nlohmann::json::parse(drift_json(facts(true), some_drift()));
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["drift"], true);
  EXPECT_EQ(json["level"], "detail");
  const auto& item = json["differences"][0];
  EXPECT_EQ(item["object"], "column public.users.email");
  EXPECT_EQ(item["properties"][0]["to"], "character varying(10)");
  EXPECT_TRUE(item["properties"][1]["to"].is_null());
  EXPECT_EQ(item["undone_by"][0], "ALTER TABLE b\n  USING c");
  EXPECT_EQ(json["unmanaged"][0]["change"], "created");
  EXPECT_EQ(json["ignored"], 2);
}

} // namespace
} // namespace slipway::report
