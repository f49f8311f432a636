"""S6: an ALTER of a partitioned table waits for each partition in turn, and lock_timeout counts for each."""

from lock import bench as runs
from lock import holders, tools
from lock.scenario import Scenario, Wishes

PARTITIONS = 5
ROWS = 10_000


class Partitions(Scenario):
    key = "S6"
    relations = ["parts", *(f"parts_{n}" for n in range(PARTITIONS))]
    work = tools.Work(["ALTER TABLE parts ADD COLUMN slip int"])

    def prepare(self, bench) -> None:
        bench.cluster.run("CREATE TABLE IF NOT EXISTS parts (id int, n int NOT NULL) PARTITION BY RANGE (id)", "bench_owner")
        for n in range(PARTITIONS):
            bench.cluster.run(f"CREATE TABLE IF NOT EXISTS parts_{n} PARTITION OF parts FOR VALUES FROM ({n * ROWS})"
                              f" TO ({(n + 1) * ROWS}) WITH (fillfactor = 50, autovacuum_enabled = off)", "bench_owner")
        bench.cluster.run(f"TRUNCATE parts; INSERT INTO parts SELECT i, 0 FROM generate_series(0, {PARTITIONS * ROWS - 1}) i;"
                          "CREATE INDEX IF NOT EXISTS parts_id ON parts (id)", "bench_owner")

    def traffic(self, folder) -> list[str]:
        arguments = []
        for name, share, text in (("read", 7, "SELECT n FROM parts WHERE id = :id;"),
                                  ("write", 3, "UPDATE parts SET n = n + 1 WHERE id = :id;")):
            (folder / f"{name}.sql").write_text(f"\\set id random(0, {PARTITIONS * ROWS - 1})\n{text}\n")
            arguments += ["-f", f"{folder / name}.sql@{share}"]
        return arguments


class StaggeredHolders(Partitions):
    """No partition is waited for longer than 250 ms, and all of them together for 1.25 s."""

    case, title = "staggered", "5 partitions, each with a reader that leaves 250 ms after the one before"
    perfect = "sum of gaps at most 100 ms, however many partitions, applied"
    step = 0.25

    def others(self, bench, moments, folder) -> list:
        return [holders.Idle(bench.cluster, f"SELECT n FROM ONLY parts_{n} LIMIT 1", moments.at(runs.HOLDER_COMES),
                             moments.at(runs.TOOL_STARTS) + self.step * (n + 1)) for n in range(PARTITIONS)]

    def feasible(self, started: float, others: list) -> float:
        return max(started, *(other.released or started for other in others))

    def judge(self, result, noise) -> list[str]:
        return Wishes(result, noise).applied().longest(0.1).total(max(0.1, noise.longest_gap)).collateral().unmet


class ShortHolders(Partitions):
    """Each is young when one looks, and together they are long: the bound on a whole statement is put to the test."""

    case, title = "short", "5 partitions, each with readers that hold it for 60 ms and leave it for 40 ms"
    perfect = "no gap over 100 ms, applied"
    hold, pause = 0.06, 0.04

    def others(self, bench, moments, folder) -> list:
        offset = (self.hold + self.pause) / PARTITIONS
        return [holders.Churn(bench.cluster, f"SELECT n FROM ONLY parts_{n} LIMIT 1",
                              moments.at(runs.HOLDER_COMES) + n * offset, moments.at(runs.HOLDER_GOES), self.hold, self.pause)
                for n in range(PARTITIONS)]

    def judge(self, result, noise) -> list[str]:
        return Wishes(result, noise).applied().longest(0.1).collateral().unmet
