"""Which key the marketplace seals with: the one that production names, or one made here for trying out."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from config import INSTANCE, Settings
from marketplace.contracts.signatures.sealing import Seal, own_seal
from marketplace.core import clock

OWN_NAME = "Chợ OCOP liên tỉnh (con dấu dùng thử)"
OWN_FILE = "seal.pem"


class NoSeal(Exception):
    """This market issues real papers and has no key to seal them with."""


def seal_of(settings: Settings) -> Seal:
    """The seal of this market; SEAL_FILE holds its key, its certificate and those above it, as PEM.

    In production that is the operator's own organisation certificate from a licensed authority. A local market on
    SQLite and a demo make a key once that nobody vouches for.
    """
    if settings.seal_file:
        return _read(Path(settings.seal_file))
    if settings.testing:
        return _in_memory()
    if settings.demo or settings.database_url.startswith("sqlite"):
        return _kept(INSTANCE / OWN_FILE)
    raise NoSeal("SEAL_FILE must name a PEM file with the key and the certificate that papers are sealed with.")


@cache
def _read(path: Path) -> Seal:
    return Seal(path.read_bytes())


@cache
def _in_memory() -> Seal:
    return own_seal(OWN_NAME, made_at=clock.now())


def _kept(path: Path) -> Seal:
    """The local key; of two processes that make one at once, the first wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(own_seal(OWN_NAME, made_at=clock.now()).pem)
        if not path.exists():
            fresh.rename(path)
        fresh.unlink(missing_ok=True)
    return _read(path)
