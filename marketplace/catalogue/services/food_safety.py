"""Papers on food safety: entered by the producer, read by departments; the marketplace vouches for none of them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import FoodSafetyPaper
from marketplace.catalogue.states import FoodSafetyKind
from marketplace.core import audit, clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

# no such paper is given for longer
MOST_YEARS = 5
MOST_PAPERS = 20


def enter_food_safety(
    seller: Organisation,
    *,
    kind: FoodSafetyKind,
    number: str,
    issued_by: str,
    issued_on: date,
    valid_until: date,
    by: Actor,
) -> FoodSafetyPaper:
    """Keep what the paper says; departments see it beside the producer's contracts from now on."""
    lock(seller)
    _possible(issued_on, valid_until)
    known = db.session.scalars(select(FoodSafetyPaper.number).where(FoodSafetyPaper.seller_id == seller.id)).all()
    if number in known:
        raise Refused(_l("This certificate has been entered already."), field="number")
    if len(known) >= MOST_PAPERS:
        raise Refused(_l("That is enough: %(most)s papers are kept here.", most=MOST_PAPERS))
    words = {"number": number, "issued_by": issued_by, "issued_on": issued_on, "valid_until": valid_until}
    made = FoodSafetyPaper(seller_id=seller.id, kind=kind, **words, declared_at=clock.now())
    db.session.add(made)
    db.session.flush()
    audit.record(audit.subject_of(seller), "food_safety.enter", by=by, until=valid_until.isoformat())
    return made


def _possible(issued_on: date, valid_until: date) -> None:
    if issued_on > clock.today():
        raise Refused(_l("The day of issue cannot be in the future."), field="issued_on")
    if valid_until <= issued_on:
        raise Refused(_l("It has to end after the day of issue."), field="valid_until")
    if (valid_until - issued_on).days > MOST_YEARS * 366:
        sentence = _l(
            "No such paper is valid for more than %(years)s years. Please look at it again.", years=MOST_YEARS
        )
        raise Refused(sentence, field="valid_until")


def take_out_food_safety(paper: FoodSafetyPaper, seller: Organisation, *, by: Actor) -> None:
    """Something typed wrongly goes away on the day on which it was entered."""
    lock(seller)
    if not paper.may_go:
        raise Refused(_l("This paper stays: it was entered before today. Enter the new one beside it."))
    db.session.delete(paper)
    audit.record(audit.subject_of(seller), "food_safety.take_out", by=by)
