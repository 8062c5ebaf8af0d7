"""Contracts of a token's owner, and what is called and delivered under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from marketplace.api.formats import Rule
from marketplace.api.shapes.goods import Vnd
from marketplace.api.shapes.own import LIMIT, Side
from marketplace.contracts.states.agreements import AgreementKind, AgreementState
from marketplace.orders.states import OrderState, RejectReason

KEY = Rule(shortest=1, longest=20, say="The line's key in the text.", example="L1")
Count = Annotated[int, Rule(least=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementQuery:
    """Which of one's own contracts."""

    side: Annotated[Side | None, Rule(say="Only contracts in which one sells, or buys.")] = None
    state: Annotated[tuple[AgreementState, ...], Rule(say="Only contracts in these states; may repeat.")] = ()
    cursor: Annotated[str, Rule(longest=32, say="The `next_cursor` of the page before.")] = ""
    limit: Annotated[int, LIMIT] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """An organisation on one side."""

    ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementItem:
    """A contract in a list."""

    ref: str
    number: Annotated[str, Rule(say="The paper's number, once it is issued.")]
    title: str
    kind: AgreementKind
    state: AgreementState
    side: Side
    seller: Partner
    buyer: Partner
    value_vnd: Vnd
    valid_from: date | None
    valid_to: date | None
    is_suspended: bool
    answer_by: Annotated[datetime | None, Rule(say="Until when the next step is awaited.")]
    url: Annotated[str, Rule(say="Its page for people.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPage:
    """Contracts, the newest first; `next_cursor` is null on the last page."""

    items: tuple[AgreementItem, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """One line of a contract in force, in its own unit."""

    key: Annotated[str, KEY]
    sku: str | None
    product: str
    unit: str
    price_vnd: Vnd
    contracted: Count
    most: Annotated[int, Rule(least=0, say="What may be called in all: the contracted quantity with its tolerance.")]
    called: Count
    confirmed: Count
    delivered: Count
    accepted: Count
    rejected: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDetail(AgreementItem):
    """A contract with its book; empty before it is in force."""

    version: Annotated[int | None, Rule(say="The version of the text that is in force.")]
    lines: tuple[BookLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffQuery:
    """Which call-offs."""

    agreement: Annotated[str, Rule(longest=32, say="Only those under this contract.")] = ""
    cursor: Annotated[str, Rule(longest=32, say="The `next_cursor` of the page before.")] = ""
    limit: Annotated[int, LIMIT] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledLine:
    """How much of one line is called, and what became of it."""

    key: Annotated[str, KEY]
    quantity: Annotated[int, Rule(least=1)]
    price_vnd: Vnd
    shipped: Count
    accepted: Annotated[int | None, Rule(least=0, say="Null as long as nobody has checked the delivery.")]
    rejected: Annotated[int | None, Rule(least=0)]
    reason: RejectReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffItem:
    """A call-off that was placed; its order's state is the only one."""

    ref: str
    agreement: str
    order: str
    state: OrderState
    side: Side
    due_on: date
    place: str
    note: str
    days_late: Count
    due_vnd: Annotated[int, Rule(least=0, say="What is to be paid for it now.")]
    placed_at: datetime
    answer_by: Annotated[datetime | None, Rule(say="When the present state ends by itself.")]
    lines: tuple[CalledLine, ...]
    url: Annotated[str, Rule(say="Its page for people.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffPage:
    """Call-offs, the newest first; `next_cursor` is null on the last page."""

    items: tuple[CallOffItem, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """How much of one line is called."""

    key: Annotated[str, KEY]
    quantity: Annotated[int, Rule(least=1, most=1_000_000_000, say="In the line's unit.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCallOff:
    """What the buyer calls; without a place the contract's own counts."""

    lines: Annotated[tuple[WantedLine, ...], Rule(most=200)]
    due_on: Annotated[date, Rule(say="The day on which the goods have to be there, within the term.")]
    place: Annotated[str, Rule(longest=200)] = ""
    note: Annotated[str, Rule(longest=1000)] = ""
