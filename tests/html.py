"""Is a page valid HTML? The Nu HTML checker answers, as a server of ours on loopback, started when first asked."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.servers import ROOT, end_with_parent, free_port

VNU = Path("vnu/node_modules/vnu-jar/build/dist/vnu.jar")
# notes that only point at another message
SILENT = re.compile("The first occurrence of ID")


def assert_valid_html(text: str, where: str) -> None:
    """Fail with every error and warning the checker has for this page; skip where the checker cannot run."""
    found = complaints(text)
    assert not found, f"{where} is not valid HTML:\n" + "\n".join(found)


def complaints(text: str) -> list[str]:
    """What the checker says of a whole document, one line a message."""
    answer = _ask(checker(), text)
    return [_line(message) for message in answer["messages"] if not SILENT.search(message.get("message", ""))]


def _line(message: dict[str, Any]) -> str:
    extract = " ".join(message.get("extract", "").split())
    return f"  line {message.get('lastLine', '?')}: {message.get('message', '')}  … {extract}"


def _ask(url: str, text: str) -> dict[str, Any]:
    request = Request(url, text.encode(), {"Content-Type": "text/html; charset=utf-8"})  # noqa: S310 - loopback
    with urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        told: dict[str, Any] = json.load(answer)
    return told


def _jar() -> Path:
    java, jar = shutil.which("java"), ROOT / ".venv" / VNU
    if named := os.environ.get("VNU_JAR"):
        jar = Path(named)
    if not java:
        pytest.skip("HTML is not checked: no Java on the PATH (Debian: apt-get install default-jre-headless npm)")
    if not jar.exists():
        pytest.skip("HTML is not checked: the Nu HTML checker is not installed (python3 dev.py test gets it with npm)")
    return jar


@cache
def checker() -> str:
    """The address of the checker, which serves until this process ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/?out=json"
    command = [
        "java",
        "-Xmx512m",
        "-Xss16m",
        "-XX:TieredStopAtLevel=1",
        "-Dnu.validator.servlet.bind-address=127.0.0.1",
    ]
    server = subprocess.Popen(
        [*command, "-cp", str(_jar()), "nu.validator.servlet.Main", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )
    atexit.register(server.kill)
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        with suppress(URLError, OSError):
            _ask(url, "<!doctype html><html lang=vi><title>Sẵn sàng</title></html>")
            return url
        time.sleep(0.1)
    raise RuntimeError("The HTML checker did not start.")
