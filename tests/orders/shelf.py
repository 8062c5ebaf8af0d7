"""Things of each kind of buyer in each state, made once and then only asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from tests.access.world import World

State = TypeVar("State")


class Shelf(Generic[State]):
    """One thing for each kind of buyer and state, for those who are refused: nothing they do changes it."""

    def __init__(self, world: World, fresh: Callable[[World, str, State], str]) -> None:
        self.world, self.fresh = world, fresh
        self.kept: dict[tuple[str, State], str] = {}

    def ref(self, role: str, state: State) -> str:
        """The thing that somebody in this role names."""
        whose = role if role in ("guest", "colleague") else "buyer"
        if (whose, state) not in self.kept:
            self.kept[whose, state] = self.fresh(self.world, whose, state)
        return self.kept[whose, state]
