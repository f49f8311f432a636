// docs/guide/preflight.md, from the list of checks.
#include "checks.hpp"

#include <fmt/format.h>

namespace slipway::preflight {

namespace {

constexpr const char* k_head = R"(# Preflight

<!-- Made from the list of checks in src/preflight; a test compares the two. -->

Before the first statement of a run, `slipway up` looks at what could make it fail or hurt: once, in two round trips,
without waiting for a lock. `slipway preflight` makes the same checks and changes nothing. With nothing to apply, `up` makes none.

Each check says one of four things:

| verdict | what it means | what `up` does | `slipway preflight` exits with |
|---|---|---|---|
| `pass` | looked at, and well | goes on; told with `--verbose` | 0 |
| `warn` | a person should look at it | tells it, and goes on | 0 |
| `stop` | the run would surely fail or do harm | refuses, with exit status 3; nothing was changed | 3 |
| `unknown` | it could not be looked at, and why | tells it, and goes on | 3 for the checks marked *, else 0 |

What a check finds comes with the exact command or SQL that mends it. A long transaction or an autovacuum is no reason to
stop: the run looks before it locks, and waits its turn.

The thresholds are settings of `[preflight]`, see [configuration.md](../configuration.md). `preflight.skip` leaves checks
out by name, which is said; `preflight.warn_only` makes a `stop` of these checks a `warn`; `--no-preflight` leaves
all out.

The tables of the plan are those that its statements name, the tables of the indexes they name, and their partitions.

## The checks

| check | looks at | warns when | stops when | what mends it |
|---|---|---|---|---|
)";

constexpr const char* k_tail = R"(
## What a role needs to see everything

An ordinary role sees neither the age nor the state of other users' sessions, so `long-transactions` is `unknown` to it while
others are connected, and so may be `replication-lag` and `invalid-indexes`. `disk` needs to know where the data is.

    GRANT pg_read_all_stats, pg_read_all_settings TO deploy;

## What is not looked at

- Free space on another machine: PostgreSQL does not tell it.
- Whether an ALTER TABLE rewrites its table: where it may, `disk` warns and does not stop.
- Rights for what statements do not name: what functions, DO blocks and triggers touch.
)";

std::string or_never(std::string_view text) {
  return text.empty() ? "never" : std::string(text);
}

} // namespace

std::string checks_page() {
  std::string page = k_head;
  for (const auto& check : all_checks())
    page += fmt::format("| `{}`{} | {} | {} | {} | {} |\n", check.name, check.must_know ? " *" : "",
                        check.looks_at, or_never(check.warns), or_never(check.stops), check.mend);
  return page + k_tail;
}

} // namespace slipway::preflight
