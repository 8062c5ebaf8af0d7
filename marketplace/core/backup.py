"""The whole market in one file and back: a consistent copy of the database, the media folder, and a manifest of both.

The manifest names the schema's revision, the head of the trail, how many rows each table has and the hash of every
part, so that nothing is restored from a file that is not what was written.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, Connection

from config import Settings
from marketplace.core import clock, migrating
from marketplace.core.database import db

FORMAT = 1
MANIFEST = "manifest.json"
MEDIA = "media"
PARTS = {"sqlite": "database.sqlite3", "postgresql": "database.sql"}
CHUNK = 1 << 20


class BackupFault(Exception):
    """Nothing was written or restored; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds: rows by table, SHA-256 by part, the trail's head as number and seal."""

    format: int
    made_at: str
    database: str
    revision: str
    audit_number: int
    audit_head: str
    counts: dict[str, int]
    parts: dict[str, str]


# --- writing ---------------------------------------------------------------------------------------------------------


def write(settings: Settings, path: Path) -> Manifest:
    """Write a backup while the market goes on; the file appears whole or not at all."""
    if path.exists():
        raise BackupFault(f"{path} exists already; a backup never overwrites a file.")
    media = _media_of(settings)
    with _beside(path) as folder:
        facts = _copy_database(settings, folder)
        unfinished = folder / "unfinished.tar.gz"
        manifest = _pack(unfinished, folder / PARTS[facts["database"]], media, facts)
        unfinished.chmod(0o600)
        unfinished.replace(path)
    return manifest


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A folder on the same disk that is gone afterwards."""
    if not path.resolve().parent.is_dir():
        raise BackupFault(f"There is no folder {path.resolve().parent}.")
    with tempfile.TemporaryDirectory(dir=path.resolve().parent, prefix=".backup-") as name:
        yield Path(name)


def _media_of(settings: Settings) -> Path:
    if "://" in settings.media_url:
        raise BackupFault(
            "MEDIA_URL names no folder: back up that store with its own tools, the database with pg_dump."
        )
    return Path(settings.media_url)


def _copy_database(settings: Settings, folder: Path) -> dict[str, Any]:
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        return _copy_sqlite(folder / PARTS["sqlite"])
    return _dump_postgresql(settings, folder / PARTS["postgresql"])


def _copy_sqlite(to: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(str(db.engine.url.database))) as source:
        source.execute("VACUUM INTO ?", (str(to),))
    engine = create_engine(f"sqlite:///{to}")
    try:
        with engine.connect() as copy:
            return {"database": "sqlite", **_facts(copy)}
    finally:
        engine.dispose()


def _dump_postgresql(settings: Settings, to: Path) -> dict[str, Any]:
    """pg_dump reads the same snapshot that the manifest's figures are counted in."""
    engine = db.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        flags = [
            "--format=plain",
            "--no-owner",
            "--no-privileges",
            "--schema=public",
            f"--snapshot={snapshot}",
            f"--file={to}",
        ]
        _run(settings, "pg_dump", *flags, folder=to.parent)
        return {"database": "postgresql", **_facts(connection)}


