"""Programs that act for a person: handed out as a list, revoked and emptied when she is forgotten."""

from __future__ import annotations

from sqlalchemy import delete, select

from marketplace.api.models import KeptAnswer, Token, WebhookMessage
from marketplace.api.services.tokens import revoke
from marketplace.core import clock
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.personal_data import Section, Subject, erases, exports
from marketplace.orders.models import Order, Purchase
from marketplace.orders.personal import purchases_of


def _tokens(subject: Subject) -> list[Token]:
    return list(db.session.scalars(select(Token).where(Token.person_id == subject.person_id).order_by(Token.id)))


@exports("tokens")
def tokens(subject: Subject) -> Section:
    """Her programs' tokens, without their secrets."""
    labels = {"ref": _l("Token"), "name": _l("Name"), "at": _l("Made"), "until": _l("Good until")}
    rows = [
        {"ref": one.ref, "name": one.name, "at": clock.local(one.created_at), "until": clock.local(one.expires_at)}
        for one in _tokens(subject)
    ]
    return Section(_l("Programs"), labels, rows)


@erases("tokens")
def forget_tokens(subject: Subject) -> None:
    """Her tokens open nothing any more, and what programs were told of her orders is gone."""
    for token in _tokens(subject):
        revoke(token, by=SYSTEM)
        token.name = "–"
        _run(delete(KeptAnswer).where(KeptAnswer.token_id == token.id))
    bought = select(Order.ref).join(Purchase).where(purchases_of(subject))
    _run(delete(WebhookMessage).where(WebhookMessage.about.in_(bought)))


def _run(statement: object) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))  # type: ignore[attr-defined]
