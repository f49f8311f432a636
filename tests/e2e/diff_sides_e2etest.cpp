// Snapshots, secrets and schemas of a platform as sides of `slipway diff`.
#include "running_program.hpp"

#include "slipway/test/test_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slipway::test {
namespace {

constexpr const char* k_users = "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n";
constexpr const char* k_more = "CREATE TABLE orders (id bigint PRIMARY KEY);\n";

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class DiffSides : public RunnerTest {
protected:
  void file(const std::string& name, const std::string& text) { project_.write(name, text); }
  std::string text_of(const std::string& name) { return read_file(project_.file(name)); }
  Ran diff(const std::string& from, const std::string& to, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"diff", from, to});
    return run(more);
  }
  void snapshot() {
    const auto written = run({"snapshot"});
    ASSERT_EQ(written.status, 0) << written.err;
  }
  std::string role_of_this_test(const std::string& name) {
    const std::string role = name + "_" + value("SELECT current_database()");
    exec("CREATE ROLE " + role + " NOLOGIN");
    return role;
  }
};

TEST_F(DiffSides, ASnapshotIsWhatWasSnapshotted) {
  exec(std::string(k_users) +
       "CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE FUNCTION one() RETURNS int LANGUAGE sql "
       "AS 'SELECT 1'; CREATE VIEW names AS SELECT name FROM users WHERE name IN ('a', 'b');"
       "ALTER TABLE users ADD CHECK (name BETWEEN 'a' AND 'z'); GRANT SELECT ON users TO PUBLIC");
  snapshot();
  for (const std::string side : {"schema", "schema/schema.json"}) {
    const auto same = diff(side, "target");
    EXPECT_EQ(same.status, 0) << same.out << same.err;
  }
  exec(k_more);
  const auto forth = diff("schema/schema.json", "target", {"--sql"});
  EXPECT_EQ(forth.status, 3) << forth.err;
  EXPECT_TRUE(holds(forth.out, "CREATE TABLE public.orders")) << forth.out;
  const auto back = diff("target", "schema/schema.json", {"--sql"});
  EXPECT_EQ(back.status, 3) << back.err;
  EXPECT_TRUE(holds(back.out, "DROP TABLE public.orders")) << back.out;
}

TEST_F(DiffSides, ASnapshotStandsAgainstFilesWithoutAnyDatabase) {
  exec(k_users);
  snapshot();
  file("to.sql", std::string(k_users) + k_more);
  const auto ran = slipway({"diff", "schema", "to.sql", "--json"},
                           {.environment = {}, .working_directory = project_.path(), .input = {}});
  EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
  EXPECT_EQ(ran.json()["statements"].size(), 1U) << ran.out;
  EXPECT_EQ(diff("schema", "schema").status, 0);
}

// In the snapshot there is another owner than that of the throwaway server, and one more role.
TEST_F(DiffSides, OwnersOfASnapshotAreTheSameRoles) {
  const auto role = role_of_this_test("keeper");
  exec("GRANT CREATE ON SCHEMA public TO " + role + "; " + k_users + "ALTER TABLE users OWNER TO " +
       role + "; GRANT SELECT ON users TO PUBLIC; ALTER DEFAULT PRIVILEGES FOR ROLE " + role +
       " GRANT SELECT ON TABLES TO PUBLIC");
  snapshot();
  auto same = diff("target", "schema");
  EXPECT_EQ(same.status, 0) << same.out << same.err;
  exec("ALTER TABLE users OWNER TO CURRENT_USER");
  const auto other = diff("target", "schema", {"--sql"});
  EXPECT_EQ(other.status, 3) << other.err;
  EXPECT_TRUE(holds(other.out, "OWNER TO " + role)) << other.out;
}