def _facts(connection: Connection) -> dict[str, Any]:
    tables = sorted(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        raise BackupFault("This database holds no market: run `flask --app marketplace db upgrade` first.")
    # names come from the database itself
    counts = {name: int(connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0) for name in tables}  # noqa: S608
    last = "SELECT seal_number, seal FROM audit_entries WHERE seal_number IS NOT NULL ORDER BY seal_number DESC LIMIT 1"
    head = connection.execute(text(last)).first()
    return {
        "revision": str(connection.scalar(text("SELECT version_num FROM alembic_version"))),
        "audit_number": int(head[0]) if head else 0,
        "audit_head": str(head[1]) if head else "",
        "counts": counts,
    }


def _pack(to: Path, database: Path, media: Path, facts: dict[str, Any]) -> Manifest:
    """The database was copied first, so every picture that its rows name is in the folder by now."""
    found = sorted(path for path in media.rglob("*") if path.is_file() and not path.name.startswith("."))
    named = {database.name: database, **{f"{MEDIA}/{path.relative_to(media).as_posix()}": path for path in found}}
    with tarfile.open(to, "w:gz", compresslevel=6) as archive:
        for name, path in named.items():
            archive.add(path, name, recursive=False)
        parts = {name: _sha256(path) for name, path in named.items()}
        manifest = Manifest(format=FORMAT, made_at=clock.now().isoformat(), parts=parts, **facts)
        _add_text(archive, MANIFEST, json.dumps(asdict(manifest), indent=1, sort_keys=True))
    return manifest


def _add_text(archive: tarfile.TarFile, name: str, content: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content.encode())
    entry.mtime = int(clock.now().timestamp())
    archive.addfile(entry, io.BytesIO(content.encode()))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


# --- restoring -------------------------------------------------------------------------------------------------------


def restore(settings: Settings, path: Path, *, force: bool = False) -> Manifest:
    """Put a backup into an empty database (or, by force, in the place of what it holds) once every part was checked."""
    media = _media_of(settings)
    if not path.is_file():
        raise BackupFault(f"There is no file {path}.")
    with tempfile.TemporaryDirectory(prefix="restore-") as name:
        folder = Path(name)
        manifest = _unpacked(path, folder)
        _check(manifest, folder)
        if not force and (filled := _filled()):
            raise BackupFault(f"This database is not empty ({filled} has rows): --force replaces everything in it.")
        _put_database(settings, folder / PARTS[manifest.database], folder)
        _put_media(folder / MEDIA, media)
    _compare(manifest)
    return manifest


def _unpacked(path: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        known = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if known.get("format") != FORMAT:
            raise BackupFault(f"{path} has a format that this program does not know.")
        return Manifest(**known)
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, TypeError, AttributeError) as error:
        raise BackupFault(f"{path} is damaged or no backup of a market: {error}") from error


def _check(manifest: Manifest, folder: Path) -> None:
    """Every part is there and is what was written; this program knows the schema; the databases are of one kind."""
    found = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()} - {MANIFEST}
    if wrong := sorted(found.symmetric_difference(manifest.parts)):
        raise BackupFault(f"The backup is damaged: {wrong[0]} is missing or not in its manifest.")
    for name, sha256 in manifest.parts.items():
        if _sha256(folder / name) != sha256:
            raise BackupFault(f"The backup is damaged: {name} is not what was written.")
    if manifest.revision not in _known_revisions():
        raise BackupFault(f"The backup has the schema {manifest.revision}, newer than this program. Update it first.")
    if manifest.database != db.engine.dialect.name:
        raise BackupFault(f"The backup is of {manifest.database}, but DATABASE_URL names {db.engine.dialect.name}.")


def _known_revisions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {one.revision for one in ScriptDirectory.from_config(migrating.alembic_config()).walk_revisions()}


def _filled() -> str:
    """A table that holds rows, or nothing; what migrations leave behind does not count."""
    db.session.rollback()
    with db.engine.connect() as connection:
        for name in sorted(set(inspect(connection).get_table_names()) - {"alembic_version"}):
            held = connection.scalar(text(f'SELECT 1 FROM "{name}" LIMIT 1'))  # noqa: S608
            if held and not name.startswith("search_index"):
                return name
    return ""


def _put_database(settings: Settings, part: Path, folder: Path) -> None:
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        db.engine.dispose()
        emptied = "DROP SCHEMA public CASCADE"
        flags = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--command={emptied}"]
        _run(settings, "psql", *flags, f"--file={part}", folder=folder)
        return
    path = Path(str(db.engine.url.database))
    db.engine.dispose()
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(part)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


def _put_media(source: Path, media: Path) -> None:
    """Pictures are named by their content: what is there already stays."""
    for path in (one for one in source.rglob("*") if one.is_file()):
        to = media / path.relative_to(source)
        if not to.exists():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)


def _compare(manifest: Manifest) -> None:
    with db.engine.connect() as connection:
        now = _facts(connection)
    if now["counts"] != manifest.counts or now["audit_head"] != manifest.audit_head:
        raise BackupFault("The restored database does not hold what the manifest says. Do not use it.")


# --- PostgreSQL's own programs ---------------------------------------------------------------------------------------


def _run(settings: Settings, program: str, *flags: str, folder: Path) -> None:
    found = shutil.which(program, path=settings.pg_bin or None)
    if found is None:
        raise BackupFault(
            f"{program} is needed, in the version of the server: install PostgreSQL's client programs "
            "(Debian and Ubuntu: apt-get install postgresql-client), or set PG_BIN to the folder that holds it."
        )
    told = subprocess.run(
        [found, *flags, f"--dbname={_address(db.engine.url, folder)}"], capture_output=True, text=True
    )
    if told.returncode:
        raise BackupFault(f"{program} failed: {told.stderr.strip()[-600:]}")


def _address(url: URL, folder: Path) -> str:
    """The database for libpq; the password goes through a file, as everybody may read a command line."""
    plain = url.set(drivername="postgresql", password=None)
    if url.password:
        secret = folder / ".password"
        secret.touch(mode=0o600)
        escaped = str(url.password).replace("\\", "\\\\").replace(":", "\\:")
        secret.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
        plain = plain.update_query_dict({"passfile": str(secret)})
    return plain.render_as_string(hide_password=False)
