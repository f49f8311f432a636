"""One run: load, holders, tool, and what came of it."""

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lock import cluster as clusters
from lock import load, metrics, tools
from lock.watch import Watch

# When things happen, in parts of the run: with 40 s the holder comes at 6 s, the tool at 8 s, and the holder goes at 21 s.
HOLDER_COMES, TOOL_STARTS, HOLDER_GOES = 0.15, 0.2, 0.525
GHOSTS_AFTER = 2.0  # seconds after the end of the tool


@dataclass
class Moments:
    """The run's clock."""

    begin: float
    seconds: float

    def at(self, part: float) -> float:
        return self.begin + part * self.seconds

    @property
    def end(self) -> float:
        return self.begin + self.seconds


@dataclass
class Bench:
    cluster: clusters.Cluster
    options: object
    work: Path

    def folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="run-", dir=self.work))


def sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.time()))


def collateral(result: metrics.Result, errors: list[tuple[str, str]], ended_by_us: bool) -> None:
    """Who was cancelled (57014) or ended (57P01), and who ran into a lock_timeout (55P03), by the server's log."""
    ours = lambda role: role.startswith("tool_")  # noqa: E731
    result.cancelled = sum(code in ("57014", "57P01") and role.startswith("bench_") for role, code in errors)
    result.autovacuum_cancelled = sum(code == "57014" and role == "" for role, code in errors)
    result.lock_timeouts = sum(code == "55P03" and ours(role) for role, code in errors)
    if not ended_by_us and any(code == "57P01" and ours(role) for role, code in errors):
        result.wrong.append("the tool's own session was ended")


def finish(tool: tools.Tool, moments: Moments, bench: Bench, result: metrics.Result) -> None:
    """Waits for the tool; one that is not done when the run is over is ended by its sessions, and counts as never."""
    result.ended = tool.wait(moments.end - time.time())
    if result.ended:
        result.exit_code = tool.process.returncode
        time.sleep(GHOSTS_AFTER)
        result.ghosts = bench.cluster.tool_sessions()
    # Sessions first, so that a transaction of a killed client does not go on.
    for _ in range(200):
        if bench.cluster.tool_sessions() == 0 and tool.process.poll() is not None:
            break
        bench.cluster.end_tool_sessions()
        if tool.wait(0.05):
            continue
        tool.end()


def check(result: metrics.Result, bench: Bench) -> None:
    if result.ended and result.applied != (result.exit_code == 0):
        result.wrong.append(f"exit {result.exit_code}, and yet {'applied' if result.applied else 'not applied'}")
    if result.ghosts:
        result.wrong.append(f"{result.ghosts} sessions left after the end")
    result.invalid_indexes = bench.cluster.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
    if result.invalid_indexes:
        result.wrong.append("an INVALID index is left")


def perform(scenario, entry: tools.Entry, seed: int, bench: Bench) -> metrics.Result:
    cluster, folder = bench.cluster, bench.folder()
    result = metrics.Result(scenario.key, scenario.case, entry.label, seed, load_average=os.getloadavg()[0])
    scenario.reset(bench)
    tool = None
    if entry.strategy != tools.NO_DDL:
        tool = tools.make(entry, scenario.work, cluster.url(entry.role), seed, bench.options.slipway, folder)
        tool.prepare()
    before = cluster.log_size()
    watch = Watch(cluster, scenario.relations)
    traffic = load.Load(cluster, scenario.traffic(folder), bench.options, seed, folder)
    moments = Moments(time.time(), bench.options.seconds)
    others = scenario.others(bench, moments, folder)
    try:
        watch.start()
        for other in others:
            other.start()
        sleep_until(moments.at(TOOL_STARTS))
        started, finished = time.time(), moments.end
        if tool:
            tool.start()
            finish(tool, moments, bench, result)
        commits = traffic.commits()
        errors = cluster.errors_since(before)
    finally:
        for other in others:
            other.stop()
        if tool:
            tool.end()
        traffic.process.kill()
        watch.stop()
    metrics.measure(result, commits, started, finished, bench.options.rate, watch)
    if tool:
        applied_at = scenario.applied_at(bench)
        result.applied = applied_at is not None
        result.regret = max(0.0, applied_at - scenario.feasible(started, others)) if result.applied else None
        result.attempts = tool.attempts(result.applied)
        collateral(result, errors, not result.ended)
        check(result, bench)
        result.facts["says"] = tool.says() if result.exit_code else ""
        scenario.look(result, bench)
    if not bench.options.keep:
        shutil.rmtree(folder)
    return result
