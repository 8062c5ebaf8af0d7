"""The evidence package: everything that proves a paper, in one archive that can be checked without this marketplace."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import Agreement, AgreementEvent, Document, RevocationList
from marketplace.contracts.queries.evidence import (
    document_in_force,
    documents_of,
    later_papers,
    live_file,
    report_of,
    signed,
    voiding_of,
)
from marketplace.contracts.queries.evidence_papers import REPORT, report_paper
from marketplace.contracts.services import chain
from marketplace.contracts.services.documents import verify_url
from marketplace.contracts.states.agreements import AgreementAction, AgreementState
from marketplace.contracts.terms.canonical import canonical
from marketplace.core import clock, papers
from marketplace.core.database import db
from marketplace.core.files import Missing, digest, store
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import speaking

# what was said before both sides agreed is nobody's business but theirs
PRIVATE = (AgreementState.DRAFT.value, AgreementState.NEGOTIATING.value)
Files = Iterator[tuple[str, bytes]]


def package(agreement: Agreement, *, of_sides: bool = True) -> bytes:
    """Signed PDF, report as JSON and PDF, terms, events with their chain, lists of revocations, then later papers.

    Without `of_sides` it is a department's: events of the negotiation are there by their hashes only.
    """
    files = [*_of_paper(agreement, "", of_sides)]
    for place, later in enumerate(later_papers(agreement) if agreement.is_contract else [], start=1):
        files += _of_paper(later, f"{place:02d}-{plain(later.paper_number)}/", of_sides)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*files, *_covering(files)]:
            archive.writestr(_entry(name), content)
    return out.getvalue()


def plain(number: str) -> str:
    """A paper's number as part of a file's name: 45/2026/HĐMB is 45-2026-HDMB."""
    return re.sub(r"[^0-9A-Za-z]+", "-", number.replace("Đ", "D")).strip("-")


def faults_of(document: Document) -> list[str]:
    """What a look at the files, the text and the chain of a paper finds wrong now."""
    with speaking("vi"):
        files = [(document.file_key, document.sha256)]
        files += [(one.signature.file_key, one.signature.sha256) for one in signed(document)]
        found = [
            _("File %(key)s has other bytes than it had.", key=key) for key, sha in files if not _is_whole(key, sha)
        ]
        if digest(document.version.canonical.encode()) != document.terms_sha256:
            found.append(_("The text does not have the fingerprint that the file names."))
        return found + chain.verify(document.agreement)


def report(document: Document) -> dict[str, Any]:
    """The validation report as plain data."""
    return report_of(document, url=verify_url(document.token), faults=faults_of(document))


def report_pdf(document: Document, told: Mapping[str, Any], events: Sequence[AgreementEvent]) -> bytes:
    """The validation report as a paper in Vietnamese."""
    return papers.archival(REPORT, report_paper(told, document, events), made_at=clock.now()).pdf


def shown_events(agreement: Agreement, *, of_sides: bool) -> list[AgreementEvent]:
    """The events of a paper; for a department those of its negotiation are left out."""
    events = chain.events_of(agreement)
    return events if of_sides else [event for event, private in _marked(events) if not private]


def _of_paper(agreement: Agreement, folder: str, of_sides: bool) -> Files:
    for document in documents_of(agreement):
        # a void paper is for the sides only
        if of_sides or voiding_of(document) is None:
            yield from _of_document(document, folder)
    current = document_in_force(agreement)
    if current is not None:
        told = report(current)
        yield f"{folder}report.json", _json(told)
        yield f"{folder}report.pdf", report_pdf(current, told, shown_events(agreement, of_sides=of_sides))
        yield f"{folder}terms-v{current.version.number}.json", current.version.canonical.encode()
        yield from _certificates(current, folder)
        yield from _lists(current, folder)
    yield f"{folder}events.jsonl", _events(agreement, of_sides)


def _of_document(document: Document, folder: str) -> Files:
    name = plain(document.paper_number)
    void = "void-" if voiding_of(document) else ""
    issued = _kept(document.file_key)
    if issued is not None:
        yield f"{folder}{void}{name}-issued.pdf", issued
    key, _sha256 = live_file(document)
    content = _kept(key)
    if key != document.file_key and content is not None:
        yield f"{folder}{void}{name}-signed.pdf", content


def _certificates(document: Document, folder: str) -> Files:
    """The signers' certificates and those of the authorities above them, each once."""
    chains = [one.signature.report.get("certificates", ()) for one in signed(document)]
    found = {digest(der): der for chain in chains for der in map(base64.b64decode, chain)}
    for sha256, der in found.items():
        yield f"{folder}certificates/{sha256}.cer", der


