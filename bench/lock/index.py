"""S8: CREATE INDEX CONCURRENTLY waits for old snapshots and writers; a lock_timeout there leaves an INVALID index."""

from lock import bench as runs
from lock import holders, tools
from lock.scenario import Scenario, Wishes, forget_history


class ConcurrentIndex(Scenario):
    key, title = "S8", "CREATE INDEX CONCURRENTLY with an open snapshot and a writer idle in transaction"
    perfect = "a valid index, no lock_timeout (55P03) on the way, no gap"
    work = tools.Work(["CREATE INDEX CONCURRENTLY slip_index ON pgbench_accounts (abalance)"], concurrent=True)

    def entries(self) -> list[tools.Entry]:
        return [*(tools.Entry(name) for name in tools.BASELINES if name != "loop"), tools.Entry("slipway")]

    def reset(self, bench) -> None:
        forget_history(bench)
        bench.cluster.run("DROP INDEX IF EXISTS slip_index")

    def others(self, bench, moments, folder) -> list:
        halfway = (runs.TOOL_STARTS + runs.HOLDER_GOES) / 2
        return [holders.Idle(bench.cluster, "UPDATE pgbench_accounts SET abalance = 0 WHERE aid = 1",
                             moments.at(runs.HOLDER_COMES), moments.at(halfway)),
                holders.Idle(bench.cluster, "SELECT count(*) FROM pgbench_branches", moments.at(runs.HOLDER_COMES),
                             moments.at(runs.HOLDER_GOES), "REPEATABLE READ")]

    def applied_at(self, bench) -> float | None:
        return bench.cluster.value("SELECT extract(epoch FROM pg_xact_commit_timestamp(i.xmin))::float8 FROM pg_index i"
                                   " WHERE i.indexrelid = to_regclass('slip_index') AND i.indisvalid")

    def feasible(self, started: float, others: list) -> float:
        return max(started, *(other.released or started for other in others))

    def judge(self, result, noise) -> list[str]:
        wishes = Wishes(result, noise).applied().longest(0.1).collateral()
        if result.lock_timeouts:
            wishes.unmet.append(f"{result.lock_timeouts} times 55P03")
        return wishes.unmet