TEST_F(DiffSides, ADamagedSnapshotNamesItsPlace) {
  exec(k_users);
  snapshot();
  auto text = text_of("schema/schema.json");
  file("cut.json", text.substr(0, text.size() / 2));
  const auto cut = diff("cut.json", "target");
  EXPECT_EQ(cut.status, 2) << cut.err;
  EXPECT_TRUE(holds(cut.err, "cut.json:")) << cut.err;

  const auto version = text.find("\"server_version\":");
  file("old.json",
       text.substr(0, version) + "\"server_version\":90624" + text.substr(text.find(',', version)));
  const auto old = diff("old.json", "target");
  EXPECT_NE(old.status, 0);
  EXPECT_TRUE(holds(old.err, "of PostgreSQL 9")) << old.err;
  const auto alone = diff("old.json", "empty");
  EXPECT_NE(alone.status, 0);
  EXPECT_TRUE(holds(alone.err, "no server programs of version 9")) << alone.err;

  const auto flag = text.find("\"dependencies\":true");
  text.replace(flag, 19, "\"dependencies\":false");
  for (auto at = text.find(",\"needs\":["); at != std::string::npos; at = text.find(",\"needs\":["))
    text.erase(at, text.find(']', at) + 1 - at);
  file("flat.json", text);
  const auto flat = diff("flat.json", "target");
  EXPECT_TRUE(holds(flat.err, "has no dependencies")) << flat.err;
}

std::string foreign(const std::string& role, const std::string& secret) {
  return "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w;"
         "CREATE USER MAPPING FOR " +
         role + " SERVER srv OPTIONS (\"user\" 'me', password '" + secret + "');";
}
std::string subscription(const std::string& secret) {
  return "CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1 dbname=x password=" + secret +
         "' PUBLICATION p WITH (connect = false, slot_name = 'kept');";
}

// Without stand-ins a copy of such a database cannot be made; with ones that do not carry the
// digests every comparison with it differs.
TEST_F(DiffSides, DatabasesWithSecretsArePlannedAroundThem) {
  const auto role = role_of_this_test("reader");
  const auto secret = foreign(role, "hush-hush") + subscription("hush-hush");
  exec(std::string(k_users) + secret);
  file("same.sql", std::string(k_users) + secret);
  const auto same = diff("target", "same.sql");
  EXPECT_EQ(same.status, 0) << same.out << same.err;

  file("more.sql", std::string(k_users) + k_more + secret);
  for (const auto& [from, to, wanted] :
       {std::tuple{"target", "more.sql", "CREATE TABLE public.orders"},
        std::tuple{"more.sql", "target", "DROP TABLE public.orders"}}) {
    const auto ran = diff(from, to, {"--json"});
    EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
    ASSERT_EQ(ran.json()["statements"].size(), 1U) << ran.out;
    EXPECT_TRUE(holds(ran.out, wanted)) << ran.out;
    EXPECT_FALSE(holds(ran.out + ran.err, "hush-hush"));
    EXPECT_FALSE(holds(ran.out + ran.err, "slipway_stand_in"));
  }
}

TEST_F(DiffSides, AChangeOfASecretIsRefusedWithItsObject) {
  const auto role = role_of_this_test("reader");
  exec(foreign(role, "hush-hush"));
  file("other.sql", foreign(role, "quiet-now"));
  const auto ran = diff("target", "other.sql", {"--json"});
  EXPECT_EQ(ran.status, 5) << ran.out << ran.err;
  EXPECT_TRUE(holds(ran.out, "user mapping srv(" + role) || holds(ran.out, "user mapping"))
      << ran.out;
  EXPECT_TRUE(holds(ran.out, "password")) << ran.out;
  for (const auto* word : {"hush-hush", "quiet-now"}) EXPECT_FALSE(holds(ran.out + ran.err, word));
}

TEST_F(DiffSides, ASubscriptionIsChangedOnACopyThatLeadsNowhere) {
  exec(subscription("hush-hush"));
  file("disabled.sql", "CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=1 dbname=x "
                       "password=hush-hush' PUBLICATION p, q WITH (connect = false, slot_name = "
                       "'kept', synchronous_commit = on);");
  const auto changed = diff("target", "disabled.sql", {"--sql"});
  EXPECT_EQ(changed.status, 3) << changed.out << changed.err;
  EXPECT_TRUE(holds(changed.out, "SET PUBLICATION p, q")) << changed.out;
  const auto gone = diff("target", "empty", {"--sql"});
  EXPECT_EQ(gone.status, 3) << gone.out << gone.err;
  EXPECT_TRUE(holds(gone.out, "DROP SUBSCRIPTION sub")) << gone.out;
}