def _lists(document: Document, folder: str) -> Files:
    """The lists of revocations by which the certificates were judged, as they were."""
    used = {one["sha256"] for each in signed(document) for one in each.signature.report.get("lists", ())}
    used |= {each.check.crl_sha256 for each in signed(document) if each.check}
    for crl in db.session.scalars(
        select(RevocationList).where(RevocationList.sha256.in_(used)).order_by(RevocationList.id)
    ):
        yield f"{folder}crl/{crl.sha256}.crl", crl.der


def _events(agreement: Agreement, of_sides: bool) -> bytes:
    """One event a line; the hash of each is SHA-256 of the one before and of the line's `event` in canonical form."""
    lines = (
        _line(agreement, event, hidden=private and not of_sides)
        for event, private in _marked(chain.events_of(agreement))
    )
    return b"\n".join(lines) + b"\n"


def _line(agreement: Agreement, event: AgreementEvent, *, hidden: bool) -> bytes:
    told = None if hidden else chain.body_of(agreement.ref, event)
    return canonical({"number": event.number, "previous": event.previous, "hash": event.hash, "event": told})


def _marked(events: Sequence[AgreementEvent]) -> Iterator[tuple[AgreementEvent, bool]]:
    """Each event, and whether it belongs to the negotiation; that a text was accepted may be known."""
    state = AgreementState.DRAFT.value
    for event in events:
        yield event, (event.before or state) in PRIVATE and event.kind != AgreementAction.ACCEPT.value
        state = event.after or state


def _covering(files: Sequence[tuple[str, bytes]]) -> Files:
    sums = "".join(f"{digest(content)}  {name}\n" for name, content in files)
    yield "SHA256SUMS", sums.encode()
    with speaking("vi"):
        yield "DOC-TRUOC.txt", _read_first().encode()


def _read_first() -> str:
    return _(
        "This package holds what proves one agreement.\n\n"
        "*-issued.pdf: the file as the marketplace issued it, with its seal.\n"
        "*-signed.pdf: the same file with the signatures behind it; it begins with exactly the issued bytes.\n"
        "terms-v*.json: the text as data; its SHA-256 stands in the PDF.\n"
        "report.pdf, report.json: who signed, with which certificate, what was checked.\n"
        "events.jsonl: what happened, one event a line. The hash of each is SHA-256 of the hash before it (as text) "
        "followed by its `event` as JSON in UTF-8 with sorted keys, no blanks and no letter escaped; 64 zeros stand "
        "before the first. Where `event` is null it is not yours to read, but its hash still links the others.\n"
        "certificates/: the certificates of the signers and of the authorities above them, each named by its SHA-256. "
        "Ask the authority itself whether the topmost one is its own.\n"
        "crl/: the lists of revoked certificates that were used.\n"
        "SHA256SUMS: check all files at once by: sha256sum -c SHA256SUMS\n"
    )


def _entry(name: str) -> zipfile.ZipInfo:
    made = clock.local(clock.now())
    entry = zipfile.ZipInfo(name, (made.year, made.month, made.day, made.hour, made.minute, made.second))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return entry


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _kept(key: str) -> bytes | None:
    try:
        return store().get(key)
    except Missing:
        return None


def _is_whole(key: str, sha256: str) -> bool:
    content = _kept(key)
    return content is not None and digest(content) == sha256
