"""The application: pgbench as an open loop, and what its log says about every transaction."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

PGBENCH_MIX = ["-b", "select-only@7", "-b", "simple-update@3"]


@dataclass
class Commit:
    at: float       # seconds since the epoch
    latency: float  # seconds since the scheduled start, so that waiting for a free client counts


class Load:
    """`rate` transactions a second are due whether or not the earlier ones are done, by `clients` connections."""

    def __init__(self, cluster, scripts: list[str], options, seed: int, folder: Path):
        self.prefix, self.seconds = folder / "transactions", options.seconds
        arguments = ["-n", "-c", str(options.clients), "-j", "2", "-R", str(options.rate), "-T", str(options.seconds),
                     "-l", f"--log-prefix={self.prefix}", f"--random-seed={seed}", *scripts]
        self.output = (folder / "pgbench.out").open("wb")
        self.process = subprocess.Popen([str(cluster.pgbench), *arguments, cluster.url("bench_app")],
                                        cwd=folder, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output)

    def commits(self) -> list[Commit]:
        """Waits for the end of the load, and yields the transactions in the order of their ends."""
        try:
            self.process.wait(timeout=self.seconds + 60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()
        found = []
        for path in self.prefix.parent.glob(self.prefix.name + ".*"):
            for line in path.read_text().splitlines():
                fields = line.split()
                if len(fields) >= 6 and fields[2].isdigit():
                    found.append(Commit(int(fields[4]) + int(fields[5]) / 1e6, int(fields[2]) / 1e6))
        return sorted(found, key=lambda commit: commit.at)


class HotLoad:
    """`clients` connections that do short transactions without a pause: each holds its lock for about 10 ms."""

    SCRIPT = ("\\set aid random(1, 100000 * :scale)\n"
              "BEGIN\\; SELECT abalance FROM pgbench_accounts WHERE aid = :aid\\; SELECT pg_sleep(0.01)\\; COMMIT;\n")

    def __init__(self, cluster, clients: int, options, folder: Path):
        (folder / "hot.sql").write_text(self.SCRIPT)
        arguments = ["-n", "-c", str(clients), "-j", "1", "-T", str(options.seconds), "-s", str(options.scale),
                     "-f", str(folder / "hot.sql")]
        self.process = subprocess.Popen([str(cluster.pgbench), *arguments, cluster.url("bench_app")],
                                        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
