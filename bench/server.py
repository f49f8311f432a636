"""The PostgreSQL of a measurement."""

import socket
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Server:
    """A PostgreSQL of our own with its default durability, on disk."""

    def __init__(self, folder: Path, bin_folder: str | None, settings: tuple[str, ...] = ()):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [str(ROOT / "scripts/scratch-server"), "start", str(folder), "--durable", "--port", str(self.port)]
        if bin_folder:
            command += ["--bin", bin_folder]
        for one in settings:
            command += ["--set", one]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def sql(self, text: str, database: str = "postgres") -> str:
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c", text]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def stop(self) -> None:
        subprocess.run([str(ROOT / "scripts/scratch-server"), "stop", str(self.folder)], check=True)
