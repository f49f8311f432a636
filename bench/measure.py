"""Runs one command and says how long it took and how much memory it held."""

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from contenders import Command


class CommandFailed(Exception):
    pass


def client_programs() -> str:
    """Where the real psql is: on Debian the one on the PATH is a script that looks for it, for 40 ms a start."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    return str(folders[-1]) if folders else ""


@dataclass
class Measurement:
    seconds: float
    peak_bytes: int  # of the largest process: the command or one that it started and waited for


def run(command: Command, log: Path) -> Measurement:
    """Standard output and error go to `log`. Raises CommandFailed when the command does not end with 0.

    The peak comes from GNU time: a child that Python starts itself begins its life with the memory of Python on its account.
    """
    gnu_time = shutil.which("time")
    if gnu_time is None:
        raise CommandFailed("GNU time is not here; run scripts/install-dependencies bench")
    search = client_programs() + os.pathsep + os.environ.get("PATH", "")
    environment = {**os.environ, "PATH": search, "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
                   "PGSSLMODE": "disable", **command.environment}
    with tempfile.NamedTemporaryFile() as peak, log.open("wb") as output:
        arguments = [gnu_time, "-q", "-o", peak.name, "-f", "%M", *command.arguments]
        started = time.monotonic()
        done = subprocess.run(arguments, cwd=command.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=output, stderr=subprocess.STDOUT, check=False)
        seconds = time.monotonic() - started
        kibibytes = peak.read().split()
    if done.returncode != 0:
        tail = log.read_text(errors="replace")[-2000:]
        raise CommandFailed(f"{' '.join(command.arguments)} ended with {done.returncode}:\n{tail}")
    return Measurement(seconds, int(kibibytes[-1]) * 1024)
