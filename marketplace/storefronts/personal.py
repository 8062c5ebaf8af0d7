"""What a person keeps to find again: handed out and forgotten."""

from __future__ import annotations

from sqlalchemy import delete, select

from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.personal_data import Section, Subject, erases, exports
from marketplace.storefronts.models import Favourite


@exports("favourites")
def favourites(subject: Subject) -> Section:
    """Her favourites."""
    hers = select(Favourite).where(Favourite.person_id == subject.person_id).order_by(Favourite.id)
    rows = [{"product": one.product.name, "at": clock.local(one.created_at)} for one in db.session.scalars(hers)]
    return Section(_l("Favourites"), {"product": _l("Product"), "at": _l("Kept since")}, rows)


@erases("favourites")
def forget_favourites(subject: Subject) -> None:
    """Her favourites are gone."""
    gone = delete(Favourite).where(Favourite.person_id == subject.person_id)
    db.session.execute(gone.execution_options(synchronize_session=False))
