"""Annexes: a new text on the basis of the one in force, checked against what has already been done under it.

An annex is a paper of its own, written, agreed, reviewed and signed like a contract; when it enters into force the
contract gets its text as the next version. What was signed before stays as it is.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import Acceptance, Agreement, TermsDraft, TermsVersion
from marketplace.contracts.queries.changes import BEHIND, is_behind
from marketplace.contracts.queries.in_force import last_terms, terms_in_force, version_numbered
from marketplace.contracts.queries.open_matters import book_of, last_child, next_ordinal, open_call_offs, open_papers
from marketplace.contracts.services import agreements, trail
from marketplace.contracts.services.starting import NewPaper
from marketplace.contracts.states.agreements import (
    AgreementAction,
    AgreementState,
    AmendmentRationale,
    PaperKind,
    Side,
)
from marketplace.contracts.terms import sums
from marketplace.contracts.terms.differing import patch
from marketplace.contracts.terms.merging import merged, rekeyed, same_content
from marketplace.contracts.terms.texts import title_of
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused

# what two sides work on at once stays readable
MOST_OPEN = 3
# a firm that has got another name is still the same one
WHO = ("ref", "tax_code")


def propose_amendment(contract: Agreement, side: Side, rationale: AmendmentRationale, *, by: Actor) -> Agreement:
    """Begin an annex for one side: a draft that says what the contract says now, to be changed and sent by her."""
    lock(contract)
    terms = _basis(contract)
    if len(open_papers(contract, PaperKind.AMENDMENT)) >= MOST_OPEN:
        raise Refused(_("There are annexes on their way already. Please finish or withdraw one of them first."))
    new = NewPaper(
        contract.kind,
        contract.seller,
        contract.buyer,
        side,
        PaperKind.AMENDMENT,
        belongs_to=contract,
        ordinal=next_ordinal(contract, PaperKind.AMENDMENT),
        parent=contract.parent,
        terms=_as_annex(terms, contract, rationale),
    )
    paper = agreements.create(new, by=by)
    paper.rationale, paper.amends_version = rationale, contract.active_version
    trail.note(contract, "amendment_begun", by=by, paper=paper.ref, rationale=rationale.value)
    return paper


def _basis(contract: Agreement) -> dict[str, Any]:
    terms = terms_in_force(contract)
    if not contract.is_contract or contract.state is not AgreementState.ACTIVE or terms is None:
        raise Refused(_("Only a contract in force can be changed by an annex."))
    return terms


def _as_annex(terms: dict[str, Any], contract: Agreement, rationale: AmendmentRationale) -> dict[str, Any]:
    references = {
        **terms["references"],
        "contract": contract.ref,
        "rationale": rationale.value,
        "amends_version": contract.active_version,
    }
    title = title_of(contract.kind, PaperKind.AMENDMENT)
    return {**terms, "paper": PaperKind.AMENDMENT.value, "title": title, "references": references}


# --- on the way ------------------------------------------------------------------------------------------------------


def base_anew(paper: Agreement, side: Side, *, by: Actor) -> None:
    """Put an annex on the text that is in force now: what it proposes stays, all else is as the contract says today.

    It becomes the draft of the side whose turn it is; she looks it over and sends it.
    """
    contract = paper.belongs_to
    if contract is None:
        raise Refused(_("Only an annex stands on the text of another paper."))
    lock(contract, paper)
    now = _basis(contract)
    if not is_behind(paper):
        raise Refused(_("This annex stands on the text that is in force now."))
    begun_on, proposed = version_numbered(contract, paper.amends_version), _proposed(paper, side)
    assert begun_on is not None
    assert paper.rationale is not None
    terms = merged(begun_on.terms, rekeyed(begun_on.terms, proposed, now), now)
    terms["totals"] = sums.totals(terms["lines"])
    paper.amends_version = contract.active_version
    _forget_old_draft(paper, side)
    agreements.save_draft(paper, side, _as_annex(terms, contract, paper.rationale), by)
    trail.note(paper, "based_anew", by=by, version=contract.active_version)


def _forget_old_draft(paper: Agreement, side: Side) -> None:
    """A draft on an older version would refuse to be sent."""
    draft = _draft_of(paper, side)
    if draft is not None and draft.based_on != paper.last_version:
        db.session.delete(draft)
        db.session.flush()


def _draft_of(paper: Agreement, side: Side) -> TermsDraft | None:
    mine = (TermsDraft.agreement_id == paper.id) & (TermsDraft.side == side)
    return db.session.scalar(select(TermsDraft).where(mine))


def _proposed(paper: Agreement, side: Side) -> dict[str, Any]:
    """What this side has written and not yet sent, else what was sent last."""
    draft = _draft_of(paper, side)
    if draft is not None and draft.based_on == paper.last_version:
        return draft.terms
    sent = last_terms(paper)
    assert sent is not None
    return sent


# --- what an annex may do --------------------------------------------------------------------------------------------


def check_amendment(paper: Agreement, terms: dict[str, Any]) -> None:
    """Refuse an annex that the contract, or what was done under it, does not bear; both are locked."""
    contract = paper.belongs_to
    assert contract is not None
    if paper.rationale is None:
        raise Refused(_("Please say why the contract is changed."), field="rationale")
    now = _basis(contract)
    if is_behind(paper):
        raise Refused(BEHIND)
    if same_content(now, terms):
        raise Refused(_("This annex changes nothing yet."))
    _check_sides(now, terms)
    _check_term(contract, now, terms)
    _check_quantities(contract, terms)
    child = last_child(contract)
    if child is not None and child.valid_to and (terms["term"]["valid_to"] or "9999") < child.valid_to.isoformat():
        raise Refused(_("%(ref)s under this framework agreement runs longer than that.", ref=child.ref))


def _check_sides(now: dict[str, Any], terms: dict[str, Any]) -> None:
    for side in Side:
        before, after = now["parties"][side.value], terms["parties"][side.value]
        if any(before.get(name) != after.get(name) for name in WHO):
            raise Refused(_("An annex cannot change who the sides are: that is a new contract."))
    if now["kind"] != terms["kind"]:
        raise Refused(_("An annex cannot make another kind of contract of it: that is a new contract."))


def _check_term(contract: Agreement, now: dict[str, Any], terms: dict[str, Any]) -> None:
    begins, ends = terms["term"]["valid_from"] or "", terms["term"]["valid_to"] or "9999"
    begun, today = now["term"]["valid_from"] or "", clock.today().isoformat()
    if begins != begun and min(begins, begun) <= today:
        raise Refused(_("An annex cannot begin in the past, nor move the first day of a term that has begun."))
    if ends < today:
        raise Refused(_("An annex cannot end the term in the past."))
    late = next((one for one in open_call_offs(contract) if one.due_on.isoformat() > ends), None)
    if late is not None:
        raise Refused(_("Call-off %(ref)s is due after the new end of the term.", ref=late.ref))


def _check_quantities(contract: Agreement, terms: dict[str, Any]) -> None:
    lines = {line["key"]: line for line in terms["lines"]}
    before = {line["key"]: line for line in _basis(contract)["lines"]}
    for row in (one for one in book_of(contract) if one.called):
        line, name = lines.get(row.key), before[row.key]["product"]
        if line is None or line.get("sku") != before[row.key].get("sku"):
            raise Refused(_("“%(name)s” was called already: its line has to stay.", name=name))
        if sums.quantity_of(line) < row.confirmed:
            raise Refused(
                _(
                    "“%(name)s”: %(count)s are confirmed or delivered already, the new quantity cannot be less.",
                    name=name,
                    count=row.confirmed,
                )
            )
        if sums.most(line) < row.called:
            raise Refused(
                _("“%(name)s”: %(count)s are called already. Let these be answered first.", name=name, count=row.called)
            )


# --- in force --------------------------------------------------------------------------------------------------------


def apply(paper: Agreement) -> None:
    """The annex is in force: the contract gets its text as the next version, its book and its days follow (T13)."""
    from marketplace.contracts.services import books

    contract = paper.belongs_to
    signed = version_numbered(paper, paper.last_version)
    assert contract is not None
    assert signed is not None
    version = _next_version(contract, signed)
    terms = signed.terms
    books.move_book(contract, terms)
    contract.last_version = contract.active_version = version.number
    contract.value_vnd = terms["totals"]["total_vnd"]
    _set_term(contract, terms)
    trail.advance(
        contract,
        AgreementAction.AMEND,
        by=SYSTEM,
        turn=contract.turn,
        due_at=contract.due_at,
        paper=paper.ref,
        version=version.number,
        sha256=version.sha256,
    )


def _next_version(contract: Agreement, signed: TermsVersion) -> TermsVersion:
    """The same text under the contract's own numbers, with what both sides said to it."""
    before = version_numbered(contract, contract.last_version)
    version = TermsVersion(
        agreement_id=contract.id,
        number=contract.last_version + 1,
        parent_id=before.id if before is not None else None,
        patch=patch(before.terms, signed.terms) if before is not None else [],
        **{name: getattr(signed, name) for name in ("side", "person_id", "canonical", "sha256", "comment")},
    )
    db.session.add(version)
    db.session.flush()
    accepted = select(Acceptance).where(Acceptance.version_id == signed.id).order_by(Acceptance.id)
    for said in db.session.scalars(accepted).all():
        same = {name: getattr(said, name) for name in ("side", "person_id", "sha256", "at")}
        db.session.add(Acceptance(version_id=version.id, **same))
    return version


def _set_term(contract: Agreement, terms: dict[str, Any]) -> None:
    days = (terms["term"][name] for name in ("valid_from", "valid_to"))
    begins, ends = (date.fromisoformat(day) if day else None for day in days)
    if ends != contract.valid_to:
        contract.renewal_days = None
    contract.valid_from, contract.valid_to = begins, ends
