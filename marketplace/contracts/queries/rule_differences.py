"""A change of the rules as operators read it: each field with what it was and what it is to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.contracts.models import RuleChange
from marketplace.contracts.states.agreements import AgreementKind, Evidence, PaperKind, Review
from marketplace.contracts.states.signing import ChangeKind
from marketplace.contracts.terms.redlining import Segments, words_redline
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled
from marketplace.payments.states import Certainty
from marketplace.web.filters import day

LABELS: dict[str, Any] = {
    "review": _l("Review by the departments"),
    "evidence": _l("How it is signed"),
    "seller_signs_first": _l("The seller signs first"),
    "silence_passes": _l("A department that stays silent has no objection"),
    "answer_days": _l("Answer to a version"),
    "review_days": _l("Review by a department"),
    "signing_days": _l("Signing"),
    "confirmation_days": _l("Confirmation of a call-off"),
    "receipt_days": _l("Receipt after delivery"),
    "dispute_days": _l("Answer in a dispute"),
    "title": _l("Title of the clause"),
    "text": _l("Text of the clause"),
    "explanation": _l("Explanation in plain words"),
    "law": _l("Articles of the law"),
    "position": _l("Place in the contract"),
    "is_mandatory": _l("Mandatory"),
    "is_offered": _l("Offered"),
    "is_working": _l("Worked"),
    "name": _l("Occasion"),
    "source": _l("Source"),
    "certainty": _l("How sure"),
    "act": _l("Recognised"),
    "crl_url": _l("Address of the list of revocations"),
    "valid_until": _l("Digital certificate valid until"),
    "organisation": _l("Organisation"),
    "holder": _l("Holder of the certificate"),
    "issuer": _l("Issued by"),
}
CHOICES: dict[str, type[Labelled]] = {"review": Review, "evidence": Evidence, "certainty": Certainty}
LONG = ("text", "explanation")
TRUST = (ChangeKind.ROOT, ChangeKind.FINGERPRINT)


@dataclass(frozen=True, slots=True)
class Difference:
    """One field; long texts come as a redline."""

    label: str
    old: str
    new: str
    redline: Segments | None = None


def subject_words(change: RuleChange) -> str:
    """What the change is about: "Policy of a kind of agreement: sale contract"."""
    kind = str(change.kind.label)
    return f"{kind[0].upper()}{kind[1:]}: {_target_words(change)}"


def _target_words(change: RuleChange) -> str:
    target, known = change.payload["target"], change.payload["after"] or change.payload["before"] or {}
    if change.kind is ChangeKind.HOLIDAY:
        return f"{day(date.fromisoformat(target['day']))} ({known.get('name', '')})"
    if change.kind is ChangeKind.CLAUSE:
        return f"{known.get('title', target['key'])} ({_shelf_words(target)})"
    if change.kind is ChangeKind.POLICY:
        return str(AgreementKind(target["kind"]).label)
    return str(known.get("name") or next(iter(target.values()), ""))


def _shelf_words(target: dict[str, Any]) -> str:
    paper = PaperKind(target["paper"])
    kind = AgreementKind(target["kind"]).label
    return str(kind) if paper is PaperKind.CONTRACT else f"{paper.label}, {kind}"


def differences(change: RuleChange) -> list[Difference]:
    """The fields that change; all of them where something is new or goes."""
    before, after = change.payload["before"] or {}, change.payload["after"] or {}
    names = dict.fromkeys([*before, *after])
    labels = LABELS | ({"name": _l("Name")} if change.kind in TRUST else {})
    changed = [one for one in names if before.get(one) != after.get(one)]
    return [_difference(str(labels.get(one, one)), one, before.get(one), after.get(one)) for one in changed]


def _difference(label: str, name: str, old: Any, new: Any) -> Difference:
    redline = words_redline(old or "", new or "") if name in LONG else None
    return Difference(label, said(name, old), said(name, new), redline)


def said(name: str, value: Any) -> str:
    """A value of a rule in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "act":
        return _("yes") if value == "add" else _("no")
    if name == "valid_until":
        return day(datetime.fromisoformat(value))
    if name in CHOICES:
        return str(CHOICES[name](value).label)
    return _("%(days)s working days", days=value) if name.endswith("_days") else str(value)
