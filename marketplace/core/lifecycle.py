"""The one door to state: a thing moves only through its machine, and every move leaves a row in the trail."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Protocol

from marketplace.core import audit
from marketplace.core.actors import Actor
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused
from marketplace.core.states import Machine


class Stateful(Protocol):
    """A thing with a ref, a state and the machine that rules it."""

    machine: ClassVar[Machine[Any, Any]]
    state: Any

    @property
    def ref(self) -> Any:
        """What the trail calls it."""


def can(thing: Stateful, action: StrEnum) -> bool:
    """Whether the machine knows this action in the present state."""
    return thing.machine.after(thing.state, action) is not None


def move(thing: Stateful, action: StrEnum, *, by: Actor, **figures: Any) -> None:
    """Change the state as the machine says and record it; an action the state does not know is refused."""
    before = thing.state
    after = thing.machine.after(before, action)
    if after is None:
        raise Refused(_l("This is no longer possible: the state is now “%(state)s”.", state=before.label))
    thing.state = after
    audit.record(audit.subject_of(thing), action.value, by=by, before=before.value, after=after.value, **figures)
