"""What scenarios have in common, and how a run is held against the perfect tool."""

from lock import bench as runs
from lock import load, tools
from lock.metrics import Noise, Result


class Scenario:
    """A table of the report. Subclasses say what is in the way, and what a perfect tool would do."""

    key = ""
    case = ""      # where a scenario has several
    title = ""
    perfect = ""
    relations = ["pgbench_accounts"]
    column = "slip"
    work = tools.Work(["ALTER TABLE pgbench_accounts ADD COLUMN slip int"])
    noise_floor = True
    minimum_seconds = 0
    columns: list = []  # (head, function of a result); none: those of lock/report.py

    def entries(self) -> list[tools.Entry]:
        return [*map(tools.Entry, tools.BASELINES), tools.Entry("slipway")]

    def prepare(self, bench) -> None:
        """Once, before the first run."""

    def reset(self, bench) -> None:
        """Before each run: nothing of an earlier one is left."""
        forget_history(bench)
        bench.cluster.run(f"ALTER TABLE {self.relations[0]} DROP COLUMN IF EXISTS {self.column}")

    def traffic(self, folder) -> list[str]:
        return load.PGBENCH_MIX

    def others(self, bench, moments, folder) -> list:
        """What is in the way: objects with start() and stop()."""
        return []

    def applied_at(self, bench) -> float | None:
        """When the change was committed, by the server's clock."""
        return bench.cluster.value(
            "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attname = %s AND NOT attisdropped", (self.relations[0], self.column))

    def feasible(self, started: float, others: list) -> float:
        """The earliest moment at which it could have been applied without hurting anybody."""
        return started

    def look(self, result: Result, bench) -> None:
        """More facts, after the run."""

    def perform(self, entry, seed: int, bench) -> Result:
        return runs.perform(self, entry, seed, bench)

    def judge(self, result: Result, noise: Noise) -> list[str]:
        """What a perfect tool would have done better."""
        raise NotImplementedError


def forget_history(bench) -> None:
    bench.cluster.run("SET client_min_messages = warning; DROP SCHEMA IF EXISTS slipway CASCADE")


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms".replace(",", " ")


class Wishes:
    """Collects what a run does not meet. What the machine does without any DDL is not held against the tool."""

    def __init__(self, result: Result, noise: Noise):
        self.result, self.noise = result, noise
        self.unmet = list(result.wrong)

    def applied(self) -> "Wishes":
        if not self.result.applied:
            self.unmet.append("not applied")
        return self

    def longest(self, limit: float) -> "Wishes":
        return self._most("longest gap", self.result.longest_behind, limit, self.noise.longest_gap)

    def total(self, limit: float) -> "Wishes":
        return self._most("sum of gaps", self.result.total_behind, limit, 0.0)

    def no_stall(self) -> "Wishes":
        """Nothing that counts as a gap, and no more late transactions than one in a thousand over the noise floor."""
        self.total(self.noise.longest_gap if self.noise.longest_gap > 0.05 else 0.0)
        late, allowed = self.result.excess_100ms or 0, max(1, self.result.transactions // 1000)
        if late > allowed:
            self.unmet.append(f"{late} late transactions > {allowed}")
        return self

    def regret(self, limit: float) -> "Wishes":
        if self.result.regret is not None and self.result.regret > limit:
            self.unmet.append(f"regret {milliseconds(self.result.regret)} > {milliseconds(limit)}")
        return self

    def attempts(self, limit: int) -> "Wishes":
        if (self.result.attempts or 0) > limit:
            self.unmet.append(f"{self.result.attempts} attempts > {limit}")
        return self

    def collateral(self, limit: int = 0) -> "Wishes":
        if self.result.cancelled > limit:
            self.unmet.append(f"{self.result.cancelled} sessions cancelled > {limit}")
        return self

    def _most(self, what: str, value: float | None, limit: float, noise: float) -> "Wishes":
        if value is not None and value > max(limit, noise):
            self.unmet.append(f"{what} {milliseconds(value)} > {milliseconds(max(limit, noise))}")
        return self