// A snapshot says that there is a secret and nothing of it.
TEST_F(DiffSides, SecretsAreNotComparedWithASnapshotWhichSaysSo) {
  const auto role = role_of_this_test("reader");
  exec(foreign(role, "hush-hush") + subscription("hush-hush"));
  snapshot();
  EXPECT_FALSE(holds(text_of("schema/schema.json"), "hush-hush"));
  const auto same = diff("target", "schema");
  EXPECT_EQ(same.status, 0) << same.out << same.err;
  EXPECT_TRUE(holds(same.err, "are not compared")) << same.err;
  exec("ALTER USER MAPPING FOR " + role + " SERVER srv OPTIONS (DROP password)");
  const auto without = diff("target", "schema", {"--json"});
  EXPECT_EQ(without.status, 5) << without.out << without.err;
  EXPECT_TRUE(holds(without.out, "password")) << without.out;
}

// Each kind of side is looked at with the same eyes: what the platform of the live one keeps for
// itself counts on neither.
TEST_F(DiffSides, SchemasOfThePlatformAreLeftOutAsInDrift) {
  exec(std::string(k_users) + "CREATE SCHEMA hdb_catalog; CREATE TABLE hdb_catalog.t (a int)");
  file("to.sql", k_users);
  const auto same = diff("target", "to.sql");
  EXPECT_EQ(same.status, 0) << same.out << same.err;
  file("more.sql", std::string(k_users) + k_more +
                       "CREATE SCHEMA hdb_catalog; CREATE TABLE hdb_catalog.other (a int);");
  const auto more = diff("target", "more.sql", {"--sql"});
  EXPECT_EQ(more.status, 3) << more.out << more.err;
  EXPECT_FALSE(holds(more.out, "hdb_catalog")) << more.out;
  file("slipway.toml", "[schema]\nleave_out_platform = false\n");
  EXPECT_EQ(diff("target", "to.sql").status, 3);
}

// Foreign keys to what is left out, and policies and views that ask it, are made over stand-ins.
TEST_F(DiffSides, WhatIsNeededOfThePlatformHasStandIns) {
  exec("CREATE SCHEMA hdb_catalog; CREATE TYPE hdb_catalog.kind AS ENUM ('a');"
       "CREATE TABLE hdb_catalog.users (tenant int, id uuid, kind hdb_catalog.kind, mail text,"
       " UNIQUE (id, tenant), UNIQUE (id));"
       "CREATE FUNCTION hdb_catalog.uid() RETURNS uuid LANGUAGE sql STABLE AS"
       " 'SELECT gen_random_uuid()';"
       "CREATE FUNCTION hdb_catalog.touch() RETURNS trigger LANGUAGE plpgsql AS"
       " 'BEGIN RETURN NEW; END'");
  const std::string own =
      "CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES hdb_catalog.users (id), tenant int,"
      " owner uuid DEFAULT hdb_catalog.uid(),"
      " CONSTRAINT both_of FOREIGN KEY (id, tenant) REFERENCES hdb_catalog.users (id, tenant));\n"
      "ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;\n"
      "CREATE POLICY mine ON profiles USING (id = hdb_catalog.uid());\n"
      "CREATE VIEW mails AS SELECT p.id, u.mail FROM profiles AS p JOIN hdb_catalog.users AS u"
      " ON u.id = p.id;\n"
      "CREATE TRIGGER t BEFORE UPDATE ON profiles FOR EACH ROW EXECUTE FUNCTION"
      " hdb_catalog.touch();\n";
  exec(own);
  file("same.sql", own);
  const auto same = diff("target", "same.sql");
  EXPECT_EQ(same.status, 0) << same.out << same.err;
  file("more.sql", own + "CREATE TABLE notes (id uuid REFERENCES hdb_catalog.users (id));\n");
  const auto more = diff("target", "more.sql", {"--sql"});
  EXPECT_EQ(more.status, 3) << more.out << more.err;
  EXPECT_TRUE(holds(more.out, "CREATE TABLE public.notes")) << more.out;
  EXPECT_TRUE(holds(more.out, "REFERENCES hdb_catalog.users")) << more.out;
  EXPECT_FALSE(holds(more.out, "CREATE SCHEMA")) << more.out;
  // What a script makes of it by itself is as good.
  file("itself.sql",
       "CREATE SCHEMA hdb_catalog; CREATE TABLE hdb_catalog.users (tenant int, id uuid,"
       " mail text, UNIQUE (id, tenant), UNIQUE (id));"
       "CREATE FUNCTION hdb_catalog.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';"
       "CREATE FUNCTION hdb_catalog.touch() RETURNS trigger LANGUAGE plpgsql AS"
       " 'BEGIN RETURN NEW; END';" +
           own);
  EXPECT_EQ(diff("target", "itself.sql").status, 0);
}

