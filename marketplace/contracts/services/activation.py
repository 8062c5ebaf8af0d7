"""Entering into force (T11): every required side has signed, every signature is proven, none was revoked since."""

from __future__ import annotations

from datetime import datetime

from marketplace.contracts.models import Agreement, Document, Signature
from marketplace.contracts.queries import signing as known
from marketplace.contracts.services import deadlines, endings, reviewing, telling, trail
from marketplace.contracts.states.agreements import AgreementAction, AgreementState, Evidence, Side, Turn
from marketplace.contracts.states.signing import Verdict
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused


def activate_if_complete(agreement: Agreement) -> bool:
    """Put a locked paper into force where nothing is missing any more; says whether it did."""
    document = known.live_document(agreement)
    if agreement.state is not AgreementState.SIGNING or document is None or _missing(agreement, document) is not None:
        return False
    activate(agreement)
    return True


def activate(agreement: Agreement) -> None:
    """T11: the paper is in force; a contract's quantity book opens, a later paper has its effect on its contract.

    A later paper that its contract bears no longer goes back to the table instead.
    """
    lock(*filter(None, (agreement.belongs_to, agreement)))
    document = known.live_document(agreement)
    if document is None or _missing(agreement, document) is not None:
        raise Refused(_l("Not every signature that is needed is there and proven."))
    sentence = endings.hindrance(agreement) if agreement.belongs_to is not None else None
    if sentence is not None:
        endings.send_back(agreement, sentence)
        return
    _enter_into_force(agreement, document)


def _enter_into_force(agreement: Agreement, document: Document) -> None:
    chain = known.live_chain(document)
    agreement.active_version = document.version.number
    agreement.effective_at = _effective_at(agreement, chain)
    deadlines.close_all(agreement)
    last = chain[-1].sha256
    trail.advance(
        agreement,
        AgreementAction.ACTIVATE,
        by=SYSTEM,
        turn=_turn_after(agreement),
        version=document.version.number,
        terms=document.terms_sha256,
        file=last,
    )
    if agreement.is_contract:
        from marketplace.contracts.services import books

        books.open_book(agreement)
    else:
        endings.take_effect(agreement)
    ahead = agreement.day_ahead.isoformat() if agreement.day_ahead else ""
    telling.tell_both(agreement, "in_force_side", number=agreement.paper_number, day_ahead=ahead)
    reviewing.tell_in_force(agreement)


def _turn_after(agreement: Agreement) -> Turn:
    """A contract in force is for both to perform; a later paper has done its work."""
    return Turn.BOTH if agreement.is_contract else Turn.NOBODY


def _effective_at(agreement: Agreement, chain: list[Signature]) -> datetime:
    """The later of the agreed first day and the last receipt."""
    last = max(one.received_at for one in chain)
    return max(last, clock.start_of(agreement.valid_from)) if agreement.valid_from else last


def _missing(agreement: Agreement, document: Document) -> str | None:
    """What still stands in the way, in one word; the invariants of a paper in force are asked here."""
    chain = known.live_chain(document)
    by_side = {one.side: one for one in chain}
    if set(by_side) != set(Side) or len(chain) != len(by_side):
        return "side"
    verdicts = known.verdicts_of(chain)
    if any(verdicts[one.id] is not Verdict.ACCEPT for one in chain):
        return "proof"
    if by_side[Side.SELLER].person_id == by_side[Side.BUYER].person_id:
        return "person"
    if agreement.evidence is Evidence.L2 and not all(_is_own(agreement, one) for one in chain):
        return "organisation"
    return None


def _is_own(agreement: Agreement, signature: Signature) -> bool:
    """A digital signature of the side's own organisation, as it was at signing."""
    return signature.evidence is Evidence.L2 and bool(signature.tax_code)
