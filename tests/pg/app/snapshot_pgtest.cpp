#include "project.hpp"

#include "slipway/app/schema.hpp"
#include "slipway/schema/snapshot.hpp"

#include <gtest/gtest.h>

namespace slipway::app {
namespace {

class SnapshotTest : public test::ProjectTest {
protected:
  void SetUp() override {
    ProjectTest::SetUp();
    set("snapshot.folder", "schema");
    set("history.snapshots", "3");
    exec("CREATE TABLE users (id bigint PRIMARY KEY, name text);"
         "CREATE VIEW names AS SELECT name FROM users;"
         "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1; '");
  }
  Result<SnapshotFiles> write_files() {
    return with_context([](const Context& context) { return write_snapshot(context); });
  }
  SnapshotCheck check() {
    auto found = with_context([](const Context& context) { return check_snapshot(context); });
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(*found);
  }
};

TEST_F(SnapshotTest, TheFilesMakeTheSameSchemaElsewhere) {
  const auto files = write_files();
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_TRUE(files->not_written.empty());
  EXPECT_TRUE(check().is_current());
  url_ = test::TestServer::instance().fresh_database();
  close_looker();
  const auto sql = *files_.read(files->sql_path);
  exec(sql);
  const auto found = check();
  EXPECT_TRUE(found.is_current()) << sql;
}

// What every new database has is not made again.
TEST_F(SnapshotTest, OfAnEmptyDatabaseThereIsNothingToWrite) {
  url_ = test::TestServer::instance().fresh_database();
  close_looker();
  const auto files = write_files();
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_TRUE(files->not_written.empty());
  const auto sql = *files_.read(files->sql_path);
  EXPECT_EQ(sql.find(';'), std::string::npos) << sql << *files_.read(files->json_path);
}

TEST_F(SnapshotTest, WrittenTwiceTheyAreTheSame) {
  const auto files = write_files();
  ASSERT_TRUE(files);
  const auto sql = *files_.read(files->sql_path);
  const auto json = *files_.read(files->json_path);
  ASSERT_TRUE(write_files());
  EXPECT_EQ(*files_.read(files->sql_path), sql);
  EXPECT_EQ(*files_.read(files->json_path), json);
}

TEST_F(SnapshotTest, TheCheckNamesWhatDiffers) {
  EXPECT_TRUE(check().is_json_missing);
  EXPECT_TRUE(check().is_sql_stale);
  ASSERT_TRUE(write_files());
  exec("ALTER TABLE users ALTER COLUMN name SET NOT NULL");
  const auto found = check();
  EXPECT_FALSE(found.is_current());
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(found.differences[0].identity.path(), "column public.users.name");
}

TEST_F(SnapshotTest, TheCheckSeesASqlFileThatWasChangedByHand) {
  const auto files = write_files();
  ASSERT_TRUE(files);
  ASSERT_TRUE(
      files_.write(files->sql_path, *files_.read(files->sql_path) + "-- mine\n", Overwrite::yes));
  const auto found = check();
  EXPECT_TRUE(found.differences.empty());
  EXPECT_TRUE(found.is_sql_stale);
  EXPECT_FALSE(found.is_current());
}

TEST_F(SnapshotTest, UpWritesTheFilesWhenItIsTold) {
  write("1_orders.sql", "CREATE TABLE orders (id bigint);", "DROP TABLE orders;");
  ASSERT_TRUE(up());
  EXPECT_TRUE(check().is_json_missing);
  set("snapshot.after_up", "true");
  write("2_more.sql", "CREATE TABLE more (id bigint);", "DROP TABLE more;");
  ASSERT_TRUE(up());
  EXPECT_TRUE(check().is_current());
}

TEST_F(SnapshotTest, NeverHoldsASecretNorTheHistory) {
  exec("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;"
       "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'hunter2')");
  write("1_orders.sql", "CREATE TABLE orders (id bigint);", "DROP TABLE orders;");
  ASSERT_TRUE(up());
  const auto files = write_files();
  ASSERT_TRUE(files) << files.error().message;
  const auto json = *files_.read(files->json_path);
  for (const auto* word : {"hunter2", "\"slipway\",\"name\":\"run\""})
    EXPECT_EQ(json.find(word), std::string::npos) << word;
  EXPECT_NE(json.find("\"secret_digest\":[\"password=\"]"), std::string::npos)
      << "that there is one, and not its digest, which could be tried out";
  EXPECT_EQ(files_.read(files->sql_path)->find("hunter2"), std::string::npos);
  ASSERT_EQ(files->not_written.size(), 1U) << "a mapping without its password is another one";
  EXPECT_NE(files->not_written.front().find("user mapping"), std::string::npos);
  EXPECT_EQ(value("SELECT count(*) FROM slipway.snapshot"), "2") << "found, and left";
  EXPECT_EQ(value("SELECT count(*) FROM slipway.snapshot WHERE content LIKE '%hunter2%'"), "0");
}

} // namespace
} // namespace slipway::app
