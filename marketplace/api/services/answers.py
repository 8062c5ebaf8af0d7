"""Repeated requests: a key that was seen is answered as it was the first time, and nothing is done twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from marketplace.api import queries
from marketplace.api.models import KeptAnswer, Token
from marketplace.core import clock
from marketplace.core.database import db, insert_into
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused

KEPT = timedelta(hours=24)


def claim(token: Token, key: str, asked: str) -> dict[str, Any] | None:
    """Take a key for the request with this digest; the answer of before where it was taken, or a refusal (key in use).

    The key waits for another request that holds it, and is free again where that one fails.
    """
    row = {"token_id": token.id, "key": key, "asked": asked, "created_at": clock.now()}
    insert = insert_into(KeptAnswer).values(row).on_conflict_do_nothing(index_elements=["token_id", "key"])
    if db.session.execute(insert.returning(KeptAnswer.id)).first() is not None:
        return None
    known = queries.kept_answer(token, key)
    if known is None or known.asked != asked or known.body is None:
        raise Refused(_("This key was used for another request. Please make a new one."), field="Idempotency-Key")
    return known.body


def keep(token: Token, key: str, body: dict[str, Any]) -> None:
    """What the request with this key is answered from now on."""
    known = queries.kept_answer(token, key)
    assert known is not None
    known.body = body


def forget() -> None:
    """Keys older than a day are free again."""
    db.session.execute(delete(KeptAnswer).where(KeptAnswer.created_at < clock.now() - KEPT))
