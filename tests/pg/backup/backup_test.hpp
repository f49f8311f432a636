#pragma once

#include "slipway/backup/catalogue.hpp"
#include "slipway/backup/create.hpp"
#include "slipway/backup/restore.hpp"
#include "slipway/os/temporary_folder.hpp"
#include "slipway/test/test_server.hpp"

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace slipway::test {

/// Keeps what was warned of and noted.
class TellingSink final : public EventSink {
public:
  void on_event(const Event& event) override {
    if (const auto* warning = std::get_if<event::Warning>(&event)) said += warning->message + "\n";
    if (const auto* note = std::get_if<event::Note>(&event)) said += note->message + "\n";
  }
  std::string said;
};

/// A schema in which a bit of everything matters to a backup: what rows need, rows, and what comes
/// after them.
struct Shop {
  std::vector<std::string> before{
      "CREATE TYPE public.mood AS ENUM ('glad', 'sad')",
      "CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL, "
      "mood public.mood, tags text[], about jsonb DEFAULT '{}', place point, "
      "twice bigint GENERATED ALWAYS AS (length(name) * 2) STORED)",
      "CREATE TABLE public.orders (id int NOT NULL, user_id bigint, amount numeric(10, 2), at timestamptz)",
      "CREATE TABLE public.events (id int, day date NOT NULL) PARTITION BY RANGE (day)",
      "CREATE TABLE public.events_old PARTITION OF public.events FOR VALUES FROM (MINVALUE) TO ('2026-01-01')",
      "CREATE TABLE public.events_new PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)",
      "CREATE TABLE public.\"odd \"\"name\" (\"a b\" int, \"c\"\"d\" text)",
      "CREATE UNLOGGED TABLE public.scratch (id int)",
      "CREATE SEQUENCE public.counter START 100",
      "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN NEW.about = ''{\"touched\": true}''; RETURN NEW; END'"};
  std::string rows = R"(
INSERT INTO users (name, mood, tags, place) SELECT 'user ' || i, CASE WHEN i % 2 = 0 THEN 'glad'::mood END,
  ARRAY['a', NULL, E'tab\tand\nline \\ end'], point(i, -i) FROM generate_series(1, 500) i;
INSERT INTO orders SELECT i, 1 + i % 500, i / 7.0, '2026-01-01'::timestamptz + i * interval '1 hour'
  FROM generate_series(1, 2000) i;
INSERT INTO events SELECT i, '2025-12-01'::date + i FROM generate_series(1, 60) i;
INSERT INTO "odd ""name" VALUES (1, NULL), (2, ''), (2, ''), (3, E'\\N');
INSERT INTO scratch VALUES (1);
SELECT nextval('counter'), nextval('counter');
)";
  std::vector<std::string> after{
      "ALTER TABLE public.users ADD PRIMARY KEY (id)",
      "ALTER TABLE public.users ADD UNIQUE (name)",
      "ALTER TABLE public.orders ADD PRIMARY KEY (id)",
      "ALTER TABLE public.orders ADD FOREIGN KEY (user_id) REFERENCES public.users",
      "CREATE INDEX ON public.orders (user_id)",
      "CREATE TRIGGER users_touch BEFORE INSERT ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch()",
      "CREATE VIEW public.rich AS SELECT u.id, u.name FROM public.users u GROUP BY u.id",
      "CREATE MATERIALIZED VIEW public.totals AS SELECT user_id, sum(amount) AS total FROM public.orders GROUP BY user_id",
      "CREATE UNIQUE INDEX ON public.totals (user_id)"};
};

/// A database of the test's own and a store in a folder.
class BackupTest : public ServerTest {
protected:
  void SetUp() override {
    ServerTest::SetUp();
    auto folder = os::TemporaryFolder::make();
    if (!folder) throw std::runtime_error(folder.error().message);
    folder_.emplace(std::move(*folder));
    auto store = backup::open_store({.place = store_folder()});
    if (!store) throw std::runtime_error(store.error().message);
    store_ = std::move(*store);
  }

  std::string store_folder() const { return folder_->path() + "/store"; }
  std::string file(const backup::Manifest& manifest, const std::string& path) const {
    return store_folder() + "/" + manifest.name + "/" + path;
  }
  void make_shop() {
    const auto run = [&](const std::vector<std::string>& statements) {
      for (const auto& one : statements) exec(one);
    };
    run(shop_.before);
    exec(shop_.rows);
    run(shop_.after);
    exec("ANALYZE");
  }
  /// A further table, of which a backup must know, too.
  void make_table(const std::string& sql) {
    exec(sql);
    shop_.before.push_back(sql);
  }

  backup::CreateRequest request() const {
    backup::CreateRequest request;
    request.source.connection_string = url_;
    request.label = "pre-deploy";
    request.git_sha = "0a1b2c3d";
    request.jobs = 2;
    // Servers that no pg_dump of this machine can read get the schema from statements.
    request.schema_writer = [shop = shop_](const schema::Schema&) -> Result<backup::SchemaScript> {
      return backup::SchemaScript{.before_rows = shop.before, .after_rows = shop.after};
    };
    request.now = std::chrono::system_clock::from_time_t(1'795'000'000);
    return request;
  }
  Result<backup::Manifest> create(const backup::CreateRequest& request) {
    return backup::create(request, *store_, events_, long_wait());
  }
  backup::Manifest created() {
    auto made = create(request());
    if (!made) throw std::runtime_error(explained(made.error()));
    return std::move(*made);
  }
  static std::string explained(const Error& error) {
    std::string text = error.message;
    for (const auto& note : error.notes) text += "\n" + note;
    return text;
  }
  backup::RestoreRequest restore_request(const std::string& database) const {
    backup::RestoreRequest request;
    request.server.connection_string = TestServer::instance().cluster().connection_string();
    request.database = database;
    request.jobs = 2;
    return request;
  }
  Result<backup::Comparison> restore(const backup::Manifest& manifest,
                                     const std::string& database) {
    return backup::restore(manifest, *store_, restore_request(database), events_, long_wait());
  }
  std::string url_of(const std::string& database) const {
    return TestServer::instance().cluster().connection_string(database);
  }
  bool has_database(const std::string& name) {
    return value("SELECT count(*) FROM pg_database WHERE datname = '" + name + "'") != "0";
  }
  /// A name that no other test has.
  std::string fresh_name(const std::string& what) {
    return value("SELECT current_database()") + what;
  }

  Shop shop_;
  std::optional<os::TemporaryFolder> folder_;
  std::unique_ptr<backup::Store> store_;
  TellingSink events_;
};

} // namespace slipway::test
