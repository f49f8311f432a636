"""S4 and S5: autovacuum in the way; an ordinary one may be pushed aside, one to prevent wraparound never."""

from lock import tools
from lock.cluster import wait_for
from lock.scenario import Scenario, Wishes, forget_history

WORKER = ("SELECT pid FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
          " AND query LIKE 'autovacuum: VACUUM %%public.' || %s || '%%'")


def worker(bench, table: str) -> int | None:
    return bench.cluster.value(WORKER, (table,))


def set_options(bench, table: str, options: str) -> None:
    """Takes the lock from a running autovacuum at once, which the deadlock check does."""
    bench.cluster.run(f"SET deadlock_timeout = '10ms'; ALTER TABLE {table} SET ({options})")


class OrdinaryAutovacuum(Scenario):
    key, title = "S4", "an ordinary autovacuum of the table (cost delay 50 ms, limit 20)"
    perfect = ("superuser, or SET on deadlock_timeout granted: gap at most 30 ms, applied within 100 ms of the start; "
               "plain role (1.1 s of stall allowed): gap at most 1.1 s; baselines: as the plain role")
    plain_stall = "1100ms"

    def entries(self) -> list[tools.Entry]:
        plain = {"SLIPWAY_MAX_STALL": self.plain_stall}
        return [*(tools.Entry(name, role="tool_plain") for name in tools.BASELINES),
                tools.Entry("slipway", "slipway, superuser", role="tool_super"),
                tools.Entry("slipway", "slipway, SET granted", role="tool_grant"),
                tools.Entry("slipway", "slipway, plain role", role="tool_plain", settings=plain)]

    def prepare(self, bench) -> None:
        bench.cluster.run("UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid % 61 = 0", "bench_owner")

    def reset(self, bench) -> None:
        set_options(bench, "pgbench_accounts", "autovacuum_enabled = off")
        super().reset(bench)
        set_options(bench, "pgbench_accounts", "autovacuum_enabled = on, autovacuum_vacuum_threshold = 1,"
                    " autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 50, autovacuum_vacuum_cost_limit = 20")
        bench.cluster.run("UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid % 6100 = 0", "bench_owner")
        wait_for(lambda: worker(bench, "pgbench_accounts"), 60, "an autovacuum of pgbench_accounts")

    def look(self, result, bench) -> None:
        set_options(bench, "pgbench_accounts", "autovacuum_enabled = off")

    def judge(self, result, noise) -> list[str]:
        wishes = Wishes(result, noise).applied().collateral()
        if result.strategy in ("slipway, superuser", "slipway, SET granted"):
            return wishes.longest(0.03).regret(0.1).unmet
        return wishes.longest(1.1).unmet


class WraparoundAutovacuum(Scenario):
    """The worker is made so slow that it outlives all runs."""

    key, title = "S5", "an autovacuum to prevent wraparound"
    perfect = "not applied, the autovacuum alive, no gap over 100 ms, exit 6 with the blocker named"
    relations = ["wrap_target"]
    work = tools.Work(["ALTER TABLE wrap_target ADD COLUMN slip int"])
    rows = 200_000
    burn = 110_000  # transaction ids; the least that autovacuum_freeze_max_age can be is 100 000

    def entries(self) -> list[tools.Entry]:
        return [*map(tools.Entry, tools.BASELINES), tools.Entry("slipway", settings={"SLIPWAY_LOCK_BUDGET": "2s"})]

    def prepare(self, bench) -> None:
        bench.cluster.run(f"""
            CREATE TABLE wrap_target (id int PRIMARY KEY, n int NOT NULL) WITH (autovacuum_enabled = off,
              autovacuum_freeze_max_age = 100000, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
            INSERT INTO wrap_target SELECT i, 0 FROM generate_series(1, {self.rows}) i""", "bench_owner")
        bench.cluster.run(f"DO $$ BEGIN FOR i IN 1..{self.burn} LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$")

    def reset(self, bench) -> None:
        forget_history(bench)
        self.pid = wait_for(lambda: worker(bench, "wrap_target"), 60, "an autovacuum of wrap_target")

    def traffic(self, folder) -> list[str]:
        arguments = []
        for name, share, text in (("read", 7, "SELECT n FROM wrap_target WHERE id = :id;"),
                                  ("write", 3, "UPDATE wrap_target SET n = n + 1 WHERE id = :id;")):
            (folder / f"{name}.sql").write_text(f"\\set id random(1, {self.rows})\n{text}\n")
            arguments += ["-f", f"{folder / name}.sql@{share}"]
        return arguments

    def look(self, result, bench) -> None:
        result.facts["autovacuum_alive"] = worker(bench, "wrap_target") == self.pid
        if not result.facts["autovacuum_alive"]:
            result.wrong.append("the autovacuum was ended")

    def judge(self, result, noise) -> list[str]:
        wishes = Wishes(result, noise).longest(0.1).collateral()
        if result.exit_code != 6:
            wishes.unmet.append("still waiting at the end" if not result.ended else f"exit {result.exit_code}, not 6")
        if result.exit_code == 6 and str(self.pid) not in result.facts["says"] + result.facts.get("blockers", ""):
            wishes.unmet.append("the blocker is not named")
        return wishes.unmet
