"""Events that a feature publishes upwards; whoever listens runs inside the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")

_reactions: defaultdict[type, list[Callable[[Any], None]]] = defaultdict(list)


def on(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a reaction to one kind of event (once, however often its module is loaded)."""

    def register(reaction: Callable[[E], None]) -> Callable[[E], None]:
        if reaction not in _reactions[event]:
            _reactions[event].append(reaction)
        return reaction

    return register


def publish(event: object) -> None:
    """Tell everyone who listens, in the order of registration; a reaction that raises undoes the whole act."""
    for reaction in _reactions[type(event)]:
        reaction(event)