// The first that needs something of it, which the live side does not as yet.
TEST_F(DiffSides, WhatComesToNeedThePlatformHasStandInsToo) {
  exec(std::string(k_users) + "CREATE SCHEMA hdb_catalog;"
                              "CREATE TYPE hdb_catalog.kind AS ENUM ('a', 'b''s');"
                              "CREATE TABLE hdb_catalog.t (a int PRIMARY KEY, k hdb_catalog.kind)");
  file("to.sql", std::string(k_users) +
                     "CREATE TABLE more (a int REFERENCES hdb_catalog.t, k hdb_catalog.kind);");
  const auto more = diff("target", "to.sql", {"--sql"});
  EXPECT_EQ(more.status, 3) << more.out << more.err;
  EXPECT_TRUE(holds(more.out, "REFERENCES hdb_catalog.t")) << more.out;
}

TEST_F(DiffSides, RenamesThatStandInTheSettingsAnswer) {
  file("a.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);\n");
  file("b.sql", "CREATE TABLE accounts (id bigint CONSTRAINT users_pkey PRIMARY KEY, email text, "
                "title text);\n");
  EXPECT_EQ(diff("a.sql", "b.sql").status, 5);
  file("slipway.toml", "[renames]\n\"users.name\" = \"title\"\nusers = \"accounts\"\n"
                       "\"gone.long_ago\" = \"x\"\n");
  const auto renamed = diff("a.sql", "b.sql", {"--sql"});
  EXPECT_EQ(renamed.status, 3) << renamed.out << renamed.err;
  EXPECT_TRUE(holds(renamed.out, "RENAME TO accounts")) << renamed.out;
  EXPECT_TRUE(holds(renamed.out, "RENAME COLUMN name TO title")) << renamed.out;
  EXPECT_FALSE(holds(renamed.out, "DROP")) << renamed.out;
  const auto same = diff("b.sql", "b.sql");
  EXPECT_EQ(same.status, 0) << "they were made already: " << same.err;
}

TEST_F(DiffSides, TheCommandLineWinsOverStandingRenames) {
  file("a.sql", k_users);
  file("b.sql", "CREATE TABLE users (id bigint PRIMARY KEY, title text, label text);\n");
  file("slipway.toml", "[renames]\n\"users.name\" = \"title\"\n");
  const auto standing = diff("a.sql", "b.sql", {"--sql"});
  EXPECT_TRUE(holds(standing.out, "RENAME COLUMN name TO title")) << standing.out << standing.err;
  const auto other = diff("a.sql", "b.sql", {"--sql", "--rename", "users.name=label"});
  EXPECT_TRUE(holds(other.out, "RENAME COLUMN name TO label")) << other.out << other.err;
  const auto dropped = diff("a.sql", "b.sql", {"--sql", "--drop", "users.name"});
  EXPECT_TRUE(holds(dropped.out, "DROP COLUMN name")) << dropped.out << dropped.err;
  file("c.sql", "CREATE TABLE users (id bigint PRIMARY KEY, name text, title text);\n");
  const auto kept = diff("a.sql", "c.sql", {"--sql"});
  EXPECT_FALSE(holds(kept.out, "RENAME")) << "TO has both: " << kept.out;
}

TEST_F(DiffSides, WhatIsLeftOutDoesNotDisturbTheProof) {
  file("a.sql", std::string(k_users) + "CREATE SCHEMA legacy; CREATE TABLE legacy.old (id int);");
  file("b.sql", std::string(k_users) + k_more);
  file("slipway.toml", "[schema]\nleave_out = [\"legacy\"]\n");
  const auto ran = diff("a.sql", "b.sql", {"--json"});
  EXPECT_EQ(ran.status, 3) << ran.out << ran.err;
  EXPECT_EQ(ran.json()["statements"].size(), 1U) << ran.out;
}

} // namespace
} // namespace slipway::test
