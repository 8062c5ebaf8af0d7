"""The validation report as a paper: who signed with what, what was checked, what happened in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplace.contracts.models import AgreementEvent, Document
from marketplace.contracts.queries.history import happenings
from marketplace.contracts.queries.papers import column, frame, qr_code
from marketplace.contracts.states.agreements import Evidence, Side
from marketplace.contracts.states.reviews import ReviewState
from marketplace.contracts.states.signing import Verdict, Way
from marketplace.core import clock
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.i18n import speaking
from marketplace.web.filters import moment, number

REPORT = "contracts/papers/report.typ"
Report = Mapping[str, Any]
Part = dict[str, Any]

VERDICTS: dict[str, tuple[Any, Any]] = {
    "valid": (
        _l("Valid: both sides have signed, and nothing was changed"),
        _l("The file is the one that was issued, with both signatures; text, file and events fit together."),
    ),
    "hold": (
        _l("Signed, one certificate still to be proven"),
        _l("No list of revocations proves yet that the certificate was valid when it signed. It is looked at daily."),
    ),
    "incomplete": (
        _l("Not yet signed by both sides"),
        _l("What was issued is unchanged; signatures are still missing."),
    ),
    "revoked": (
        _l("Challenged: a certificate was revoked"),
        _l("A certificate was revoked with effect before its signature came in. Both sides and both departments know."),
    ),
    "faulty": (
        _l("Not valid: something was changed"),
        _l("A file, the text or the chain of events is no longer what it was. The faults are named below."),
    ),
}
REVOCATIONS: dict[str, Any] = {
    "good": _l("not revoked, proven by a list"),
    "unknown": _l("not yet known"),
    "revoked": _l("revoked certificate"),
}
HOLDERS = {"tax_code": _l("tax code in the certificate"), "registration": _l("registered certificate")}
MANDATES = {"representative": _l("legal representative"), "mandate": _l("mandate on file")}
COVERAGES = {
    "entire_file": _l("the whole file"),
    "with_validation_material": _l("the whole file, validation material behind it"),
}


def report_paper(report: Report, document: Document, events: Sequence[AgreementEvent]) -> dict[str, Any]:
    """The data of the paper that belongs to a report; `events` are those that its reader may see."""
    with speaking("vi"):
        words, explained = VERDICTS[report["verdict"]]
        title = _("Report on no. %(number)s", number=document.paper_number)
        parts = [
            _document_part(report),
            *_signature_parts(report),
            *_review_parts(report),
            _event_part(document, events),
        ]
        return {
            **frame(title, None),
            "draft": False,
            "sha256": document.terms_sha256,
            "foot": title,
            "heading": _("Validation report"),
            "about": _about(document),
            "verdict": str(words),
            "explained": str(explained),
            "parts": [*_fault_parts(report), *parts],
            "verify": {"url": report["document"]["verify"], "qr": qr_code(report["document"]["verify"]), "words": ""},
        }


def _about(document: Document) -> str:
    named = " · ".join((document.paper_number, document.agreement.ref, document.agreement.title))
    made = _("Made %(moment)s", moment=moment(clock.now()))
    return f"{named}\n{made}"


def _part(heading: str, *rows: tuple[str, str], notes: Sequence[str] = (), table: Part | None = None) -> Part:
    kept = [row for row in rows if row[1]]
    return {"heading": heading, "rows": kept, "notes": list(notes), "table": table}


def _fault_parts(report: Report) -> list[Part]:
    return [_part(_("Faults"), notes=report["faults"])] if report["faults"] else []


def _document_part(report: Report) -> Part:
    one, level = report["document"], report["evidence_level"]
    void = _("since %(moment)s", moment=_when(one["void"]["at"])) if one["void"] else ""
    return _part(
        _("The file"),
        (_("Text of the paper"), _("version %(version)s", version=one["version"])),
        (_("SHA-256 of the text"), one["terms_sha256"]),
        (_("SHA-256 as issued"), f"{one['issued_sha256']} ({number(one['issued_bytes'])} byte)"),
        (_("SHA-256 as signed"), one["signed_sha256"] or ""),
        (_("Issued at"), _when(one["issued_at"])),
        (_("Void paper"), void),
        (_("Number of pages"), str(one["pages"])),
        (_("Way of signing"), f"{level['code']}: {Evidence(level['code']).label}"),
        (_("Made by"), " · ".join((one["made_by"]["renderer"], one["made_by"]["template"], one["made_by"]["fonts"]))),
    )


def _signature_parts(report: Report) -> list[Part]:
    heads = {Side.SELLER.value: _("Signature of the seller"), Side.BUYER.value: _("Signature of the buyer")}
    return [_signature_part(heads[one["side"]], one) for one in report["signatures"]]


def _signature_part(heading: str, one: Report) -> Part:
    told = one["checked"]
    return _part(
        heading,
        (_("Result"), str(Verdict(one["verdict"]).label)),
        (_("Signer"), one["signer"]),
        (_("Tax code"), one["tax_code"]),
        (_("Certificate authority"), one["issuer"]),
        (_("Serial number"), one["serial"]),
        (_("SHA-256 of the certificate"), one["certificate_sha256"]),
        (_("Way of signing"), f"{one['level']}: {Evidence(one['level']).label} · {Way(one['way']).label}"),
        (_("Claimed time"), _when(one["claimed_at"])),
        (_("Received at"), _when(one["received_at"])),
        (_("Covers"), str(COVERAGES.get(told.get("coverage", ""), ""))),
        (_("Bound to the side by"), str(HOLDERS.get(told.get("bound_by", ""), ""))),
        (_("Right to sign"), str(MANDATES.get(told.get("mandate", ""), ""))),
        (_("Revocation"), str(REVOCATIONS.get(told.get("revocation", ""), told.get("revocation", "")))),
        *_lists(one),
        (_("SHA-256 of the signed file"), one["file_sha256"]),
    )


def _lists(one: Report) -> list[tuple[str, str]]:
    """The lists of revocations that were looked at, by number and hash."""
    seen = [(each["number"], each["sha256"]) for each in one["checked"].get("lists", ())]
    later = one["last_check"]
    if later and later["crl"]["sha256"]:
        seen.append((later["crl"]["number"], later["crl"]["sha256"]))
    return [(_("CRL no. %(number)s", number=given), sha256) for given, sha256 in seen]


def _review_parts(report: Report) -> list[Part]:
    if not report["reviews"]:
        return []
    rows = [
        [one["department"] or "–", str(ReviewState(one["state"]).label), _when(one["at"])] for one in report["reviews"]
    ]
    columns = [column(_("Department"), "name"), column(_("Opinion")), column(_("At what time"))]
    return [_part(_("Opinions of the departments"), table={"columns": columns, "rows": rows})]


def _event_part(document: Document, events: Sequence[AgreementEvent]) -> Part:
    """Each event with the beginning of its hash; the whole chain lies in the package as data."""
    columns = [
        column(_("No."), "count"),
        column(_("Event"), "name"),
        column(_("At what time")),
        column(_("Fingerprint")),
    ]
    rows = [
        [str(one.number), [one.title, *filter(None, (one.who,))], moment(one.at), one.hash[:12]]
        for one in happenings(document.agreement, events)
    ]
    note = _("Each event carries the hash of the one before it. Here stand the first twelve digits.")
    return _part(_("Events"), notes=[note], table={"columns": columns, "rows": rows})


def _when(written: str | None) -> str:
    return moment(datetime.fromisoformat(written)) if written else ""
