"""The sections of an agreement's page: each noun hangs its own, asked once with the agreement and who reads.

A section answers what its template needs, or None where it has nothing to show to this reader in this state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from marketplace.contracts.models import Agreement
from marketplace.core.actors import Actor

Shown = Callable[[Actor, Agreement], Any | None]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: its anchor, its place, the template that shows what it answers as `section`."""

    name: str
    place: int
    template: str
    shown: Shown
    at_side: bool


_hung: dict[str, Section] = {}


def section(name: str, template: str, *, place: int, at_side: bool = False) -> Callable[[Shown], Shown]:
    """Hang a section; smaller places come first, `at_side` ones stand in the narrow column."""

    def register(shown: Shown) -> Shown:
        _hung[name] = Section(name, place, template, shown, at_side)
        return shown

    return register


def sections_of(
    actor: Actor, agreement: Agreement, *, at_side: bool, only: Collection[str] | None = None
) -> list[tuple[Section, Any]]:
    """Every section that has something to show, in order, each with what it answered; `only` names those to ask."""
    wanted = (one for name, one in _hung.items() if one.at_side == at_side and (only is None or name in only))
    hung = sorted(wanted, key=lambda one: one.place)
    answered = ((one, one.shown(actor, agreement)) for one in hung)
    return [(one, answer) for one, answer in answered if answer is not None]
