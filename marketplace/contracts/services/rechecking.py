"""What is looked at again every night: texts and files against hashes, chains and what they tell, called quantities."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import structlog
from sqlalchemy import select

from config import Settings
from marketplace.contracts.models import Agreement, Document, Signature, TermsVersion
from marketplace.contracts.queries.calling import book_faults
from marketplace.contracts.services import chain, retelling, telling
from marketplace.contracts.terms.canonical import fingerprint
from marketplace.core.database import db
from marketplace.core.files import Missing, digest, store

BATCH = 100

log = structlog.get_logger()


def faults(settings: Settings) -> list[str]:
    """Everything that is no longer what it was, each beginning with its agreement's ref or the word `published`."""
    rows = [*_texts(), *_files(Document), *_files(Signature), *_numbers(), *retelling.faults(), *book_faults()]
    return [*rows, *chain.faults_of_all(settings)]


def report(found: list[str]) -> None:
    """Say it in the log, and to the operator once for each agreement."""
    for fault in found:
        log.error("agreement_fault", fault=fault)
    refs = {fault.partition(":")[0] for fault in found}
    for agreement in db.session.scalars(select(Agreement).where(Agreement.ref.in_(refs)).order_by(Agreement.id)):
        mine = [fault.partition(": ")[2] for fault in found if fault.startswith(f"{agreement.ref}: ")]
        telling.tell_operators(agreement, "integrity_operator", faults=mine[:10])


def _texts() -> Iterator[str]:
    """Versions whose text is not the canonical one of its fingerprint."""
    asked = select(TermsVersion, Agreement.ref).join(Agreement, Agreement.id == TermsVersion.agreement_id)
    for version, ref in db.session.execute(asked.order_by(TermsVersion.id).execution_options(yield_per=BATCH)):
        if _is_other(version.canonical, version.sha256):
            yield f"{ref}: version {version.number} does not have its fingerprint"


def _is_other(canonical: str, sha256: str) -> bool:
    try:
        return fingerprint(json.loads(canonical)) != sha256 or digest(canonical.encode()) != sha256
    except (ValueError, TypeError):
        return True


def _files(kind: Any) -> Iterator[str]:
    """Issued and signed files that are gone or have other bytes."""
    owner = Document.agreement_id if kind is Document else Signature.document_id
    asked = select(kind.file_key, kind.sha256, Agreement.ref)
    if kind is Signature:
        asked = asked.join(Document, Document.id == owner).join(Agreement, Agreement.id == Document.agreement_id)
    else:
        asked = asked.join(Agreement, Agreement.id == owner)
    for key, sha256, ref in db.session.execute(asked.order_by(kind.id).execution_options(yield_per=BATCH)):
        if (fault := _fault_of_file(key, sha256)) is not None:
            yield f"{ref}: file {key} {fault}"


def _fault_of_file(key: str, sha256: str) -> str | None:
    try:
        return None if digest(store().get(key)) == sha256 else "has other bytes"
    except Missing:
        return "is gone"


def _numbers() -> Iterator[str]:
    """Papers that were issued with another text than their version has."""
    asked = (
        select(Agreement.ref, Document.ordinal)
        .join(Document, Document.agreement_id == Agreement.id)
        .join(TermsVersion, TermsVersion.id == Document.version_id)
        .where(TermsVersion.sha256 != Document.terms_sha256)
        .order_by(Document.id)
    )
    for ref, ordinal in db.session.execute(asked):
        yield f"{ref}: document {ordinal} names another text than its version"
