"""Who is measured: how each gets its migrations and how it is run.

A contender is an object with `name`, `note`, `prepare(folder, count)`, `up(folder, url)` and `status(folder, url)`. The
last two yield a Command, or None where the tool has no such command. Every contender creates the same tables and reaches
the same server in the same way, over loopback without TLS.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

NPM_PACKAGES = {"dbmate": "2.36.0", "node-pg-migrate": "9.0.0", "pg": "8.23.1"}
NODE_FOR_NODE_PG_MIGRATE = (20, 11)
FIRST_VERSION = 20260101000000


class Unavailable(Exception):
    """The contender cannot run here; the text says why and what to do."""


@dataclass
class Command:
    arguments: list[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)


def version(index: int) -> int:
    return FIRST_VERSION + index


def create(index: int) -> str:
    return f"CREATE TABLE bench_{index:05d} (id bigint NOT NULL);"


def drop(index: int) -> str:
    return f"DROP TABLE bench_{index:05d};"


class Floor:
    """The least any runner that commits a migration at a time can do: psql, one connection, one script."""

    name = "floor"
    note = "psql fed BEGIN, CREATE TABLE, INSERT INTO history, COMMIT for each, on one connection"

    def prepare(self, folder: Path, count: int) -> None:
        history = "CREATE TABLE history (version bigint PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL);\n"
        steps = (
            f"BEGIN; {create(i)} INSERT INTO history VALUES ({version(i)}, 'create_bench_{i:05d}', now()); COMMIT;\n"
            for i in range(1, count + 1)
        )
        (folder / "up.sql").write_text(history + "".join(steps))

    def up(self, folder: Path, url: str) -> Command:
        if (folder / "done").exists():
            return self.status(folder, url)
        (folder / "done").touch()
        return Command(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "up.sql"], folder)

    def status(self, folder: Path, url: str) -> Command:
        read = "SELECT version, name, applied_at FROM history ORDER BY version"
        return Command(["psql", "-X", "-q", "-A", "-t", "-d", url, "-c", read], folder)


class Slipway:
    name = "slipway"
    note = "slipway up; lock, journal, checksums and all"

    def __init__(self, program: Path):
        if not os.access(program, os.X_OK):
            raise Unavailable(f"{program} is not there; run scripts/quickstart --no-demo, or name another with --slipway")
        self.program = program.resolve()

    def prepare(self, folder: Path, count: int) -> None:
        migrations = folder / "migrations"
        migrations.mkdir()
        for i in range(1, count + 1):
            text = f"-- slipway:up\n{create(i)}\n\n-- slipway:down\n{drop(i)}\n"
            (migrations / f"{version(i)}_create_bench_{i:05d}.sql").write_text(text)

    def up(self, folder: Path, url: str) -> Command:
        return self._command(folder, url, "up")

    def status(self, folder: Path, url: str) -> Command:
        return self._command(folder, url, "status")

    def _command(self, folder: Path, url: str, verb: str) -> Command:
        environment = {"DATABASE_URL": url, "SLIPWAY_TLS": "from-connection-string"}
        return Command([str(self.program), verb], folder, environment)


class Dbmate:
    name = "dbmate"
    note = f"dbmate {NPM_PACKAGES['dbmate']}, without its schema dump"

    def __init__(self, npm_folder: Path):
        found = list(npm_folder.glob("node_modules/@dbmate/linux-*/bin/dbmate"))
        if not found:
            raise Unavailable("npm has no dbmate for this kind of machine")
        self.program = found[0]

    def prepare(self, folder: Path, count: int) -> None:
        migrations = folder / "migrations"
        migrations.mkdir()
        for i in range(1, count + 1):
            text = f"-- migrate:up\n{create(i)}\n\n-- migrate:down\n{drop(i)}\n"
            (migrations / f"{version(i)}_create_bench_{i:05d}.sql").write_text(text)

    def up(self, folder: Path, url: str) -> Command:
        return self._command(folder, url, "migrate")

    def status(self, folder: Path, url: str) -> Command:
        return self._command(folder, url, "status")

    def _command(self, folder: Path, url: str, verb: str) -> Command:
        options = ["--url", url, "--migrations-dir", "migrations", "--no-dump-schema"]
        return Command([str(self.program), *options, verb], folder)


class NodePgMigrate:
    name = "node-pg-migrate"
    note = f"node-pg-migrate {NPM_PACKAGES['node-pg-migrate']}, SQL files, a transaction for each (its default is one for all); it has no status"

    def __init__(self, npm_folder: Path):
        here = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        if tuple(int(part) for part in here.lstrip("v").split(".")[:2]) < NODE_FOR_NODE_PG_MIGRATE:
            raise Unavailable(f"node-pg-migrate needs node {'.'.join(map(str, NODE_FOR_NODE_PG_MIGRATE))}, and this is {here}")
        package = npm_folder / "node_modules" / "node-pg-migrate"
        programs = json.loads((package / "package.json").read_text())["bin"]
        self.program = package / programs["node-pg-migrate"]

    def prepare(self, folder: Path, count: int) -> None:
        migrations = folder / "migrations"
        migrations.mkdir()
        for i in range(1, count + 1):
            text = f"-- Up Migration\n{create(i)}\n\n-- Down Migration\n{drop(i)}\n"
            (migrations / f"{version(i)}_create-bench-{i:05d}.sql").write_text(text)

    def up(self, folder: Path, url: str) -> Command:
        options = ["--migrations-dir", "migrations", "--no-single-transaction", "up"]
        return Command(["node", str(self.program), *options], folder, {"DATABASE_URL": url})

    def status(self, folder: Path, url: str) -> None:
        return None


class Sqitch:
    name = "sqitch"
    note = "sqitch of Debian; it starts psql once for each change"

    def __init__(self) -> None:
        if shutil.which("sqitch") is None:
            raise Unavailable("sqitch is not here; run scripts/install-dependencies bench")

    def prepare(self, folder: Path, count: int) -> None:
        for name in ("deploy", "revert"):
            (folder / name).mkdir()
        (folder / "sqitch.conf").write_text('[core]\n  engine = pg\n[user]\n  name = Bench\n  email = bench@example.com\n')
        plan = ["%syntax-version=1.0.0", "%project=bench", ""]
        for i in range(1, count + 1):
            name = f"create_bench_{i:05d}"
            plan.append(f"{name} 2026-01-01T00:00:00Z Bench <bench@example.com> # a table")
            (folder / "deploy" / f"{name}.sql").write_text(f"BEGIN;\n{create(i)}\nCOMMIT;\n")
            (folder / "revert" / f"{name}.sql").write_text(f"BEGIN;\n{drop(i)}\nCOMMIT;\n")
        (folder / "sqitch.plan").write_text("\n".join(plan) + "\n")

    def up(self, folder: Path, url: str) -> Command:
        return Command(["sqitch", "deploy", self._target(url)], folder)

    def status(self, folder: Path, url: str) -> Command:
        return Command(["sqitch", "status", self._target(url)], folder)

    @staticmethod
    def _target(url: str) -> str:
        return "db:" + url.replace("postgres://", "pg://")


def install_npm_packages() -> Path:
    """Installs the npm contenders into a cache folder, without running any script of theirs, and yields the folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slipway-bench"
    folder = cache / "-".join(f"{name}_{number}" for name, number in sorted(NPM_PACKAGES.items()))
    if (folder / "complete").exists():
        return folder
    if shutil.which("npm") is None:
        raise Unavailable("npm is not here; run scripts/install-dependencies bench")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n')
    wanted = [f"{name}@{number}" for name, number in NPM_PACKAGES.items()]
    print("installing from npm:", ", ".join(wanted), file=sys.stderr)
    command = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", *wanted]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable("npm could not install " + ", ".join(wanted) + ": " + done.stderr.strip()[-500:])
    (folder / "complete").touch()
    return folder


def make(name: str, slipway_program: Path):
    """The contender of that name. Raises Unavailable when it cannot run here."""
    makers = {
        "floor": Floor,
        "slipway": lambda: Slipway(slipway_program),
        "dbmate": lambda: Dbmate(install_npm_packages()),
        "node-pg-migrate": lambda: NodePgMigrate(install_npm_packages()),
        "sqitch": Sqitch,
    }
    return makers[name]()


NAMES = ["slipway", "dbmate", "node-pg-migrate", "sqitch", "floor"]
