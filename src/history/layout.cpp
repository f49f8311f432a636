// The layouts of slipway's tables, as the statements that lead from each to the next. A layout that
// was ever released is never edited; a change is a new step at the end.
#include "layout.hpp"

#include "slipway/base/bug.hpp"
#include "slipway/base/sql_text.hpp"

#include <fmt/format.h>

namespace slipway::history {

namespace {

std::vector<std::string> create(const std::string& schema) {
  const std::string s = quote_identifier(schema);
  return {
      fmt::format("CREATE SCHEMA IF NOT EXISTS {}", s),
      fmt::format(R"(CREATE TABLE {}.layout (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version integer NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT pg_catalog.now()))",
                  s),
      fmt::format(R"(CREATE TABLE {}.run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  actor text NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  tool_version text NOT NULL,
  git_sha text,
  started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  finished_at timestamptz,
  outcome text,
  message text,
  fingerprint_before text,
  fingerprint_after text))",
                  s),
      fmt::format(R"(CREATE TABLE {}.migration (
  version bigint PRIMARY KEY,
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('applied', 'applying', 'undoing')),
  applied_order bigint GENERATED ALWAYS AS IDENTITY,
  checksum_bytes text NOT NULL,
  checksum_normalised text NOT NULL,
  checksum_tokens text NOT NULL,
  up_text text,
  down_text text,
  irreversible text,
  phase text,
  change text,
  run bigint NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  duration_ms double precision NOT NULL DEFAULT 0))",
                  s),
      fmt::format(R"(CREATE TABLE {}.journal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run bigint NOT NULL,
  version bigint NOT NULL,
  direction text NOT NULL CHECK (direction IN ('up', 'down')),
  statement integer NOT NULL,
  state text NOT NULL CHECK (state IN ('started', 'finished', 'failed')),
  digest text NOT NULL,
  start_lsn pg_lsn,
  started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  finished_at timestamptz,
  lock_wait_ms double precision NOT NULL DEFAULT 0,
  retries integer NOT NULL DEFAULT 0,
  rows bigint NOT NULL DEFAULT 0,
  sqlstate text,
  message text))",
                  s),
  };
}

std::vector<std::string> add_progress(const std::string& schema) {
  return {fmt::format(R"(CREATE TABLE {}.migration_progress (
  change text NOT NULL,
  table_name text NOT NULL,
  chunk bigint NOT NULL,
  low text,
  high text,
  rows bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  worker text,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'done', 'failed')),
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (change, table_name, chunk)))",
                      quote_identifier(schema))};
}

// Behind a pooler that gives out one connection only, the runner lock is a row with an end; and
// what an interrupted statement outside a transaction had before it is kept to decide its outcome
// by.
std::vector<std::string> add_lease_and_witness(const std::string& schema) {
  const std::string s = quote_identifier(schema);
  return {fmt::format(R"(CREATE TABLE {}.lease (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  token text NOT NULL,
  holder text NOT NULL,
  run bigint,
  taken_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  expires_at timestamptz NOT NULL))",
                      s),
          fmt::format("ALTER TABLE {}.journal ADD COLUMN witness text", s)};
}

// The schema as the newest runs left it, so that what somebody else changed can be told later.
std::vector<std::string> add_snapshot(const std::string& schema) {
  return {fmt::format(R"(CREATE TABLE {}.snapshot (
  run bigint PRIMARY KEY,
  taken_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  fingerprint text NOT NULL,
  salt text NOT NULL,
  gate text,
  content text NOT NULL))",
                      quote_identifier(schema))};
}

// The schema as a run found it, where no earlier run had left it so: what a rollback leads back to;
// and which table and column had which number, which tells renamed ones.
std::vector<std::string> add_snapshot_before(const std::string& schema) {
  const std::string s = quote_identifier(schema);
  return {
      fmt::format("ALTER TABLE {}.snapshot ADD COLUMN before boolean NOT NULL DEFAULT false, ADD "
                  "COLUMN relations text",
                  s),
      fmt::format("ALTER TABLE {}.snapshot DROP CONSTRAINT snapshot_pkey, ADD PRIMARY KEY (run, "
                  "before)",
                  s)};
}

} // namespace

std::vector<std::string> layout_statements(int from, const std::string& schema) {
  switch (from) {
  case 0:
    return create(schema);
  case 1:
    return add_progress(schema);
  case 2:
    return add_lease_and_witness(schema);
  case 3:
    return add_snapshot(schema);
  case 4:
    return add_snapshot_before(schema);
  default:
    break;
  }
  SLIPWAY_ASSERT(false && "no step from this layout");
  return {};
}

} // namespace slipway::history
