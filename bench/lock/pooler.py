"""S10: two of the tool at once through pgbouncer, a transaction at a time."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg2

from lock import metrics, tools
from lock.cluster import DATABASE, wait_for
from lock.scenario import Scenario, forget_history

PROGRAMS = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"]
ROLES = ["tool_owner", "bench_app"]


class Pgbouncer:
    """One on loopback, in transaction mode, with two server connections for each role."""

    def __init__(self, cluster, folder: Path):
        program = next((path for path in PROGRAMS if os.access(path, os.X_OK)), None)
        if program is None:
            raise FileNotFoundError("pgbouncer is not here; run scripts/install-dependencies bench")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        folder.mkdir()
        (folder / "users.txt").write_text("".join(f'"{role}" ""\n' for role in ROLES))
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n{DATABASE} = host=127.0.0.1 port={cluster.port} dbname={DATABASE}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\nauth_type = trust\n"
            f"auth_file = {folder}/users.txt\npool_mode = transaction\ndefault_pool_size = 2\n"
            "ignore_startup_parameters = extra_float_digits\n")
        command = [program, str(folder / "pgbouncer.ini")]
        if os.getuid() == 0:
            command = [program, "-u", "postgres", *command[1:]]
        self.log = (folder / "pgbouncer.log").open("wb")
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        wait_for(lambda: self.answers(cluster), 20, "pgbouncer")

    def answers(self, cluster) -> bool:
        try:
            psycopg2.connect(cluster.url("bench_app", self.port)).close()
            return True
        except psycopg2.OperationalError:
            return False

    def settings(self, cluster, name: str) -> set[str]:
        """What the next clients of the pool would find: both of its connections, by holding both."""
        clients = [psycopg2.connect(cluster.url("tool_owner", self.port)) for _ in range(2)]
        found = set()
        for client in clients:
            with client.cursor() as cursor:
                cursor.execute(f"SHOW {name}")
                found.add(cursor.fetchone()[0])
        for client in clients:
            client.close()
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()


class TransactionPool(Scenario):
    key, title = "S10", "two of the tool at once through pgbouncer (transaction pool)"
    perfect = "applied exactly once, one at a time, or refused with advice; no lock and no setting left in the pool"
    noise_floor = False
    limit = 30.0
    apart = 0.1  # seconds between the starts, with the first one between its lock and its first statement
    columns = [("strategy", lambda r: r.strategy), ("exits", lambda r: " ".join(map(str, r.facts["exit_codes"]))),
               ("times applied", lambda r: str(r.facts["times_applied"])),
               ("advisory locks left", lambda r: str(r.facts["advisory_locks_left"])),
               ("lock_timeout left", lambda r: " ".join(r.facts["lock_timeouts_left"]) or "-"),
               ("says", lambda r: next((says.splitlines()[0][:120] for says in r.facts["says"] if says), "-"))]
    work = tools.Work(["INSERT INTO pooled_effect SELECT 1", "DO $$BEGIN PERFORM pg_sleep(0.5); END$$"], runner=True)

    def entries(self) -> list[tools.Entry]:
        return [*(tools.Entry(name) for name in tools.BASELINES if name != "loop"), tools.Entry("slipway")]

    def reset(self, bench) -> None:
        forget_history(bench)
        bench.cluster.run("SET client_min_messages = warning; DROP TABLE IF EXISTS pooled_effect, pooled_history")
        bench.cluster.run("CREATE TABLE pooled_effect (n int); CREATE TABLE pooled_history (n int)", "bench_owner")

    def perform(self, entry, seed: int, bench) -> metrics.Result:
        self.reset(bench)
        result = metrics.Result(self.key, self.case, entry.label, seed, load_average=os.getloadavg()[0])
        folder = bench.folder()
        pool, pair = Pgbouncer(bench.cluster, folder / "pool"), []
        try:
            for n in (1, 2):
                (folder / f"{n}").mkdir()
                url = bench.cluster.url(entry.role, pool.port)
                tool = tools.make(entry, self.work, url, seed + n, bench.options.slipway, folder / f"{n}")
                (tool.project_only if entry.strategy == "slipway" else tool.prepare)()
                pair.append(tool)
            for tool in pair:
                tool.start()
                time.sleep(self.apart)
            deadline = time.monotonic() + self.limit
            result.ended = all([tool.wait(deadline - time.monotonic()) for tool in pair])
            for tool in pair:
                tool.end()
            self._record(result, pair, bench, pool)
        finally:
            for tool in pair:
                tool.end()
            pool.stop()
        wait_for(lambda: bench.cluster.tool_sessions() == 0, 10, "the end of the pool's sessions")
        shutil.rmtree(folder)
        return result

    def _record(self, result: metrics.Result, pair: list[tools.Tool], bench, pool: Pgbouncer) -> None:
        result.facts["exit_codes"] = [tool.process.returncode for tool in pair]
        result.facts["says"] = [tool.says() for tool in pair]
        result.exit_code = max(result.facts["exit_codes"])
        effects = bench.cluster.value("SELECT count(*) FROM pooled_effect")
        result.facts["times_applied"], result.applied = effects, effects > 0
        result.facts["advisory_locks_left"] = bench.cluster.value(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE a.usename = 'tool_owner' AND l.locktype = 'advisory'")
        result.facts["lock_timeouts_left"] = sorted(pool.settings(bench.cluster, "lock_timeout") - {"0"})

    def judge(self, result, noise) -> list[str]:
        facts, unmet = result.facts, list(result.wrong)
        if not result.ended:
            unmet.append(f"not done after {self.limit:g} s")
        if facts["times_applied"] > 1:
            unmet.append(f"applied {facts['times_applied']} times")
        if facts["advisory_locks_left"]:
            unmet.append(f"{facts['advisory_locks_left']} advisory locks left in the pool")
        if facts["lock_timeouts_left"]:
            unmet.append(f"lock_timeout {', '.join(facts['lock_timeouts_left'])} left in the pool")
        for code, says in zip(facts["exit_codes"], facts["says"]):
            if code != 0 and not says:
                unmet.append(f"exit {code} without a word")
        if facts["times_applied"] == 0 and not all("pool" in says.lower() for says in facts["says"]):
            unmet.append("refused without naming the pooler")
        return unmet
