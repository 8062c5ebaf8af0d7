"""A backup and its way back: what is restored is what was written, and a doubtful file changes nothing."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from marketplace import create_app
from marketplace.core import audit, backup
from marketplace.core.actors import SYSTEM
from marketplace.core.backup import BackupFault
from marketplace.core.database import db, writing
from tests.databases import Databases, engine_name
from tests.postgres import programs

pytestmark = pytest.mark.skipif(
    engine_name() == "postgresql" and not (programs() / "psql").exists(),
    reason="this machine has no psql for its server",
)


def fill(rows: int = 3) -> None:
    """A trail of some rows, sealed."""
    with writing():
        for number in range(rows):
            audit.record(audit.Subject("things", f"T-{number}"), "make", by=SYSTEM, number=number)
    audit.seal("an audit key of the tests")


@pytest.fixture
def chosen(app: Flask, tmp_path: Path) -> Settings:
    """The app's settings with a media folder of their own that holds one picture."""
    known: Settings = app.config["SETTINGS"]
    media = tmp_path / "media" / "ab" / "abcd"
    media.mkdir(parents=True)
    (media / "640.webp").write_bytes(b"a picture")
    folder = str(programs()) if engine_name() == "postgresql" else ""
    return replace(known, media_url=str(tmp_path / "media"), pg_bin=folder)


@pytest.fixture
def written(app: Flask, chosen: Settings, tmp_path: Path) -> Path:
    """A backup of three rows."""
    path = tmp_path / "market.tar.gz"
    with app.app_context():
        fill()
        backup.write(chosen, path)
    return path


@pytest.fixture
def elsewhere(databases: Databases, chosen: Settings, tmp_path: Path, worker_name: str) -> Iterator[Flask]:
    """Another app on a database that holds nothing but its schema, with an empty media folder."""
    database = databases.create(f"restored-{worker_name}")
    app = create_app(replace(chosen, database_url=database.url, media_url=str(tmp_path / "other-media")))
    try:
        with app.app_context():
            yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        database.remove()


def rows() -> int:
    """How many rows the trail has."""
    found = db.session.scalar(select(func.count()).select_from(audit.AuditEntry)) or 0
    db.session.rollback()
    return found


@contextmanager
def changed(path: Path, change: Callable[[dict[str, bytes]], Any]) -> Iterator[Path]:
    """The backup with some of its content changed."""
    with tarfile.open(path) as archive:
        content = {one.name: (archive.extractfile(one) or io.BytesIO()).read() for one in archive if one.isfile()}
    change(content)
    other = path.with_name("changed.tar.gz")
    with tarfile.open(other, "w:gz") as archive:
        for name, held in content.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(held)
            archive.addfile(entry, io.BytesIO(held))
    yield other


def test_what_is_restored_is_what_was_written(written: Path, elsewhere: Flask) -> None:
    manifest = backup.restore(elsewhere.config["SETTINGS"], written)
    assert manifest.counts["audit_entries"] == rows() == 3
    assert audit.verify("an audit key of the tests", known_head=manifest.audit_head) == []
    media = Path(elsewhere.config["SETTINGS"].media_url)
    assert (media / "ab/abcd/640.webp").read_bytes() == b"a picture"


def test_a_full_database_is_replaced_by_force_only(written: Path, elsewhere: Flask) -> None:
    fill(5)
    with pytest.raises(BackupFault, match="not empty"):
        backup.restore(elsewhere.config["SETTINGS"], written)
    assert rows() == 5
    backup.restore(elsewhere.config["SETTINGS"], written, force=True)
    assert rows() == 3


def test_a_restored_market_can_be_written_to(written: Path, elsewhere: Flask) -> None:
    backup.restore(elsewhere.config["SETTINGS"], written)
    fill(1)
    assert rows() == 4
    assert audit.verify("an audit key of the tests") == []


def test_a_backup_overwrites_nothing(app: Flask, chosen: Settings, written: Path) -> None:
    before = written.read_bytes()
    with app.app_context(), pytest.raises(BackupFault, match="exists already"):
        backup.write(chosen, written)
    assert written.read_bytes() == before
    assert sorted(one.name for one in written.parent.iterdir()) == ["market.tar.gz", "media"]


def test_only_its_owner_reads_a_backup(written: Path) -> None:
    assert written.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_a_file_that_was_cut_off_is_refused(written: Path, elsewhere: Flask, share: float) -> None:
    content = written.read_bytes()
    written.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BackupFault, match="damaged"):
        backup.restore(elsewhere.config["SETTINGS"], written)
    assert rows() == 0


def test_a_changed_part_is_refused(written: Path, elsewhere: Flask) -> None:
    def change(content: dict[str, bytes]) -> None:
        content["media/ab/abcd/640.webp"] = b"another one"

    with changed(written, change) as other, pytest.raises(BackupFault, match=r"640\.webp is not what was written"):
        backup.restore(elsewhere.config["SETTINGS"], other)
    assert rows() == 0


def test_a_missing_and_an_added_part_are_refused(written: Path, elsewhere: Flask) -> None:
    for change in (lambda c: c.pop("media/ab/abcd/640.webp"), lambda c: c.update({"media/more": b"x"})):
        with changed(written, change) as other, pytest.raises(BackupFault, match="missing or not in its manifest"):
            backup.restore(elsewhere.config["SETTINGS"], other)
    assert rows() == 0


def test_a_newer_schema_is_refused(written: Path, elsewhere: Flask) -> None:
    def change(content: dict[str, bytes]) -> None:
        manifest = json.loads(content["manifest.json"])
        content["manifest.json"] = json.dumps({**manifest, "revision": "9999_future"}).encode()

    with changed(written, change) as other, pytest.raises(BackupFault, match="newer than this program"):
        backup.restore(elsewhere.config["SETTINGS"], other)
    assert rows() == 0


def test_a_part_never_leaves_its_folder(written: Path, elsewhere: Flask, tmp_path: Path) -> None:
    with (
        changed(written, lambda content: content.update({"../outside": b"x"})) as other,
        pytest.raises(BackupFault, match="damaged"),
    ):
        backup.restore(elsewhere.config["SETTINGS"], other)
    assert not (tmp_path.parent / "outside").exists()


@pytest.mark.postgresql
def test_a_missing_pg_dump_is_named(app: Flask, chosen: Settings, tmp_path: Path) -> None:
    bare = replace(chosen, pg_bin=str(tmp_path))
    with app.app_context(), pytest.raises(BackupFault, match="postgresql-client"):
        backup.write(bare, tmp_path / "market.tar.gz")


def test_the_commands_back_up_restore_and_verify(
    app: Flask, chosen: Settings, elsewhere: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", chosen)
    path = str(tmp_path / "by-command.tar.gz")
    with app.app_context():
        fill()
        assert "trail up to 3" in app.test_cli_runner().invoke(args=["backup", path]).output
    told = elsewhere.test_cli_runner().invoke(args=["restore", path]).output
    assert "Restored what was written" in told
    assert "ok: 3 sealed rows" in told
    refused = elsewhere.test_cli_runner().invoke(args=["restore", path])
    assert (refused.exit_code, "is not empty" in refused.output) == (1, True)
