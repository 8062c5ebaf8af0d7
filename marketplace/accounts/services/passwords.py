"""Passwords: hashed with Argon2id, a few at once, and compared in the same time whether an account exists or not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marketplace.accounts.models import SHORTEST_PASSWORD
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

# each hash takes 64 MiB for part of a second: more at once would take the machine down with them
AT_ONCE = 20
PATIENCE_SECONDS = 10.0
COMMON = frozenset(
    {"12345678", "123456789", "1234567890", "87654321", "password", "password1", "qwertyuiop", "qwerty123"}
    | {"matkhau1", "matkhau123", "vietnam123", "anhyeuem", "iloveyou", "abcd1234", "abc12345", "a1234567", "1q2w3e4r"}
)
# the hash of a password that nobody knows, made with the parameters of today
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$JM015HF2ESdt1I1CHlhF3Q$+jlsxZFGyfbwxG9f40ynYvAbWRig1vDEsCnJMergFwk"

_hasher = PasswordHasher()
_turns = BoundedSemaphore(AT_ONCE)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        raise Refused(_l("Very many people are signing in right now. Please try again in a moment."))
    try:
        yield
    finally:
        _turns.release()


def _as_bytes(password: str) -> bytes:
    """One spelling of a password, however a keyboard composes its accents."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def hashed(password: str) -> str:
    """The Argon2id hash that is stored for a password; slow on purpose, so never inside a transaction."""
    with _turn():
        return _hasher.hash(_as_bytes(password))


def new_hash(password: str, *about: str | None) -> str:
    """The hash of a password to be set; one that is short or guessed first is refused."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(_l("At least %(least)s characters, please.", least=SHORTEST_PASSWORD), field="password")
    if is_guessable(password, *about):
        raise Refused(_l("This password is guessed first. A few words in a row are safer."), field="password")
    return hashed(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether a password belongs to a stored hash; without a hash the same work is done for nothing."""
    with _turn():
        try:
            return _hasher.verify(stored or NOBODY, _as_bytes(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_guessable(password: str, *about: str | None) -> bool:
    """A password that others try first: a common one, one letter repeated, or what everybody knows about its owner."""
    plain = password.strip().lower()
    known = {part.lower() for one in about if one for part in (one, one.partition("@")[0])}
    return plain in COMMON | known or len(set(plain)) < 3
