#!/usr/bin/env python3
"""Run, test, check and measure the marketplace on a machine that has only Python 3.11 to 3.13.

    python3 dev.py run            install, create the database, load the demo, serve http://127.0.0.1:8000
    python3 dev.py test [ARGS]    every test on SQLite and on PostgreSQL; ARGS go to pytest
    python3 dev.py check          lint, types, floors, translations, HTML
    python3 dev.py bench [ARGS]   the benchmark

Nothing is installed twice: .venv carries a stamp of the lock it was made from. Standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
RUN, DEV = "requirements.txt", "requirements-dev.txt"
VNU = "26.9.27"
USABLE = ((3, 11), (3, 12), (3, 13))
CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def say(text: str) -> None:
    print(text, flush=True)


def fail(text: str) -> None:
    sys.exit(f"dev.py: {text}")


def call(*command: object, **environment: str) -> int:
    """Run a command in the project's folder and hand back its exit code."""
    return subprocess.run([str(word) for word in command], cwd=ROOT, env={**os.environ, **environment}).returncode


# --- the environment -------------------------------------------------------------------------------------------------


def answers_as(python: str) -> tuple[int, ...]:
    ask = "import sys; print(*sys.version_info[:2])"
    with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):
        told = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=20)
        return tuple(int(part) for part in told.stdout.split())
    return ()


def usable_python() -> str:
    """The running Python where it will do, else the first of 3.13, 3.12, 3.11 that really starts."""
    if sys.version_info[:2] in USABLE:
        return sys.executable
    for major, minor in reversed(USABLE):
        found = shutil.which(f"python{major}.{minor}")
        if found and answers_as(found) == (major, minor):
            return found
    running = ".".join(map(str, sys.version_info[:2]))
    fail(f"Python 3.11, 3.12 or 3.13 is needed; this is {running} and no other was found on the PATH.")
    raise AssertionError


def lock_hash(requirements: str) -> str:
    return f"{requirements} {hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()}"


def ensure(requirements: str) -> None:
    """Make .venv hold what the lock names; the second call only reads the stamp."""
    stamp = VENV / "installed"
    held = stamp.read_text().splitlines() if stamp.exists() else []
    if lock_hash(requirements) in held and answers_as(str(PYTHON)) in USABLE:
        return
    if answers_as(str(PYTHON)) not in USABLE:
        make_venv()
    say(f"Installing {requirements} into .venv (only when it has changed) ...")
    began = time.monotonic()
    if not (install_with_uv(requirements) or install_with_pip(requirements)):
        fail(f"the packages of {requirements} could not be installed; the lines above say why.")
    # requirements-dev.txt holds everything that requirements.txt does
    stamp.write_text("\n".join(map(lock_hash, (RUN, DEV) if requirements == DEV else (RUN,))))
    say(f"Installed in {time.monotonic() - began:.0f} s.")


def make_venv() -> None:
    python = usable_python()
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian's python3 without python3-venv has no ensurepip: there the machine's own pip installs into the environment
    for flags in ([], ["--without-pip"]):
        if subprocess.run([python, "-m", "venv", *flags, str(VENV)], capture_output=True).returncode == 0:
            return
        shutil.rmtree(VENV, ignore_errors=True)
    fail(f"{python} cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv")


def pip_has_own_index() -> bool:
    """pip's settings may name a private index that uv does not read."""
    names = ("INDEX_URL", "EXTRA_INDEX_URL", "NO_INDEX", "FIND_LINKS")
    if any(os.environ.get(f"PIP_{name}") for name in names):
        return True
    told = subprocess.run([*pip(), "config", "list"], capture_output=True, text=True) if pip() else None
    return told is not None and any(word in told.stdout for word in ("index-url", "no-index", "find-links"))


