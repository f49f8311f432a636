// inspect, fingerprint, snapshot and drift as they are typed: what they print and how they exit.
#include "running_program.hpp"

#include "slipway/schema/snapshot.hpp"

namespace slipway {
namespace {

class SchemaCommands : public test::RunnerTest {
protected:
  void SetUp() override {
    RunnerTest::SetUp();
    project_.write("slipway.toml", "[history]\nsnapshots = 3\n");
    write("1_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);",
          "DROP TABLE users;");
    const auto ran = run({"up"});
    ASSERT_EQ(ran.status, 0) << ran.err;
  }
  static bool has(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
  }
};

TEST_F(SchemaCommands, DriftExitsThreeAndSaysWhatUndoesIt) {
  EXPECT_EQ(run({"drift", "--since-last-run"}).status, 0);
  exec("ALTER TABLE users ALTER COLUMN name DROP NOT NULL");
  const auto text = run({"drift", "--since-last-run"});
  EXPECT_EQ(text.status, 3) << text.err;
  EXPECT_TRUE(has(text.out, "column public.users.name: not_null: yes -> (default)\n")) << text.out;
  EXPECT_TRUE(has(text.out, "undone by:\n    ALTER TABLE public.users")) << text.out;
  const auto json = run({"drift", "--since-last-run", "--json"});
  EXPECT_EQ(json.status, 3);
  EXPECT_TRUE(has(json.out, "\"object\": \"column public.users.name\"")) << json.out;
  const auto markdown = run({"drift", "--since-last-run", "--markdown"});
  EXPECT_EQ(markdown.status, 3);
  EXPECT_TRUE(has(markdown.out, "## Schema drift")) << markdown.out;
  EXPECT_EQ(run({"drift", "--since-last-run", "--ignore", "public.users"}).status, 0);
  EXPECT_EQ(run({"drift", "--markdown", "--json"}).status, 2);
}

TEST_F(SchemaCommands, UnmanagedObjectsMayBeAllowed) {
  exec("CREATE TABLE by_hand (id int)");
  EXPECT_EQ(run({"drift", "--since-last-run"}).status, 3);
  const auto allowed = run({"drift", "--since-last-run", "--allow-unmanaged"});
  EXPECT_EQ(allowed.status, 0) << allowed.err;
  EXPECT_TRUE(has(allowed.out, "table public.by_hand: created")) << allowed.out;
}

TEST_F(SchemaCommands, TheSnapshotIsCheckedAndNamesTheFirstDifference) {
  EXPECT_EQ(run({"snapshot", "--check"}).status, 3);
  const auto written = run({"snapshot"});
  EXPECT_EQ(written.status, 0) << written.err;
  EXPECT_EQ(run({"snapshot", "--check"}).status, 0);
  exec("ALTER TABLE users ADD COLUMN age int");
  const auto stale = run({"snapshot", "--check"});
  EXPECT_EQ(stale.status, 3);
  EXPECT_TRUE(has(stale.out, "column public.users.age: created")) << stale.out;
}

TEST_F(SchemaCommands, TheFingerprintStaysWhenOnlyTheRowsChange) {
  const auto before = run({"fingerprint"});
  EXPECT_EQ(before.status, 0) << before.err;
  EXPECT_EQ(before.out.substr(0, 3), "s1-");
  exec("INSERT INTO users VALUES (1, 'a')");
  EXPECT_EQ(run({"fingerprint"}).out, before.out);
  exec("COMMENT ON TABLE users IS 'people'");
  EXPECT_NE(run({"fingerprint"}).out, before.out);
  EXPECT_TRUE(has(run({"fingerprint", "--objects"}).out, "  table public.users\n"));
}

TEST_F(SchemaCommands, InspectPrintsATreeOrASnapshot) {
  const auto tree = run({"inspect"});
  EXPECT_EQ(tree.status, 0) << tree.err;
  EXPECT_TRUE(has(tree.out, "\n  table users\n    column id  bigint; not_null\n")) << tree.out;
  const auto json = run({"inspect", "--json"});
  const auto read = schema::from_json(json.out);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->find({schema::Kind::column, "public", "users", "name"}));
}

} // namespace
} // namespace slipway
