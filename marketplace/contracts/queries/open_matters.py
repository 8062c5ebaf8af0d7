"""What is still open under a contract: call-offs and their receipts, disputes, later papers; and what was delivered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from marketplace.contracts.models import Agreement, AgreementLine, CallOff, Dispute
from marketplace.contracts.states.agreements import BEFORE_ACTIVE, RUNNING, AgreementState, PaperKind
from marketplace.contracts.states.performing import OPEN_DISPUTES, CallOffState
from marketplace.core.database import db
from marketplace.orders.models import Order
from marketplace.orders.states import OrderState

# an order that is none of these still has something to happen: an answer, a delivery, a check of what came
ENDED = (OrderState.COMPLETED, OrderState.CANCELLED, OrderState.RETURNED_TO_SELLER)


def open_call_offs(contract: Agreement) -> list[CallOff]:
    """Call-offs that are placed and not yet closed: unanswered, on their way, or not yet checked."""
    statement = (
        select(CallOff)
        .join(Order, Order.id == CallOff.order_id)
        .where(CallOff.agreement_id == contract.id, CallOff.state == CallOffState.PLACED, Order.state.not_in(ENDED))
        .order_by(CallOff.ordinal)
    )
    return list(db.session.scalars(statement))


def open_disputes(contract: Agreement) -> list[Dispute]:
    """Disputes that nobody has ended."""
    statement = select(Dispute).where(Dispute.agreement_id == contract.id, Dispute.state.in_(OPEN_DISPUTES))
    return list(db.session.scalars(statement.order_by(Dispute.id)))


def open_papers(contract: Agreement, *kinds: PaperKind) -> list[Agreement]:
    """Later papers on their way: annexes and minutes that are not yet in force."""
    wanted = kinds or (PaperKind.AMENDMENT, PaperKind.TERMINATION, PaperKind.LIQUIDATION)
    statement = select(Agreement).where(
        Agreement.belongs_to_id == contract.id, Agreement.paper.in_(wanted), Agreement.state.in_(BEFORE_ACTIVE)
    )
    return list(db.session.scalars(statement.order_by(Agreement.id)))


def later_papers(contract: Agreement) -> list[Agreement]:
    """Every later paper of a contract, in the order in which they were begun."""
    statement = select(Agreement).where(Agreement.belongs_to_id == contract.id).order_by(Agreement.id)
    return list(db.session.scalars(statement))


def has_signed(contract: Agreement, minutes: PaperKind) -> bool:
    """Whether both sides have signed minutes of this kind."""
    return signed_minutes(later_papers(contract), minutes) is not None


def signed_minutes(papers: Iterable[Agreement], minutes: PaperKind) -> Agreement | None:
    """The minutes of a kind that both sides have signed, among a contract's later papers."""
    in_effect = (AgreementState.ACTIVE, AgreementState.COMPLETED)
    return next((one for one in papers if one.paper is minutes and one.state in in_effect), None)


def last_child(framework: Agreement) -> Agreement | None:
    """Of the contracts in force under a framework agreement the one that runs longest."""
    mine = Agreement.parent_id == framework.id
    statement = select(Agreement).where(mine, Agreement.belongs_to_id.is_(None), Agreement.state.in_(RUNNING))
    return db.session.scalar(statement.order_by(Agreement.valid_to.desc(), Agreement.id).limit(1))


def next_ordinal(contract: Agreement, paper: PaperKind) -> int:
    """The number that the next annex or minutes of a contract gets; read under the contract's lock."""
    last = select(func.max(Agreement.ordinal)).where(Agreement.belongs_to_id == contract.id, Agreement.paper == paper)
    return (db.session.scalar(last) or 0) + 1


def book_of(contract: Agreement) -> list[AgreementLine]:
    """The quantity book of a contract, line by line."""
    line = AgreementLine
    return list(db.session.scalars(select(line).where(line.agreement_id == contract.id).order_by(line.position)))


def is_enough(book: Sequence[AgreementLine]) -> bool:
    """At least the contracted quantity less the tolerance was delivered of every line."""
    return bool(book) and all(line.delivered >= 2 * line.contracted - line.most for line in book)


def is_all(book: Sequence[AgreementLine]) -> bool:
    """The whole contracted quantity was delivered of every line."""
    return bool(book) and all(line.delivered >= line.contracted for line in book)
