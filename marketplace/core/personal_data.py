"""What each feature knows of a person: handed out to herself, forgotten when she wants, and what still keeps her here.

Features register at start: `@exports("orders")` hands out, `@erases("orders")` forgets, `@keeps("orders")` says what
has to be finished before she can be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, false, or_, select

from marketplace.core.database import db
from marketplace.core.outbox import Notice


@dataclass(frozen=True, slots=True)
class Subject:
    """The person in question, by everything that her rows may be found with; `phone` is empty unless it is proven."""

    person_id: int
    ref: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why somebody cannot be forgotten yet, in words for herself, and the page where it can be settled."""

    sentence: Any
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of what is known: its records as plain JSON values, with words for their fields in her language."""

    title: Any
    labels: dict[str, Any]
    records: list[dict[str, Any]]


# how somebody is called who is no longer here; it stands in rows that both languages read
PSEUDONYM = "Người mua đã xóa tài khoản"
Export = Callable[[Subject], Section]
Eraser = Callable[[Subject], None]
Keeper = Callable[[Subject], list[Hindrance]]
_exports: dict[str, Export] = {}
_erasers: dict[str, Eraser] = {}
_keepers: dict[str, Keeper] = {}


def exports(name: str) -> Callable[[Export], Export]:
    """Name the function that hands out one part of what a feature knows; it only reads."""

    def register(export: Export) -> Export:
        _exports[name] = export
        return export

    return register


def erases(name: str) -> Callable[[Eraser], Eraser]:
    """Name the function that forgets what a feature knows, inside the transaction of the erasure."""

    def register(eraser: Eraser) -> Eraser:
        _erasers[name] = eraser
        return eraser

    return register


def keeps(name: str) -> Callable[[Keeper], Keeper]:
    """Name the function that says what of a feature has to be finished first."""

    def register(keeper: Keeper) -> Keeper:
        _keepers[name] = keeper
        return keeper

    return register


def everything_about(subject: Subject) -> dict[str, Section]:
    """What the whole marketplace knows of somebody, by name of the part."""
    return {name: export(subject) for name, export in _exports.items()}


def forget(subject: Subject) -> None:
    """Let every feature forget somebody."""
    for eraser in _erasers.values():
        eraser(subject)
    db.session.flush()


def hindrances(subject: Subject) -> list[Hindrance]:
    """Everything that has to be finished before somebody can be forgotten."""
    return [one for keeper in _keepers.values() for one in keeper(subject)]


def without(value: Any, subject: Subject, words: str = PSEUDONYM) -> Any:
    """A JSON value in which nothing names her any more."""
    if isinstance(value, dict):
        return {name: without(inner, subject, words) for name, inner in value.items()}
    if isinstance(value, list):
        return [without(inner, subject, words) for inner in value]
    if not isinstance(value, str):
        return value
    for known in filter(None, (subject.name, subject.email, subject.phone)):
        value = value.replace(known, words)
    return value


def forget_in_notices(subject: Subject, *mentions: str) -> None:
    """What others were told of her says no longer who she is; `mentions` are refs that such notices carry."""
    said = [cast(Notice.context, Text).contains(ref, autoescape=True) for ref in mentions]
    for notice in db.session.scalars(select(Notice).where(or_(false(), *said))):
        notice.context = without(notice.context, subject)