def install_with_uv(requirements: str) -> bool:
    uv = shutil.which("uv")
    told = any(os.environ.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX"))
    if not uv or (pip_has_own_index() and not told):
        return False
    return call(uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", requirements) == 0


def pip() -> list[str]:
    """The environment's own pip, else the one of the machine that can install into it."""
    for python, target in ((str(PYTHON), []), (usable_python(), ["--python", str(PYTHON)])):
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
            return [python, "-m", "pip", *target]
    return []


def install_with_pip(requirements: str) -> bool:
    command = pip()
    if not command:
        fail("there is neither pip nor uv; on Debian or Ubuntu: apt-get install python3-venv")
    flags = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    return call(*command, "install", *flags, "-r", requirements) == 0


# --- run -------------------------------------------------------------------------------------------------------------


def flask(*words: str) -> list[str]:
    return [str(PYTHON), "-m", "flask", "--app", "marketplace", *words]


def chosen_port() -> int:
    named = os.environ.get("PORT") or "8000"
    if not (named.isascii() and named.isdecimal() and 0 < int(named) < 65536):
        fail(f"PORT must be a number from 1 to 65535, not {named!r}.")
    return int(named)


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if not WINDOWS:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(
                f"port {port} on {host} cannot be used ({error.strerror}): another program, perhaps an earlier run, "
                f"holds it. Stop that one, or choose another port: PORT={port + 1} python3 dev.py run"
            )


def server_command(host: str, port: int) -> list[str]:
    if WINDOWS:
        return flask("run", "--host", host, "--port", str(port), "--with-threads", "--no-reload")
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    workers = os.environ.get("WEB_CONCURRENCY") or str(min(2, os.cpu_count() or 1))
    flags = ["--worker-class", "gthread", "--threads", "8", "--workers", workers, "--reuse-port", "--no-control-socket"]
    flags += ["--log-level", "warning", "--graceful-timeout", "5"]
    return [str(PYTHON), "-m", "gunicorn", *flags, "--bind", bind, "marketplace:create_app()"]


def end_with_parent() -> None:
    """On Linux a killed dev.py takes its server and worker with it."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, preexec_fn=None if WINDOWS else end_with_parent)


def wait_until_served(server: subprocess.Popen[bytes], host: str, port: int) -> None:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while server.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection((reachable, port), timeout=1).close()
            return
        time.sleep(0.05)
    fail("the server did not start; the lines above say why.")


class Pair:
    """The web server and the worker of the job table; they start together and stop together."""

    def __init__(self, serve: list[str], work: list[str]) -> None:
        self.serve, self.work = serve, work
        self.server, self.worker = start(serve), start(work)
        self.restarts = 0

    def watch(self) -> int:
        """Stay until the server ends; a worker that dies is started again, ever more slowly."""
        while True:
            ended = self.server.poll()
            if ended is not None:
                return ended
            if self.worker.poll() is not None:
                self.restarts += 1
                say(f"The worker ended with {self.worker.returncode}; starting it again.")
                time.sleep(min(30, self.restarts))
                self.worker = start(self.work)
            time.sleep(0.2)

    def stop(self) -> None:
        both = (self.server, self.worker)
        for process in both:
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + 10
        for process in both:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def stop_on_signal(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(args: list[str]) -> int:
    host, port = os.environ.get("HOST") or "127.0.0.1", chosen_port()
    refuse_taken_port(host, port)
    ensure(RUN)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    os.environ.setdefault("SITE_URL", address)
    accounts = prepare_database()
    pair = Pair(server_command(host, port), flask("jobs", "work"))
    signal.signal(signal.SIGTERM, stop_on_signal)
    try:
        wait_until_served(pair.server, host, port)
        say(f"\n{accounts}\nThe marketplace is open at {address}   (Ctrl-C stops it)\n")
        return pair.watch()
    except KeyboardInterrupt:
        say("\nStopping ...")
        return 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        pair.stop()


# the steps in one process: loading the application takes longer than any of them on a database that is ready
STEPS = ("db upgrade", "demo load", "demo accounts")
PREPARE = """
import sys
from flask.cli import ScriptInfo
from marketplace import create_app

app = create_app()
for step, words in enumerate(sys.argv[1:], start=10):
    try:
        app.cli.main(words.split(), "flask", obj=ScriptInfo(create_app=lambda: app))
    except SystemExit as end:
        if end.code:
            sys.exit(step)
"""


def prepare_database() -> str:
    """Bring the database up to date and load the demo into an empty one; what the steps told, the accounts last."""
    say("Preparing the database ...")
    told = subprocess.run([str(PYTHON), "-c", PREPARE, *STEPS], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")
    if told.returncode == 0:
        os.environ.setdefault("DEMO", "1")
        return told.stdout
    if told.returncode != 11:
        fail("the database could not be prepared; the lines above say why.")
    # `demo load` changes nothing in a database that holds the demo, and refuses one that holds anything else
    say("The demo was not loaded; what this database holds stays as it is.")
    return ""


# --- test, check, bench ----------------------------------------------------------------------------------------------


def get_html_validator() -> None:
    """The Nu HTML checker, where this machine has the Java and npm that it needs; tests say so where it is missing."""
    jar = VENV / "vnu/node_modules/vnu-jar/build/dist/vnu.jar"
    npm = shutil.which("npm")
    if jar.exists() or not npm or not shutil.which("java"):
        return
    say("Getting the HTML checker (once) ...")
    call(npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts",
         "--prefix", VENV / "vnu", f"vnu-jar@{VNU}")  # fmt: skip


def pytest(*args: str, database: str) -> int:
    say(f"\n=== pytest on {database} {' '.join(args)}")
    chosen = any(arg in ("--pdb", "-n", "-x", "--co") or arg.startswith(("-n", "--numprocesses")) for arg in args)
    flags = ["-rs"] if chosen else ["-rs", "-n", "2", "--dist", "loadfile"]
    return call(PYTHON, "-m", "pytest", *flags, *args, TEST_DATABASE=database)


def test(args: list[str]) -> int:
    """Everything on SQLite, then on PostgreSQL what touches a database; CI checks the source first."""
    ensure(DEV)
    get_html_validator()
    checked = check_source() if CI else 0
    first = pytest(*args, database="sqlite")
    if first not in (0, 1):
        return first
    second = pytest(*args, database="postgresql")
    # a narrow choice of tests may hold none for the second database
    return checked or first or (0 if second == 5 and args else second)


def check_source() -> int:
    commands = {
        "lint": ("ruff", "check", "."),
        "format": ("ruff", "format", "--check", "--output-format", "concise", "."),
        "types": ("mypy",),
        "floors and rooms": ("importlinter", "--no-logo"),
    }
    wrong = []
    for name, (module, *words) in commands.items():
        say(f"\n=== {name}: {module} {' '.join(words)}")
        program = [VENV / "bin/lint-imports"] if module == "importlinter" else [PYTHON, "-m", module]
        if call(*program, *words):
            wrong.append(name)
    if wrong:
        say(f"\nTo mend: {', '.join(wrong)}.")
    return 1 if wrong else 0


def check(args: list[str]) -> int:
    """What needs no database: lint, types, floors; and the tests of the architecture, translations and HTML."""
    ensure(DEV)
    get_html_validator()
    source = check_source()
    folders = [folder for folder in ("tests/architecture", "tests/pages") if (ROOT / folder).exists()]
    return pytest(*folders, *args, database="sqlite") or source


def bench(args: list[str]) -> int:
    ensure(DEV)
    return call(PYTHON, "-m", "bench", *args)


COMMANDS = {"run": run, "test": test, "check": check, "bench": bench}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        say(__doc__.strip())
        return 0 if sys.argv[1:] in ([], ["-h"], ["--help"]) else 2
    os.chdir(ROOT)
    # without the compiled modules that it keeps, Python needs twice as long for each start
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"):
        os.environ.pop(name, None)
    os.environ.setdefault("PYTHONUTF8", "1")
    # eight threads with heaps of their own would hold on to twice as much
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
