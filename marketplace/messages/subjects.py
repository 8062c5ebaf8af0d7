"""What may be talked about: higher features offer their kinds of things, and say who may ask whom about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marketplace.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Party:
    """The asking side: one person, or an organisation with all who run it."""

    person_id: int | None = None
    organisation_id: int | None = None

    @property
    def key(self) -> str:
        """A name that is alike for the same party."""
        return f"organisation:{self.organisation_id}" if self.organisation_id else f"person:{self.person_id}"


@dataclass(frozen=True, slots=True)
class About:
    """A thing that is talked about, as one actor sees it; `asker` is known where it is not whoever begins."""

    ref: str
    title: str
    url: str
    organisation_id: int
    organisation_name: str
    note: str = ""
    picture_url: str = ""
    asker: Party | None = None
    asker_name: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing: its word, how an actor finds one (None: not for her), whether answers may be made public."""

    word: Any
    about: Callable[[Actor, str], About | None]
    may_be_public: bool = False


_offered: dict[str, Subject] = {}


def offer(kind: str, subject: Subject) -> None:
    """Let people talk about one more kind of thing."""
    _offered[kind] = subject


def subject_of(kind: str) -> Subject | None:
    """The kind of this name, if any feature offers it."""
    return _offered.get(kind)


def about(actor: Actor, kind: str, ref: str) -> About | None:
    """The thing behind a kind and a ref, if this actor may see it."""
    subject = _offered.get(kind)
    return subject.about(actor, ref) if subject else None


def may_be_public(kind: str) -> bool:
    """Whether answers about such things may stand beside them for everybody."""
    subject = _offered.get(kind)
    return subject is not None and subject.may_be_public
