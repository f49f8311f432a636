"""S1, S2, S3 and S9: ordinary sessions in the way of a change to a busy table."""

from lock import bench as runs
from lock import holders, load, tools
from lock.scenario import Scenario, Wishes, forget_history


class IdleInTransaction(Scenario):
    key, title = "S1", "a session idle in transaction after one SELECT"
    perfect = "no gap, nobody late, 1 attempt, applied within 100 ms of the session's end"

    def others(self, bench, moments, folder) -> list:
        return [holders.Idle(bench.cluster, "SELECT abalance FROM pgbench_accounts WHERE aid = 1",
                             moments.at(runs.HOLDER_COMES), moments.at(runs.HOLDER_GOES))]

    def feasible(self, started: float, others: list) -> float:
        return max(started, others[0].released or started)

    def judge(self, result, noise) -> list[str]:
        return Wishes(result, noise).applied().no_stall().regret(0.1).attempts(1).collateral().unmet


class OverlappingReports(Scenario):
    key, title = "S2", "two reports of 2 s each, out of step, for ever: never a quiet moment"
    perfect = ("cancel (allowed after 5 s): no gap, applied within 5.2 s, 2 reports cancelled; "
               "one-shot (2 s of stall allowed): one gap of at most 2.0 s, applied within 2.1 s; others: the same as one-shot")
    length = 2.0
    minimum_seconds = 8
    may_cancel, may_stall = "slipway, cancel", "slipway, one-shot"

    def entries(self) -> list[tools.Entry]:
        cancel = {"SLIPWAY_ON_BLOCKED": "cancel", "SLIPWAY_BLOCKED_AFTER": "5s"}
        once = {"SLIPWAY_ON_BLOCKED": "one-shot", "SLIPWAY_BLOCKED_AFTER": "0ms", "SLIPWAY_MAX_STALL": "2s"}
        return [*map(tools.Entry, tools.BASELINES), tools.Entry("slipway", self.may_cancel, settings=cancel),
                tools.Entry("slipway", self.may_stall, settings=once)]

    def others(self, bench, moments, folder) -> list:
        begin = moments.at(runs.HOLDER_COMES) - self.length / 2
        return [holders.Reports(bench.cluster, "pgbench_accounts", begin + offset, self.length)
                for offset in (0, self.length / 2)]

    def judge(self, result, noise) -> list[str]:
        wishes = Wishes(result, noise).applied()
        if result.strategy == self.may_cancel:
            return wishes.no_stall().regret(5.2).collateral(2).unmet
        return wishes.longest(2.0).total(2.0).regret(2.1).collateral().unmet


class HotTransactions(Scenario):
    key, title = "S3", "32 clients with transactions of 10 ms, without a pause"
    perfect = "longest gap at most 30 ms, applied within 200 ms of the start"
    clients = 32

    def others(self, bench, moments, folder) -> list:
        return [Hot(bench, self.clients, folder)]

    def judge(self, result, noise) -> list[str]:
        return Wishes(result, noise).applied().longest(0.03).regret(0.2).collateral().unmet


class Hot:
    """Starts with the load and ends with it."""

    def __init__(self, bench, clients: int, folder):
        self.arguments = (bench.cluster, clients, bench.options, folder)
        self.load: load.HotLoad | None = None

    def start(self) -> None:
        self.load = load.HotLoad(*self.arguments)

    def stop(self) -> None:
        if self.load:
            self.load.stop()


class ForeignKey(Scenario):
    """Locks both tables against writers. The holder has the second one, so that a tool waits with the first in hand."""

    key, title = "S9", "a foreign key between two hot tables, a writer of the other one idle in transaction"
    perfect = "no gap, nobody late, 1 attempt, applied within 100 ms of the writer's end"
    relations = ["hot_orders", "hot_customers"]
    work = tools.Work(["ALTER TABLE hot_orders ADD CONSTRAINT hot_orders_customer FOREIGN KEY (customer_id)"
                       " REFERENCES hot_customers (id) NOT VALID"])
    rows = 10_000

    def prepare(self, bench) -> None:
        bench.cluster.run(f"""
            CREATE TABLE hot_customers (id int PRIMARY KEY, n int NOT NULL) WITH (fillfactor = 50, autovacuum_enabled = off);
            CREATE TABLE hot_orders (id int PRIMARY KEY, customer_id int NOT NULL, n int NOT NULL)
              WITH (fillfactor = 50, autovacuum_enabled = off);
            INSERT INTO hot_customers SELECT i, 0 FROM generate_series(0, {self.rows}) i;
            INSERT INTO hot_orders SELECT i, i, 0 FROM generate_series(0, {self.rows}) i""", "bench_owner")

    def reset(self, bench) -> None:
        forget_history(bench)
        bench.cluster.run("ALTER TABLE hot_orders DROP CONSTRAINT IF EXISTS hot_orders_customer")
        bench.cluster.run("VACUUM hot_orders, hot_customers")

    def traffic(self, folder) -> list[str]:
        """Writers only: readers do not mind."""
        arguments = []
        for table in self.relations:
            path = folder / f"write_{table}.sql"
            path.write_text(f"\\set id random(1, {self.rows})\nUPDATE {table} SET n = n + 1 WHERE id = :id;\n")
            arguments += ["-f", str(path)]
        return arguments

    def others(self, bench, moments, folder) -> list:
        return [holders.Idle(bench.cluster, "UPDATE hot_customers SET n = n + 1 WHERE id = 0",
                             moments.at(runs.HOLDER_COMES), moments.at(runs.HOLDER_GOES))]

    def applied_at(self, bench) -> float | None:
        return bench.cluster.value("SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM pg_constraint"
                                   " WHERE conname = 'hot_orders_customer'")

    def feasible(self, started: float, others: list) -> float:
        return max(started, others[0].released or started)

    def judge(self, result, noise) -> list[str]:
        return Wishes(result, noise).applied().no_stall().regret(0.1).attempts(1).collateral().unmet
