"""The parts of an agreement's page that belong to its text: what to do now, the text, its versions, dates, events."""

from __future__ import annotations

from typing import Any

from flask import g

from marketplace.contracts.forms.agreements import AcceptForm, ChangeForm, ConsentForm, RefuseForm, WithdrawForm
from marketplace.contracts.models import Agreement
from marketplace.contracts.policies import side_of
from marketplace.contracts.policies.agreements import EDITORS
from marketplace.contracts.queries import agreements as lists
from marketplace.contracts.queries import changes, history, rules, turns, versions
from marketplace.contracts.queries.objections import objection_to
from marketplace.contracts.sections import section
from marketplace.contracts.states.agreements import AgreementAction as A
from marketplace.contracts.states.agreements import AgreementState, Consent
from marketplace.contracts.terms import describing, differing
from marketplace.contracts.terms.checking import worth_a_look
from marketplace.core.actors import Actor

LATEST = 6


@section("draft", "contracts/sections/draft.html", place=10)
def draft_section(reader: Actor, agreement: Agreement) -> Any | None:
    """What is still missing before the text can be sent, for whoever may write it now."""
    side = side_of(reader, agreement)
    if side is None or not versions.may_write(agreement, side) or not reader.has_role(*EDITORS):
        return None
    draft = versions.draft_of(agreement, side)
    if draft is None:
        return None
    library = rules.library(agreement.kind, agreement.paper)
    missing = changes.to_do(agreement, draft.terms, library)
    worth = worth_a_look(draft.terms)
    return {"draft": draft, "missing": missing, "worth": worth, "is_behind": changes.is_behind(agreement)}


@section("answer", "contracts/sections/answer.html", place=12)
def answer_section(reader: Actor, agreement: Agreement) -> Any | None:
    """The version on the table with the ways to answer it; after a stale answer, what changed since."""
    acts = turns.acts_of(reader, agreement)
    if A.ACCEPT not in acts and A.COUNTER not in acts:
        return None
    version = versions.version_numbered(agreement, agreement.last_version)
    if version is None:
        return None
    forms = {"accept": AcceptForm.shown(sha256=version.sha256) if A.ACCEPT in acts else None}
    before = versions.version_numbered(agreement, version.number - 1)
    found = differing.changes(before.terms, version.terms) if before else None
    return {
        "version": version,
        "before": before,
        "found": found,
        "say": describing.said,
        "stale": _stale(agreement),
        **forms,
    }


def _stale(agreement: Agreement) -> dict[str, Any] | None:
    """What changed between the text that was read and the one that lies on the table now."""
    refusal = g.get("refusal")
    detail = refusal.detail if refusal is not None and refusal.field == "sha256" else None
    read = versions.version_with(agreement, detail["read"]) if detail else None
    now = versions.version_numbered(agreement, agreement.last_version)
    if read is None or now is None:
        return None
    return {"read": read, "now": now, "found": differing.changes(read.terms, now.terms)}


@section("terms", "contracts/sections/terms.html", place=20)
def terms_section(reader: Actor, agreement: Agreement) -> Any | None:
    """The text: in force, on the table, or my own draft."""
    text = versions.text_shown(agreement, side_of(reader, agreement))
    return {"text": text, "described": describing.described(text.terms)} if text else None


@section("negotiation", "contracts/sections/negotiation.html", place=30)
def negotiation_section(reader: Actor, agreement: Agreement) -> Any | None:
    """All versions with what both sides said of them."""
    rows = versions.versions_of(agreement)
    return {"rows": rows} if rows else None


@section("way_out", "contracts/sections/way_out.html", place=65)
def way_out_section(reader: Actor, agreement: Agreement) -> Any | None:
    """Asking for changes, refusing and taking back."""
    acts = turns.acts_of(reader, agreement)
    if A.CANCEL not in acts and A.REOPEN not in acts:
        return None
    mine = side_of(reader, agreement) is agreement.made_by
    return {
        "objection": objection_to(agreement),
        "change": ChangeForm.shown() if A.REOPEN in acts else None,
        "withdraw": WithdrawForm.shown() if A.CANCEL in acts and mine else None,
        "refuse": RefuseForm.shown() if A.CANCEL in acts and not mine else None,
    }


@section("events", "contracts/sections/events.html", place=90)
def events_section(reader: Actor, agreement: Agreement) -> Any | None:
    """The last things that happened."""
    events = versions.events_of(agreement, most=LATEST + 1)
    happened = history.happenings(agreement, events)
    return {"happened": happened[:LATEST], "more": len(happened) > LATEST}


@section("parties", "contracts/sections/parties.html", place=10, at_side=True)
def parties_section(_reader: Actor, agreement: Agreement) -> Any | None:
    """The two sides with their provinces and departments."""
    return {"agreement": agreement}


@section("dates", "contracts/sections/dates.html", place=20, at_side=True)
def dates_section(_reader: Actor, agreement: Agreement) -> Any | None:
    """Number, value, term and how it is signed."""
    return {"agreement": agreement, "later": lists.later_papers_of(agreement) if agreement.is_contract else []}


@section("consent", "contracts/sections/consent.html", place=80, at_side=True)
def consent_section(reader: Actor, agreement: Agreement) -> Any | None:
    """What the public may see."""
    side = side_of(reader, agreement)
    if side is None or not agreement.is_contract or agreement.last_version == 0:
        return None
    if agreement.state is AgreementState.CANCELLED:
        return None
    mine = getattr(agreement, f"{side.value}_consent")
    form = ConsentForm.shown(consent=mine.value) if reader.has_role(*EDITORS) else None
    return {"form": form, "mine": mine, "counts": agreement.consent, "levels": Consent}
