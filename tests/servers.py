"""The real server on loopback, with a database and a worker of its own, for journeys in a browser."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from config import Settings

ROOT = Path(__file__).resolve().parent.parent
# a busy machine takes its time
START_SECONDS = 120


def free_port() -> int:
    """A port of loopback that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_with_parent() -> None:
    """Run in a child before it starts: on Linux it is told to stop when this process is killed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment from which another process reads the same settings."""
    given = {name.upper(): getattr(settings, name) for name in Settings.__slots__}
    words = {name: ("1" if value else "0") if isinstance(value, bool) else str(value) for name, value in given.items()}
    return {**os.environ, **{name: value for name, value in words.items() if value}}


@contextmanager
def answering(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    """A small server on a port of its own that answers as the handler says."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class LiveServer:
    """gunicorn and the worker, as dev.py runs them, on one database."""

    settings: Settings
    folder: Path
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What server and worker have said so far."""
        return (self.folder / "server.log").read_text(errors="replace")

    def command(self, *words: str) -> str:
        """Run `flask --app marketplace …` on this server's database and hand back what it printed."""
        told = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "marketplace", *words],
            cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if told.returncode:
            raise RuntimeError(f"flask {' '.join(words)} failed:\n{told.stdout}{told.stderr}")
        return told.stdout

    def start(self, *, worker: bool = True) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        flags = ["--worker-class", "gthread", "--threads", "8", "--bind", f"127.0.0.1:{self.port}"]
        flags += ["--no-control-socket", "--graceful-timeout", "2", "--log-level", "warning"]
        self._launch("-m", "gunicorn", *flags, "marketplace:create_app()")
        if worker:
            self._launch("-m", "flask", "--app", "marketplace", "jobs", "work")
        self._wait()

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def _environment(self) -> dict[str, str]:
        return {**environment_of(self.settings), "SITE_URL": self.url, "PYTHONUNBUFFERED": "1"}

    def _launch(self, *words: str) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, *words],
                    cwd=ROOT,
                    env=self._environment(),
                    stdout=log,
                    stderr=log,
                    preexec_fn=end_with_parent,
                )
            )

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.processes[0].poll() is None:
            try:
                urlopen(f"{self.url}/healthz", timeout=2).close()  # noqa: S310 - an address of ours
                return
            except HTTPError:
                break
            except OSError:
                pass
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"The server did not start:\n{self.log}")
