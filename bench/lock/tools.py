"""Who tries to get the lock: the baselines and slipway, as processes that are started, waited for and killed alike."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

BASELINES = ["naive", "5s-x3", "pgroll", "gitlab", "loop"]
NO_DDL = "no DDL"
STRATEGIES = [NO_DDL, *BASELINES, "slipway"]
PRIME = "SELECT 1;"


@dataclass
class Entry:
    """A row of a table: a strategy as one role, with settings of its own."""

    strategy: str
    label: str = ""
    role: str = "tool_owner"
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.label = self.label or self.strategy


@dataclass
class Work:
    statements: list[str]
    concurrent: bool = False
    runner: bool = False


class Tool:
    """A process with its output in files of `folder`."""

    process: subprocess.Popen | None = None

    def wait(self, seconds: float) -> bool:
        """False: it has not ended by then."""
        try:
            self.process.wait(timeout=max(0.0, seconds))
            return True
        except subprocess.TimeoutExpired:
            return False

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Baseline(Tool):
    def __init__(self, entry: Entry, work: Work, url: str, seed: int, folder: Path):
        self.work, self.url, self.output = work, url, folder / "tool.out"
        self.loops = entry.strategy == "loop"
        self.command = [sys.executable, str(Path(__file__).with_name("baseline.py")), entry.strategy, url, str(seed)]
        self.errors = folder / "tool.err"

    def prepare(self) -> None:
        """Python's own start is not charged to the strategy."""
        if self.loops:
            self._ask("SELECT setval('loop_attempts', 1, false)")
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=output, stderr=errors, text=True)
        while "ready" not in self.output.read_text():
            if self.process.poll() is not None:
                raise RuntimeError("a baseline does not start: " + self.errors.read_text())

    def start(self) -> None:
        self.process.stdin.write(json.dumps(vars(self.work)) + "\n")
        self.process.stdin.close()

    def attempts(self, applied: bool) -> int:
        if self.loops:
            return self._ask("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM loop_attempts")
        return self.output.read_text().splitlines().count("attempt")

    def says(self) -> str:
        return self.errors.read_text(errors="replace").strip()

    def _ask(self, question: str) -> int:
        connection = psycopg2.connect(self.url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(question)
                return cursor.fetchone()[0]
        finally:
            connection.close()


class Slipway(Tool):
    """The program, in a project of one migration. Its history is made before, with a migration that does nothing."""

    def __init__(self, entry: Entry, work: Work, url: str, program: Path, folder: Path):
        self.program, self.folder, self.statements = program, folder / "project", work.statements
        self.output, self.errors = folder / "tool.out", folder / "tool.err"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = {**kept, "DATABASE_URL": url, "SLIPWAY_TLS": "from-connection-string", "NO_COLOR": "1",
                            **entry.settings}

    def prepare(self) -> None:
        (self.folder / "migrations").mkdir(parents=True)
        self._write(1, [PRIME.rstrip(";")])
        self.start()
        if not self.wait(60) or self.process.returncode != 0:
            self.end()
            raise RuntimeError("slipway cannot make its history: " + self.says())
        self.process = None
        self._write(2, self.statements)

    def project_only(self) -> None:
        (self.folder / "migrations").mkdir(parents=True)
        self._write(2, self.statements)

    def start(self) -> None:
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.process = subprocess.Popen([str(self.program), "up", "--log-format", "json", "--no-input"],
                                            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=errors)

    def attempts(self, applied: bool) -> int:
        """Each time-out tells of one try; the one that worked tells of none."""
        return sum(e.get("event") == "lock_retry" for e in self.events()) + (1 if applied else 0)

    def events(self) -> list[dict]:
        found = []
        for line in self.errors.read_text(errors="replace").splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                continue  # a line cut short by SIGKILL
        return [event for event in found if isinstance(event, dict)]

    def says(self) -> str:
        for event in self.events():
            if event.get("event") == "failed":
                error = event["error"]
                return ". ".join(part for part in (error["message"], error["hint"]) if part)
        return self.errors.read_text(errors="replace").strip()[-500:]

    def _write(self, number: int, statements: list[str]) -> None:
        text = "-- slipway:up\n" + ";\n".join(statements) + ";\n\n-- slipway:irreversible a measurement, made once\n"
        (self.folder / "migrations" / f"2026010100000{number}_lockbench_{number}.sql").write_text(text)


def make(entry: Entry, work: Work, url: str, seed: int, program: Path, folder: Path) -> Tool:
    if entry.strategy == "slipway":
        return Slipway(entry, work, url, program, folder)
    return Baseline(entry, work, url, seed, folder)
