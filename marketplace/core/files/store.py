"""Where bytes are kept: five verbs, in a local folder or an S3-compatible bucket."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from config import Settings, WrongSetting
from marketplace.core.files.bucket import Bucket
from marketplace.core.files.keys import Missing, place_of


class Store(Protocol):
    """What a place for files can do; a key is written once and never changes what it holds."""

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes under the key, whole or not at all."""

    def get(self, key: str) -> bytes:
        """All bytes of a key, or Missing."""

    def open(self, key: str) -> BinaryIO:
        """A key's bytes as a stream, or Missing."""

    def exists(self, key: str) -> bool:
        """Whether the key holds something."""

    def delete(self, key: str) -> None:
        """Forget the key; nothing happens where it holds nothing."""


def digest(content: bytes) -> str:
    """The name of content: its SHA-256."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class Folder:
    """A store in a local folder, its files spread over 256 folders."""

    root: Path

    def put(self, key: str, content: bytes) -> None:
        """Write beside the place, reach the disk, then rename: a reader never sees half a file."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o640)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _reach_disk(path.parent)

    def get(self, key: str) -> bytes:
        """All bytes of a key, or Missing."""
        with self.open(key) as file:
            return file.read()

    def open(self, key: str) -> BinaryIO:
        """A key's bytes as a stream, or Missing."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise Missing(key) from None

    def exists(self, key: str) -> bool:
        """Whether the key holds something."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Forget the key; nothing happens where it holds nothing."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.root / place_of(key)


def _reach_disk(folder: Path) -> None:
    """Make a rename outlast a power cut, where the system can open folders."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def store_of(settings: Settings) -> Store:
    """The store that MEDIA_URL names; a wrong one stops with a sentence."""
    if settings.media_url.startswith("s3://"):
        return Bucket(settings.media_url)
    if "://" in settings.media_url:
        raise WrongSetting("MEDIA_URL must be a folder or begin with s3://.")
    return Folder(Path(settings.media_url))


def store() -> Store:
    """The store of the current application."""
    return store_of(current_app.config["SETTINGS"])
