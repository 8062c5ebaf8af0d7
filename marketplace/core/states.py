"""State machines as plain tables: (state, action) → state; and enums that carry a label people read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar


class Labelled(StrEnum):
    """An enum whose members are stored by value and shown by a lazy label: `NAME = "value", _l("Label")`."""

    label: Any

    def __new__(cls, value: str, label: Any = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class Machine(Generic[S, A]):
    """What may follow what; knows nothing of who asks or why."""

    def __init__(self, table: Mapping[tuple[S, A], S]) -> None:
        self.table = dict(table)

    def after(self, state: S, action: A) -> S | None:
        """The state that an action leads to, or None where it leads nowhere."""
        return self.table.get((state, action))

    def actions(self, state: S) -> list[A]:
        """Every action that a state knows."""
        return [action for (source, action) in self.table if source == state]

    def ends(self) -> set[S]:
        """States that nothing leaves."""
        return set(self.table.values()) - {source for source, _ in self.table}
