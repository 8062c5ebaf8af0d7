"""Which key the marketplace seals with: the one that production names, or one made here for trying out."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import structlog

from config import INSTANCE, Settings, WrongSetting
from marketplace.contracts.signatures.sealing import Seal, fault_of, own_seal
from marketplace.core import clock

log = structlog.get_logger()

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


def check(settings: Settings) -> None:
    """A file that cannot be sealed with stops the start; none at all is told in the log where papers are real."""
    if not settings.seal_file:
        if settings.database_url.startswith("postgresql") and not settings.demo and not settings.testing:
            log.warning("no_seal_file")
        return
    try:
        fault = fault_of(_read(Path(settings.seal_file)))
    except OSError:
        fault = "it cannot be read"
    if fault:
        raise WrongSetting(f"SEAL_FILE cannot be used: {fault}.")


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
