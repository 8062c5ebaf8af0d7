"""What another program, poppler's pdfsig, says of the same files: each signature by the name of its field."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.contracts import paperwork as paper


@dataclass(frozen=True)
class Seen:
    """One signature as pdfsig sees it."""

    fits: str
    trusted: str
    whole: bool


def nss_database(folder: Path) -> Path:
    """A database of certificates that trusts the tests' authority."""
    (folder / "ca.der").write_bytes(paper.authority().certificate)
    made = f"sql:{folder}"
    for words in (["-N", "--empty-password"], ["-A", "-n", "trial", "-t", "CT,C,C", "-i", str(folder / "ca.der")]):
        subprocess.run(["certutil", *words, "-d", made], check=True, capture_output=True)
    return folder


def looked_at(file: bytes, database: Path) -> dict[str, Seen]:
    """Every signature that it finds."""
    path = database / "file.pdf"
    path.write_bytes(file)
    command = ["pdfsig", "-nssdir", str(database), str(path)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    found = {}
    for block in re.split(r"Signature #\d+:", told)[1:]:
        name = re.search(r"Signature Field Name: (.+)", block)
        if name:
            found[name[1].strip()] = _seen(block)
    return found


def _seen(block: str) -> Seen:
    fits = re.search(r"Signature Validation: (.+)", block)
    trusted = re.search(r"Certificate Validation: (.+)", block)
    whole = re.search(r"- Total document signed", block) is not None
    return Seen(fits[1] if fits else "", trusted[1] if trusted else "", whole)
