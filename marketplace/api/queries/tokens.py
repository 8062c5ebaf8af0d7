"""Tokens as programs show them and as their owners read them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import Person
from marketplace.api.models import KeptAnswer, Token
from marketplace.core import clock
from marketplace.core.database import db
from marketplace.core.refs import token_digest

MOST_TOKENS = 20


def token_by_secret(secret: str) -> Token | None:
    """The token that a program has sent, with its person, her memberships and the organisation."""
    whole = joinedload(Token.person).selectinload(Person.memberships), joinedload(Token.organisation)
    return db.session.scalar(select(Token).where(Token.digest == token_digest(secret)).options(*whole))


def token_by_ref(ref: str) -> Token | None:
    """The token with this ref."""
    return db.session.scalar(select(Token).where(Token.ref == ref[:32]).options(joinedload(Token.organisation)))


def tokens_of(person_id: int) -> list[Token]:
    """A person's tokens that were not revoked, the newest first; those that have expired, too."""
    own = select(Token).where(Token.person_id == person_id, Token.revoked_at.is_(None)).order_by(Token.id.desc())
    return list(db.session.scalars(own.options(selectinload(Token.organisation))))


def most_tokens_reached(person_id: int) -> bool:
    """Whether a person has as many living tokens as one may have."""
    living = (Token.person_id == person_id) & Token.revoked_at.is_(None) & (Token.expires_at > clock.now())
    return (db.session.scalar(select(func.count()).select_from(Token).where(living)) or 0) >= MOST_TOKENS


def kept_answer(token: Token, key: str) -> KeptAnswer | None:
    """What was answered to this key of a token."""
    return db.session.scalar(select(KeptAnswer).where(KeptAnswer.token_id == token.id, KeptAnswer.key == key))
