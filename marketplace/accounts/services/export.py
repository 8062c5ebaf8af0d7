"""Handing out what is known of a person: one ZIP with JSON for programs and a page to read, kept for a week."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

from flask import current_app

from marketplace.accounts import queries
from marketplace.accounts.models import DataExport, Person
from marketplace.core import audit, clock, i18n
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock
from marketplace.core.files import digest
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.outbox import enqueue, notify
from marketplace.core.personal_data import Subject, everything_about
from marketplace.core.refs import new_token
from marketplace.core.refusals import Refused

MAKE = "accounts.make_export"
KEPT_FOR = timedelta(days=7)
MOST_A_DAY = 3
STYLESHEET = "kieu-trang.css"
# the page is read without the site: it brings what it needs along
STYLE = """body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; color: #1f2a24 }
table { border-collapse: collapse; width: 100%; margin: 0 0 1rem }
th, td { border: 1px solid #d9d3c3; padding: .3rem .5rem; text-align: left; vertical-align: top }
th, td { overflow-wrap: anywhere }
th { width: 12rem; background: #fbf8f1 }
h2 { margin-top: 2rem }
"""


def subject_of(person: Person) -> Subject:
    """The person as every feature may look her up."""
    email = "" if person.is_erased else person.email or ""
    return Subject(person.id, person.ref, person.name, email, queries.proven_phone(person))


def ask_for_export(person: Person, *, by: Actor) -> DataExport:
    """Let the worker write down what is known of her; three times a day at most, one after the other."""
    lock(person)
    recent = queries.exports_of(person, clock.now() - timedelta(days=1))
    if any(one.made_at is None for one in recent):
        raise Refused(_l("Your file is being made already. We tell you when it is ready."))
    if len(recent) >= MOST_A_DAY:
        raise Refused(_l("Three files a day are enough. Please ask again tomorrow."))
    export = DataExport(ref=new_token(), person_id=person.id)
    db.session.add(export)
    audit.record(audit.subject_of(person), "ask_for_export", by=by)
    enqueue(MAKE, export=export.ref)
    return export


def content_of(person: Person) -> bytes:
    """The ZIP itself; it only reads, and belongs outside of any transaction that writes."""
    sections = everything_about(subject_of(person))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("du-lieu.json", _as_json(person, {name: one.records for name, one in sections.items()}))
        with i18n.speaking(person.locale):
            template = current_app.jinja_env.get_template("accounts/export.html")
            words = {"person": person, "sections": sections, "made_at": clock.now(), "locale": person.locale}
            words["stylesheet"] = STYLESHEET
            archive.writestr("doc-du-lieu.html", template.render(**words))
        archive.writestr(STYLESHEET, STYLE)
    return out.getvalue()


def _as_json(person: Person, known: dict[str, Any]) -> str:
    about = {"ref": person.ref, "made_at": clock.now().isoformat(timespec="seconds")}
    return json.dumps({"about": about, **known}, ensure_ascii=False, indent=2, default=str)


def key_of(export: DataExport, content: bytes) -> str:
    """Where the file lies in the store: nothing serves this place but its owner's own page."""
    return f"{digest(export.ref.encode() + content)}/export.zip"


def finish(export: DataExport, key: str, size: int) -> None:
    """The file is there: she is told, and may fetch it for a week."""
    export.file_key, export.size, export.made_at = key, size, clock.now()
    person = export.person
    notify(Recipient("person", person.ref, person.locale), "accounts/export_ready", name=person.name, url="/me/data")


def fetch(export: DataExport, *, by: Actor) -> str:
    """The key of a file that its owner fetches now; refused once its week is over."""
    if export.made_at is None or export.asked_at < clock.now() - KEPT_FOR:
        raise Refused(_l("This file is gone: it is kept for seven days. Please ask for a new one."))
    audit.record(audit.subject_of(export.person), "fetch_export", by=by)
    return export.file_key


def drop(export: DataExport) -> str:
    """Forget an export; the answer is the key of its file, to be taken out of the store after the commit."""
    key = export.file_key
    db.session.delete(export)
    return key
