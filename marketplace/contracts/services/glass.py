"""An operator looks into an agreement of others: for an hour, for a reason, and never without a trace."""

from __future__ import annotations

from datetime import timedelta

from marketplace.contracts.models import Agreement, GlassBreak
from marketplace.contracts.services import telling, trail
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db, lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused

LOOK = timedelta(hours=1)
LEAST_WORDS = 20


def break_glass(agreement: Agreement, *, reason: str, by: Actor) -> GlassBreak:
    """Reading is allowed for an hour; the chain of the agreement keeps it and both sides are told why."""
    lock(agreement)
    if by.person_id is None:
        raise Refused(_("Only people read agreements."))
    if len(reason) < LEAST_WORDS:
        raise Refused(_("Please say in a sentence why this has to be read: both sides will see it."), field="reason")
    now = clock.now()
    look = GlassBreak(agreement_id=agreement.id, person_id=by.person_id, reason=reason, at=now, until=now + LOOK)
    db.session.add(look)
    db.session.flush()
    trail.note(agreement, "glass_broken", by=by, minutes=int(LOOK.total_seconds() // 60))
    telling.tell_both(agreement, "glass_broken", reason=reason)
    return look
