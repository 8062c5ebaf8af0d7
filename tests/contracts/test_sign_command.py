"""The command at the signer's side, where something goes wrong there: one sentence, nothing signed, no traceback."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from config import ROOT
from tests.servers import answering

ISSUED = b"%PDF-1.7 issued"
TASK = {
    "title": "Hợp đồng", "agreement": "HD-2026-000001", "number": "01/2026/HĐMB", "seller": "A", "buyer": "B",
    "signs_for": "A", "tax_code": "0100233488", "side": "seller", "sha256": hashlib.sha256(ISSUED).hexdigest(),
    "document": "/document.pdf", "certificate": "/certificate",
}  # fmt: skip


class Answering(BaseHTTPRequestHandler):
    """A site that knows one code."""

    def do_GET(self) -> None:
        known = {"/sign/GOOD": json.dumps(TASK).encode(), "/document.pdf": ISSUED}
        content = known.get(self.path, b'{"error": "no such code"}')
        self.send_response(200 if self.path in known else 404)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: Any) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    with answering(Answering) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def run(site: str, code: str, *words: str, said: str = "") -> str:
    """What the command says where it signs nothing."""
    command = [sys.executable, str(ROOT / "tools" / "sign.py"), code, "--site", site, *words]
    environment = {**os.environ, "SIGN_PIN": "1", "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run(command, input=said, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert told.stderr.startswith("Nothing was signed: ")
    return told.stderr


def test_a_file_that_is_not_there_is_no_wrong_pin(site: str, tmp_path: Path) -> None:
    told = run(site, "GOOD", "--token", str(tmp_path / "none.p12"), "--yes")
    assert "cannot be read" in told
    assert "PIN" not in told


def test_whoever_says_no_is_told_that_nothing_was_signed(site: str, tmp_path: Path) -> None:
    assert "you said no" in run(site, "GOOD", "--token", str(tmp_path / "none.p12"), said="no\n")


def test_an_answer_that_never_comes_signs_nothing(site: str, tmp_path: Path) -> None:
    assert "broken off" in run(site, "GOOD", "--token", str(tmp_path / "none.p12"))


def test_a_document_that_cannot_be_kept_is_not_signed(site: str, tmp_path: Path) -> None:
    words = ("--token", str(tmp_path / "none.p12"), "--yes", "--save", str(tmp_path / "nowhere" / "a.pdf"))
    assert "cannot be kept there" in run(site, "GOOD", *words)


@pytest.mark.parametrize("code", ["GO OD", "../document.pdf", "GOOD\x7f", "mã?x=1", ""])
def test_a_code_is_only_a_code(site: str, code: str, tmp_path: Path) -> None:
    assert "no such code" in run(site, code, "--token", str(tmp_path / "none.p12"), "--yes")
