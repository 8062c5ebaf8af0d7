"""The file of one's data: made by the worker, fetched with the password by its owner alone, gone after a week."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import DataExport
from marketplace.core import clock
from marketplace.core.database import db, writing
from marketplace.core.files import store
from marketplace.core.outbox import Notice
from marketplace.core.outbox.worker import Worker
from tests import factories
from tests.accounts.living import EMAIL, NAME, PHONE, STREET, Life, lived


def made(life: Life) -> DataExport:
    assert life.client.post("/me/data").status_code == 303
    Worker(life.app).run_due()
    with life.app.app_context():
        return db.session.scalars(select(DataExport).order_by(DataExport.id.desc())).first() or DataExport()


def fetched(life: Life, ref: str) -> zipfile.ZipFile:
    answer = life.client.post(f"/me/data/{ref}", data={"current": factories.PASSWORD})
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store, private"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_the_file_holds_everything_that_is_known_of_her(app: Flask, client_of: Any) -> None:
    life = lived(app, client_of)
    archive = fetched(life, made(life).ref)
    known = json.loads(archive.read("du-lieu.json"))
    assert known["account"][0]["email"] == EMAIL
    assert known["account"][0]["proven_phone"] == PHONE
    assert known["orders"][0]["ref"] == life.order
    assert STREET in known["orders"][0]["address"]
    assert known["reviews"][0]["text"] == "Bánh rất thơm"
    assert NAME in known["messages"][0]["text"]
    for part in ("memberships", "sign_ins", "notices", "notice_choices", "favourites", "tokens", "trail"):
        assert known[part], part
    page = archive.read("doc-du-lieu.html").decode()
    assert '<html lang="vi">' in page
    assert "Bánh rất thơm" in page


def test_no_secret_is_in_the_file(app: Flask, client_of: Any) -> None:
    life = lived(app, client_of)
    whole = b"".join(archive.read(name) for archive in [fetched(life, made(life).ref)] for name in archive.namelist())
    for secret in (b"argon2", b"digest", b"sign_in_epoch"):
        assert secret not in whole


def test_only_its_owner_fetches_it_and_only_with_the_password(app: Flask, client_of: Any) -> None:
    life = lived(app, client_of)
    ref = made(life).ref
    with app.app_context():
        other = factories.person()
    assert client_of(other).post(f"/me/data/{ref}", data={"current": factories.PASSWORD}).status_code == 404
    wrong = life.client.post(f"/me/data/{ref}", data={"current": "không phải"})
    assert wrong.status_code == 422
    assert "Mật khẩu" in wrong.text
    assert 'id="current-error"' in wrong.text
    assert 'href="#current"' in life.client.post(f"/me/data/{ref}", data={"current": ""}).text
    with app.app_context():
        key = db.session.scalars(select(DataExport.file_key)).one()
    assert app.test_client().get(f"/media/{key}").status_code == 404


def test_she_is_told_when_it_is_there_and_one_is_made_after_the_other(app: Flask, client_of: Any) -> None:
    life = lived(app, client_of)
    assert life.client.post("/me/data").status_code == 303
    assert life.client.post("/me/data").status_code == 422
    Worker(app).run_due()
    with app.app_context():
        assert db.session.scalar(select(Notice.id).where(Notice.template == "accounts/export_ready"))
    assert life.client.post("/me/data").status_code == 303
    Worker(app).run_due()
    assert life.client.post("/me/data").status_code == 303
    Worker(app).run_due()
    assert life.client.post("/me/data").status_code == 422, "three a day"


def test_after_a_week_it_is_gone_from_the_store_too(app: Flask, client_of: Any) -> None:
    life = lived(app, client_of)
    ref, key = made(life).ref, ""
    with app.app_context(), writing():
        export = db.session.scalars(select(DataExport)).one()
        key = export.file_key
        export.asked_at = clock.now() - timedelta(days=8)
    assert life.client.post(f"/me/data/{ref}", data={"current": factories.PASSWORD}).status_code == 422
    Worker(app).run_due()
    with app.app_context():
        assert db.session.scalar(select(DataExport.id)) is None
        assert not store().exists(key)
    assert life.client.post(f"/me/data/{ref}", data={"current": factories.PASSWORD}).status_code == 404
