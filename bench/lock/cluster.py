"""The PostgreSQL of the measurement: a cluster of its own on loopback, its roles, and what its log says."""

import re
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE = "lockbench"

# Durability and deadlock_timeout are PostgreSQL's own; what is set here makes runs alike and lets us look at them.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "autovacuum_naptime": "1s",
    "track_commit_timestamp": "on",
    "log_line_prefix": "%m [%p] %u %e ",
}

# Tools own the tables through membership, as a deploy role does. Only names that begin with tool_ are tools.
ROLES = """
CREATE ROLE bench_owner LOGIN;
CREATE ROLE bench_app LOGIN;
CREATE ROLE bench_report LOGIN;
CREATE ROLE tool_super LOGIN SUPERUSER;
CREATE ROLE tool_owner LOGIN IN ROLE bench_owner, pg_read_all_stats, pg_signal_backend;
CREATE ROLE tool_grant LOGIN IN ROLE bench_owner, pg_read_all_stats;
CREATE ROLE tool_plain LOGIN IN ROLE bench_owner;
GRANT bench_app TO bench_report;
"""

LOG_LINE = re.compile(r"^\S+ \S+ \S+ \[\d+\] (\S*) ([0-9A-Z]{5}) (?:ERROR|FATAL):")


def debian_folders() -> list[Path]:
    """Of server programs, the newest last."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))


def pgbench_for(bin_folder: Path) -> Path:
    """The server's own, or Debian's newest where a server comes without client programs."""
    found = [folder / "pgbench" for folder in (bin_folder, *reversed(debian_folders())) if (folder / "pgbench").exists()]
    if not found:
        raise FileNotFoundError("pgbench is not here; run scripts/install-dependencies build")
    return found[0]


class Cluster:
    def __init__(self, folder: Path, bin_folder: Path):
        self.folder, self.pgbench = folder, pgbench_for(bin_folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [str(ROOT / "scripts/scratch-server"), "start", str(folder), "--durable", "--port", str(self.port),
                   "--bin", str(bin_folder)]
        for name, value in SETTINGS.items():
            command += ["--set", f"{name}={value}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        subprocess.run([str(ROOT / "scripts/scratch-server"), "stop", str(self.folder)], check=True)

    def url(self, role: str, port: int | None = None) -> str:
        return f"postgres://{role}@127.0.0.1:{port or self.port}/{DATABASE}?sslmode=disable"

    def connect(self, role: str = "postgres", name: str = "lockbench"):
        """A connection in autocommit."""
        connection = psycopg2.connect(self.url(role), application_name=name)
        connection.autocommit = True
        return connection

    @contextmanager
    def session(self, role: str = "postgres"):
        connection = self.connect(role)
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def run(self, text: str, role: str = "postgres") -> None:
        with self.session(role) as cursor:
            cursor.execute(text)

    def value(self, text: str, parameters=None):
        with self.session() as cursor:
            cursor.execute(text, parameters)
            row = cursor.fetchone()
            return row[0] if row else None

    def fill(self, scale: int) -> None:
        """Roles, the database, and pgbench's tables, which bench_owner owns and bench_app may use."""
        first = psycopg2.connect(self.url("postgres").replace(f"/{DATABASE}", "/postgres"))
        first.autocommit = True
        with first.cursor() as cursor:
            cursor.execute(ROLES)
            if first.server_version >= 150000:
                cursor.execute("GRANT SET ON PARAMETER deadlock_timeout TO tool_grant")
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER bench_owner")
        first.close()
        self.run("GRANT CREATE, USAGE ON SCHEMA public TO bench_owner;"
                 "ALTER DEFAULT PRIVILEGES FOR ROLE bench_owner GRANT ALL ON TABLES TO bench_app")
        self.run("CREATE SEQUENCE loop_attempts", "bench_owner")
        command = [str(self.pgbench), "-i", "-q", "-I", "dtGvp", "-s", str(scale), self.url("bench_owner")]
        subprocess.run(command, check=True, capture_output=True)
        for table in ("accounts", "branches", "tellers", "history"):
            self.run(f"ALTER TABLE pgbench_{table} SET (autovacuum_enabled = off)")

    def log_size(self) -> int:
        return (self.folder / "server.log").stat().st_size

    def errors_since(self, offset: int) -> list[tuple[str, str]]:
        """(role, SQLSTATE) of every error that the server has logged."""
        with (self.folder / "server.log").open(errors="replace") as log:
            log.seek(offset)
            return [(found[1], found[2]) for found in map(LOG_LINE.match, log) if found]

    def end_tool_sessions(self) -> None:
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'tool\\_%'")

    def tool_sessions(self) -> int:
        return self.value("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'tool\\_%'")


def wait_for(condition, seconds: float, what: str, every: float = 0.05):
    """What `condition` returns once that is true. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not after {seconds:g} s")
        time.sleep(every)
