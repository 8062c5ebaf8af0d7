"""What waits for the operator: first verifications and changes of legal details; and what was decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Application, Organisation, Ruling
from marketplace.accounts.states import JOINING, OPEN_APPLICATIONS, ApplicationState, OrganisationState
from marketplace.core import audit, clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db
from marketplace.core.text import fold

# working days in which the operator answers
ANSWER_DAYS = 3
VIEWS = ("waiting", "asked", "verified", "suspended", "all")


def open_application(organisation: Organisation) -> Application | None:
    """What the organisation has asked for and nobody has accepted yet."""
    mine = (Application.organisation_id == organisation.id) & Application.state.in_(OPEN_APPLICATIONS)
    return db.session.scalars(select(Application).where(mine).order_by(Application.id.desc())).first()


def wished(application: Application) -> dict[str, str]:
    """The legal details that a change asks for, as the form names them."""
    known = {
        "legal_form": application.legal_form,
        "legal_name": application.legal_name,
        "tax_code": application.tax_code,
    }
    return {name: str(value) for name, value in known.items() if value}


def answer_due(application: Application | Organisation) -> date:
    """By which day the operator answers: three working days after it was sent."""
    sent = application.created_at if isinstance(application, Organisation) else application.submitted_at
    day, left = clock.local(sent).date(), ANSWER_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def rulings_of(organisation: Organisation) -> list[Ruling]:
    """What the operator has decided about an organisation, the latest first."""
    asked = select(Ruling).where(Ruling.organisation_id == organisation.id).options(joinedload(Ruling.person))
    return list(db.session.scalars(asked.order_by(Ruling.id.desc())))


def last_ruling(organisation: Organisation) -> Ruling | None:
    """What the operator has decided last."""
    asked = select(Ruling).where(Ruling.organisation_id == organisation.id).order_by(Ruling.id.desc())
    return db.session.scalars(asked.limit(1)).first()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an organisation stands: what waits, by which day the operator answers, and what it said last."""

    organisation: Organisation
    application: Application | None
    ruling: Ruling | None
    due: date

    @property
    def step(self) -> str:
        """What happens next: `waiting`, `asked`, `declined`, `suspended`, `changing` or nothing."""
        if self.organisation.state is OrganisationState.SUSPENDED:
            return "suspended"
        known = self.application.state.value if self.application else ""
        if self.organisation.state is OrganisationState.PENDING:
            return known or "waiting"
        return "changing" if known == ApplicationState.WAITING else known


def standing_of(organisation: Organisation) -> Standing:
    """Where an organisation stands with the operator."""
    application = open_application(organisation)
    return Standing(organisation, application, last_ruling(organisation), answer_due(application or organisation))


# --- the operator's list ---


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator looks for."""

    view: str = "waiting"
    kind: OrganisationKind | None = None
    text: str = ""


def _has(state: ApplicationState) -> ColumnElement[bool]:
    return exists().where(Application.organisation_id == Organisation.id, Application.state == state)


def _waits() -> ColumnElement[bool]:
    """Its request waits for the operator; one that never sent any counts as having done so when it came."""
    any_sent = exists().where(Application.organisation_id == Organisation.id)
    unsent = and_(Organisation.state == OrganisationState.PENDING, ~any_sent, Organisation.kind.in_(JOINING))
    return or_(_has(ApplicationState.WAITING), unsent)


def _seen(view: str) -> ColumnElement[bool]:
    if view == "waiting":
        return _waits()
    if view == "asked":
        return or_(_has(ApplicationState.ASKED), _has(ApplicationState.DECLINED))
    if view in {OrganisationState.VERIFIED, OrganisationState.SUSPENDED}:
        return Organisation.state == OrganisationState(view)
    return Organisation.id.is_not(None)


def organisations_for(wish: Wish) -> Select[Any]:
    """The organisations that the operator looks for: what waits comes oldest first, everything else newest first."""
    asked = select(Organisation).options(joinedload(Organisation.province)).where(_seen(wish.view))
    if wish.kind is not None:
        asked = asked.where(Organisation.kind == wish.kind)
    if wish.text:
        asked = asked.where(_called(wish.text))
    if wish.view != "waiting":
        return asked.order_by(Organisation.id.desc())
    sent = select(func.max(Application.submitted_at)).where(Application.organisation_id == Organisation.id)
    return asked.order_by(func.coalesce(sent.scalar_subquery(), Organisation.created_at), Organisation.id)


def _called(text: str) -> ColumnElement[bool]:
    """Its slug holds the name without accents; legal name and tax code are compared as written."""
    pattern, folded = _like(text), _like("-".join(fold(text).split()))
    names = (Organisation.name, Organisation.legal_name, Organisation.tax_code, Organisation.ref)
    return or_(Organisation.slug.like(folded, escape="!"), *(one.ilike(pattern, escape="!") for one in names))


def _like(text: str) -> str:
    escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def applications_of(organisations: list[Organisation]) -> dict[int, Application]:
    """The open request of each organisation on a page, by the organisation's id."""
    mine = Application.organisation_id.in_([one.id for one in organisations])
    asked = select(Application).where(mine, Application.state.in_(OPEN_APPLICATIONS)).order_by(Application.id)
    return {one.organisation_id: one for one in db.session.scalars(asked)}


def counts() -> Counter[str]:
    """How many organisations each view of the operator's list holds."""
    numbers = [select(func.count(Organisation.id)).where(_seen(view)).scalar_subquery() for view in VIEWS]
    return Counter(dict(zip(VIEWS, db.session.execute(select(*numbers)).one(), strict=True)))


def oldest_waiting() -> datetime | None:
    """Since when the request waits that has waited longest."""
    waiting = select(func.min(Application.submitted_at)).where(Application.state == ApplicationState.WAITING)
    return db.session.scalar(waiting)


def trail_of(organisation: Organisation) -> list[AuditEntry]:
    """What happened to an organisation, the latest first."""
    subject = audit.subject_of(organisation)
    mine = (AuditEntry.subject_kind == subject.kind) & (AuditEntry.subject_ref == subject.ref)
    return list(db.session.scalars(select(AuditEntry).where(mine).order_by(AuditEntry.number.desc()).limit(50)))
