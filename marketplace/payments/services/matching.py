"""A seller's bank statement against her payments: what fits is settled when she says so, and only once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.refs import next_ref
from marketplace.core.text import fold
from marketplace.payments.models import BY_TRANSFER, BankStatement, Payment, ProviderEvent, StatementLine
from marketplace.payments.queries import lines_of
from marketplace.payments.services.bank_lines import Transfer
from marketplace.payments.services.settling import Told, settle
from marketplace.payments.states import Match, PaymentState

# one transfer that names nobody may be any of so many payments
MOST_GUESSES = 3
MOST_FITS = 2_000
KEY = len("DH2026000123")
_REFERENCE = re.compile(r"(?=(DH\d{10}))")
_NUMBERS = re.compile(r"[A-Z0-9]{0,3}[0-9OILSB]{8,40}")
BY_STATEMENT = "bank_statement"
OPEN = (PaymentState.AWAITING, PaymentState.DECLARED, PaymentState.REVIEW)


@dataclass(frozen=True, slots=True)
class Fit:
    """One transfer beside a payment that it may be."""

    transfer: Transfer
    payment: Payment
    kind: Match


class Payments:
    """The payments of a seller, found by what a transfer says or by its amount."""

    def __init__(self, payments: Sequence[Payment]) -> None:
        self.by_key = {_key(payment): payment for payment in payments}
        self.by_amount: defaultdict[int, list[Payment]] = defaultdict(list)
        self.by_rest: defaultdict[str, set[str]] = defaultdict(set)
        for payment in payments:
            if payment.state in OPEN:
                self.by_amount[payment.amount_vnd].append(payment)
                for rest in _rests(_key(payment)):
                    self.by_rest[rest].add(_key(payment))

    def named(self, words: str) -> Payment | None:
        """The payment whose reference stands in bare words."""
        return next((self.by_key[key] for key in _REFERENCE.findall(words) if key in self.by_key), None)

    def nearly_named(self, words: str) -> set[str]:
        """References that stand in bare words with one sign wrong, missing or too many."""
        found: set[str] = set()
        for run in _NUMBERS.findall(words):
            for size in (KEY - 1, KEY, KEY + 1):
                for start in range(len(run) - size + 1):
                    found |= self._near(run[start : start + size])
        return found

    def _near(self, window: str) -> set[str]:
        if len(window) == KEY - 1:
            return self.by_rest.get(window, set())
        rests = _rests(window)
        if len(window) == KEY + 1:
            return {rest for rest in rests if rest in self.by_key}
        return {key for rest in rests for key in self.by_rest.get(rest, ())}


def fits(transfers: Sequence[Transfer], known: Payments) -> tuple[list[Fit], int]:
    """Which payment each transfer may be, and how many are confirmed already; a payment is met exactly only once."""
    found: list[Fit] = []
    met: set[int] = set()
    settled = 0
    for transfer in transfers:
        words = _bare(transfer.words)
        named = known.named(words)
        if named is not None and named.state is PaymentState.RECEIVED:
            settled += 1
        elif named is not None:
            found.append(_by_name(transfer, named, met))
        else:
            found += _by_amount(transfer, words, known)
    return found[:MOST_FITS], settled


def _key(payment: Payment) -> str:
    """What a transfer for it says, without the spaces that banks add or lose: "DH2026000123"."""
    return payment.memo.rpartition(" ")[2].upper()


def _rests(text: str) -> set[str]:
    """A text without one of its signs, in each way."""
    return {text[:place] + text[place + 1 :] for place in range(len(text))}


def _bare(words: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", fold(words).upper())


def _by_name(transfer: Transfer, payment: Payment, met: set[int]) -> Fit:
    if transfer.amount_vnd != payment.amount_vnd:
        return Fit(transfer, payment, Match.AMOUNT)
    if payment.id in met:
        return Fit(transfer, payment, Match.AGAIN)
    met.add(payment.id)
    return Fit(transfer, payment, Match.ENDED if payment.state is PaymentState.CANCELLED else Match.EXACT)


def _by_amount(transfer: Transfer, words: str, known: Payments) -> list[Fit]:
    """Payments of the same amount: the one whose reference was mistyped, else the few that it may be."""
    possible = [
        one
        for one in known.by_amount[transfer.amount_vnd]
        if transfer.on is None or transfer.on >= clock.local(one.created_at).date()
    ]
    near = known.nearly_named(words) if possible else set()
    mistyped = [one for one in possible if _key(one) in near]
    if mistyped:
        return [Fit(transfer, one, Match.REFERENCE) for one in mistyped[:MOST_GUESSES]]
    guesses = () if _REFERENCE.search(words) else possible[:MOST_GUESSES]
    return [Fit(transfer, one, Match.UNNAMED) for one in guesses]


def stage(
    seller_id: int, name: str, told: Sequence[Transfer], payments: Sequence[Payment], *, by: Actor
) -> BankStatement:
    """Keep what a statement may settle, so that the seller can look at it; nothing is settled by this."""
    fresh = _not_told_before(seller_id, told)
    found, settled = fits(fresh, Payments(payments))
    statement = BankStatement(ref=next_ref("bank_statement"), seller_id=seller_id, name=name, created_at=clock.now())
    statement.line_count, statement.settled_count = len(told), settled + len(told) - len(fresh)
    statement.lines = [_line(seller_id, one) for one in found]
    db.session.add(statement)
    db.session.flush()
    audit.record(audit.subject_of(statement), "read", by=by, transfers=len(told), fits=len(found))
    return statement


def _event_id(seller_id: int, transfer: Transfer) -> str:
    return f"bank:{seller_id}:{transfer.name}"


def _not_told_before(seller_id: int, told: Sequence[Transfer]) -> list[Transfer]:
    """Transfers that no earlier statement has settled."""
    names = {_event_id(seller_id, one) for one in told}
    prefix = ProviderEvent.event_id.startswith(f"bank:{seller_id}:", autoescape=True)
    known = set(
        db.session.scalars(select(ProviderEvent.event_id).where(ProviderEvent.provider.in_(BY_TRANSFER), prefix))
    )
    return [one for one in told if _event_id(seller_id, one) not in names & known]


def _line(seller_id: int, fit: Fit) -> StatementLine:
    return StatementLine(
        payment_id=fit.payment.id,
        number=fit.transfer.number,
        on=fit.transfer.on,
        words=fit.transfer.words,
        amount_vnd=fit.transfer.amount_vnd,
        event_id=_event_id(seller_id, fit.transfer),
        kind=fit.kind,
    )


def settle_line(line: StatementLine, *, by: Actor) -> str:
    """The seller says that this transfer is for that payment: settled by the one path; again it changes nothing."""
    payment = line.payment
    lock(payment.order, payment)
    if line.kind is Match.EXACT and _is_told_by_another_file(line, payment):
        line.outcome = "repeated"
        return line.outcome
    told = Told(
        provider=payment.provider,
        event_id=line.event_id,
        kind=BY_STATEMENT,
        amount_vnd=line.amount_vnd,
        content={"by": by.ref, "on": line.on.isoformat() if line.on else None, "line": line.number},
    )
    line.outcome = settle(payment, told, by=by)
    return line.outcome


def _is_told_by_another_file(line: StatementLine, payment: Payment) -> bool:
    """A bank names a transfer otherwise in a file of another kind: the same sum of the same day is no second one.

    Buyers who really paid twice stand twice in one file, and the second line there is no exact match.
    """
    day = line.on.isoformat() if line.on else None
    told = [one for one in lines_of(payment) if one.kind == BY_STATEMENT and one.amount_vnd == line.amount_vnd]
    others = [one.content.get("on") for one in told if one.event_id != line.event_id]
    return any(other == day or None in (other, day) for other in others)
