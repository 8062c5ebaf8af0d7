"""Giving a paper up because of a department's objection (T12); a department itself ends none."""

from __future__ import annotations

from marketplace.contracts.models import Agreement
from marketplace.contracts.policies import side_of
from marketplace.contracts.queries.objections import objection_to, words_of
from marketplace.contracts.services import agreements
from marketplace.contracts.states.agreements import CancelReason
from marketplace.core.actors import Actor
from marketplace.core.database import lock
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Forbidden, Refused


def give_up(agreement: Agreement, words: str, by: Actor) -> None:
    """A side ends a paper whose text a department sent back; both sides and the departments are told.

    Without words of her own, the department's stand as the reason.
    """
    contract = agreement.belongs_to
    lock(agreement, *([contract] if contract else []))
    if side_of(by, agreement) is None:
        raise Forbidden
    objection = objection_to(agreement)
    if objection is None:
        raise Refused(_("No department objects to the text that is on the table now."), field="objected")
    agreements.cancel_for(agreement, CancelReason.DEPT_OBJECTION, words or words_of(objection), by)
