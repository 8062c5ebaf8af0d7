"""What has changed or ends a contract, as its page tells it: annexes, suspensions, notices, what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Agreement, Suspension
from marketplace.contracts.queries.open_matters import later_papers, signed_minutes
from marketplace.contracts.states.agreements import BEFORE_ACTIVE, RUNNING, TERMINAL, AgreementState, PaperKind
from marketplace.contracts.terms.checking import Missing, missing
from marketplace.contracts.terms.drafting import ModelText
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.permissions import Permission, allows

BEHIND = _l("Another annex has changed the contract since. Please put this one on the text in force now.")
# two months before the end both sides are asked for the first time
RENEWABLE_DAYS = 60


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that was added to a contract, and where its end stands."""

    contract: Agreement
    papers: tuple[Agreement, ...]
    suspensions: tuple[Suspension, ...]
    successor: Agreement | None
    may_renew: bool

    @property
    def amendments(self) -> list[Agreement]:
        """The annexes, in their order."""
        return [one for one in self.papers if one.paper is PaperKind.AMENDMENT]

    @property
    def minutes(self) -> list[Agreement]:
        """Minutes of termination and of liquidation."""
        return [one for one in self.papers if one.paper is not PaperKind.AMENDMENT]

    @property
    def is_liquidated(self) -> bool:
        """Both sides have signed minutes of liquidation."""
        return signed_minutes(self.papers, PaperKind.LIQUIDATION) is not None

    @property
    def ended_by(self) -> Agreement | None:
        """The minutes of termination that both sides have signed."""
        return signed_minutes(self.papers, PaperKind.TERMINATION)

    def on_their_way(self, paper: str) -> list[Agreement]:
        """Minutes of a kind that neither are in force nor were given up."""
        return [one for one in self.papers if one.paper == paper and one.state in BEFORE_ACTIVE]

    @property
    def is_running(self) -> bool:
        """In force, perhaps winding down."""
        return self.contract.state in RUNNING


def changes_of(actor: Actor, contract: Agreement) -> Changes:
    """What a reader may see of it: a draft only the side that writes it, all else by the paper's own rule."""
    papers = tuple(one for one in later_papers(contract) if allows(actor, Permission.AGREEMENT_SEE, one))
    following = successor_of(contract)
    seen = following if following is not None and allows(actor, Permission.AGREEMENT_SEE, following) else None
    return Changes(contract, papers, tuple(standing_suspensions(contract)), seen, may_renew(contract))


def standing_suspensions(contract: Agreement) -> list[Suspension]:
    """Suspensions that are in force or announced, oldest first."""
    mine = select(Suspension).where(Suspension.agreement_id == contract.id, Suspension.lifted_at.is_(None))
    return list(db.session.scalars(mine.options(joinedload(Suspension.organisation)).order_by(Suspension.id)))


def successor_of(contract: Agreement) -> Agreement | None:
    """The contract that follows this one, if it was begun and not withdrawn."""
    mine = select(Agreement).where(Agreement.prior_id == contract.id, Agreement.belongs_to_id.is_(None))
    alive = mine.where(Agreement.state != AgreementState.CANCELLED)
    return db.session.scalar(alive.order_by(Agreement.id.desc()).limit(1))


def may_renew(contract: Agreement) -> bool:
    """Whether a new draft may begin from this contract: it has ended, or ends within two months."""
    if not contract.is_contract or not contract.last_version:
        return False
    if contract.state in TERMINAL:
        return True
    ends = contract.valid_to
    return contract.state in RUNNING and ends is not None and ends <= clock.today() + timedelta(days=RENEWABLE_DAYS)


def renewable_from(contract: Agreement) -> date | None:
    """The first day on which the next contract may begin while this one still runs."""
    return contract.valid_to - timedelta(days=RENEWABLE_DAYS) if contract.valid_to else None


def is_behind(paper: Agreement) -> bool:
    """Whether another annex has changed the contract since this one was begun."""
    contract = paper.belongs_to
    if paper.paper is not PaperKind.AMENDMENT or contract is None:
        return False
    return paper.amends_version != contract.active_version


def to_do(paper: Agreement, terms: Mapping[str, Any], library: Iterable[ModelText]) -> list[Missing]:
    """What has to be done before a text is sent: for an annex that another has overtaken, its new basis comes first."""
    overtaken = [Missing("basis", str(BEHIND))] if is_behind(paper) else []
    return [*overtaken, *missing(terms, library)]
