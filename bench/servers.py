"""Real servers on loopback: gunicorn as dev.py starts it, two processes of eight threads."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.load import Browser

ROOT = Path(__file__).resolve().parent.parent
MARKET, BARE = "marketplace:create_app()", "bench.bare:create_app()"
PROCESSES, THREADS = 2, 8
LONGEST_START = 60


def environment(database_url: str, folder: Path) -> dict[str, str]:
    """The settings of every process of a run; limits are far above what a run asks for."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DEMO", "REDIS_URL", "HTTPS"}}
    return kept | {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of the benchmark",
        "AUDIT_KEY": "an audit key of the benchmark",
        "MEDIA_URL": str(folder / "media"),
        "MAIL_URL": "mailbox:",
        "SITE_URL": "http://127.0.0.1",
        "WRITES_PER_MINUTE": "100000000",
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def free_port() -> int:
    """A port of loopback that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_with_parent() -> None:
    """Run in a child before it starts: on Linux it stops when the benchmark is killed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@dataclass
class Server:
    """One application served on one database; `started` is the seconds from nothing to the first page."""

    application: str
    database_url: str
    folder: Path
    port: int = field(default_factory=free_port)
    started: float = 0.0

    def start(self, first: str) -> Server:
        """Start it and wait for its first page."""
        flags = ["--worker-class", "gthread", "--threads", str(THREADS), "--workers", str(PROCESSES), "--reuse-port"]
        flags += ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket", "--log-level", "warning"]
        flags += ["--graceful-timeout", "2", "--keep-alive", "15"]
        log = (self.folder / "server.log").open("ab")
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *flags, self.application],
            cwd=ROOT, env=environment(self.database_url, self.folder), stdout=log, stderr=log,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - started from the main thread
        )  # fmt: skip
        self._wait(first, begun + LONGEST_START)
        self.started = time.monotonic() - begun
        return self

    def _wait(self, first: str, end: float) -> None:
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(OSError):
                status, _, body = Browser(self.port).request("GET", first)
                if status == 200:
                    return
                raise RuntimeError(f"{first} answered {status}: {body[:300]!r}; the log is {self.folder}/server.log")
            time.sleep(0.03)
        raise RuntimeError(f"The server did not start; its log is {self.folder}/server.log")

    def stop(self) -> None:
        """Stop it and wait for its end."""
        self.process.terminate()
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def memory(self) -> float | None:
        """Megabytes that the largest worker holds now (Linux only)."""
        with suppress(OSError, ValueError):
            listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
            return max(_resident(pid) for pid in listed.split())
        return None


def _resident(pid: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def serving(application: str, database_url: str, folder: Path, first: str) -> Iterator[Server]:
    """A server for a while."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(application, database_url, folder)
    try:
        yield server.start(first)
    finally:
        server.stop()
