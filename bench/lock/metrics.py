"""What a run cost the application, from the ends and latencies of its transactions."""

import dataclasses
import math
from dataclasses import dataclass, field

SHORTEST_GAP = 0.05     # seconds without a commit that count; with fewer transactions a second, more
EXPECTED_IN_A_GAP = 15  # commits that chance would have to leave out
CHANCE = 4              # standard deviations by which two loads may differ in their number of transactions


def gap_threshold(rate: int) -> float:
    return max(SHORTEST_GAP, EXPECTED_IN_A_GAP / rate)


@dataclass
class Result:
    """One run of one strategy. Times in seconds; None is what does not apply or never came."""

    scenario: str
    case: str
    strategy: str
    seed: int
    exit_code: int | None = None
    ended: bool = True               # by itself, before the run was over
    applied: bool | None = None
    regret: float | None = None
    attempts: int | None = None
    longest_gap: float | None = None    # between two commits, whoever is to blame
    longest_behind: float | None = None  # the same, while a tool waited for or held the lock
    total_behind: float | None = None    # gaps of at least the threshold, while a tool was at the lock
    total_gaps: float | None = None
    queued: float | None = None
    late_100ms: int | None = None
    late_1s: int | None = None
    excess_100ms: int | None = None
    excess_1s: int | None = None
    transactions: int = 0
    cancelled: int = 0               # statements and sessions of others that were ended
    autovacuum_cancelled: int = 0
    lock_timeouts: int = 0           # 55P03 in the log of the server, of tools
    invalid_indexes: int = 0
    ghosts: int = 0                  # sessions of the tool two seconds after its end
    facts: dict = field(default_factory=dict)  # what one scenario alone knows
    wrong: list[str] = field(default_factory=list)
    unmet: list[str] = field(default_factory=list)
    load_average: float = 0.0

    def plain(self) -> dict:
        return dataclasses.asdict(self)


def gaps(commits, begin: float, end: float) -> list[tuple[float, float]]:
    """(from, to) between neighbouring commits, the edges of the window counting as commits."""
    ends = [begin, *(c.at for c in commits if begin < c.at < end), end]
    return list(zip(ends, ends[1:]))


def measure(result: Result, commits, begin: float, end: float, rate: int, watch) -> None:
    lengths = gaps(commits, begin, end)
    threshold = gap_threshold(rate)
    behind = [to - since for since, to in lengths if watch.at_the_lock(since, to)]
    result.longest_gap = max(to - since for since, to in lengths)
    result.total_gaps = sum(to - since for since, to in lengths if to - since >= threshold)
    result.longest_behind = max(behind, default=0.0)
    result.total_behind = sum(gap for gap in behind if gap >= threshold)
    result.queued = watch.queued
    result.transactions = len(commits)
    result.late_100ms = sum(c.latency > 0.1 for c in commits)
    result.late_1s = sum(c.latency > 1 for c in commits)


@dataclass
class Noise:
    """What the machine does without any DDL: the worst of the runs."""

    longest_gap: float = 0.0
    late_100ms: int = 0
    late_1s: int = 0
    transactions: int = 0  # of the slowest run

    @staticmethod
    def of(results: list[Result]) -> "Noise":
        worst = lambda name: max((getattr(r, name) or 0 for r in results), default=0)  # noqa: E731
        return Noise(worst("longest_gap"), worst("late_100ms"), worst("late_1s"), min((r.transactions for r in results), default=0))


def subtract(result: Result, noise: Noise, rate: int) -> None:
    """Also counts what was due and had not begun when the load was over, which pgbench's log does not know."""
    if result.late_100ms is None:
        return
    missing = noise.transactions - result.transactions
    if missing < CHANCE * math.sqrt(max(1, noise.transactions)):
        missing = 0
    result.excess_100ms = max(0, result.late_100ms + missing - noise.late_100ms)
    result.excess_1s = max(0, result.late_1s + max(0, missing - rate) - noise.late_1s)
