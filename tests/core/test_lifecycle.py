"""A thing moves only as its machine says, and each move leaves one row in the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.core import i18n
from marketplace.core.actors import SYSTEM, Actor, ActorKind
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.lifecycle import can, move
from marketplace.core.refusals import Refused
from marketplace.core.states import Labelled, Machine


class Light(Labelled):
    """A lamp's states."""

    OFF = "off", _l("off")
    ON = "on", _l("on")
    BROKEN = "broken", _l("broken")


class Act(Labelled):
    """What is done to lamps."""

    SWITCH = "switch"
    BREAK = "break"


MACHINE = Machine(
    {(Light.OFF, Act.SWITCH): Light.ON, (Light.ON, Act.SWITCH): Light.OFF, (Light.ON, Act.BREAK): Light.BROKEN}
)


@dataclass
class Lamp:
    """A thing with a state."""

    machine: ClassVar[Machine[Light, Act]] = MACHINE
    __tablename__: ClassVar[str] = "lamps"
    ref: str = "LA-1"
    state: Light = Light.OFF


def trail() -> list[tuple[str, str | None, str | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number))
    return [(row.action, row.before, row.after) for row in rows]


def test_a_move_changes_the_state_and_is_written_down(inside: Flask) -> None:
    lamp = Lamp()
    by = Actor(kind=ActorKind.PERSON, ref="NG-1", organisation_ref="TC-1")
    with writing():
        move(lamp, Act.SWITCH, by=by, price_vnd=5)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert lamp.state is Light.ON
    assert (entry.subject_kind, entry.subject_ref, entry.number) == ("lamps", "LA-1", 1)
    assert (entry.actor_kind, entry.actor_ref, entry.organisation_ref) == ("person", "NG-1", "TC-1")
    assert (entry.action, entry.before, entry.after, entry.figures) == ("switch", "off", "on", {"price_vnd": 5})


@pytest.mark.parametrize(("state", "act"), [(s, a) for s in Light for a in Act if MACHINE.after(s, a) is None])
def test_what_the_machine_does_not_know_is_refused_and_changes_nothing(inside: Flask, state: Light, act: Act) -> None:
    lamp = Lamp(state=state)
    assert not can(lamp, act)
    with i18n.speaking("en"), pytest.raises(Refused, match=f"the state is now “{state.label}”"), writing():
        move(lamp, act, by=SYSTEM)
    assert (lamp.state, trail()) == (state, [])


def test_moves_of_an_act_that_fails_leave_no_trace(inside: Flask) -> None:
    def act() -> None:
        with writing():
            move(Lamp(), Act.SWITCH, by=SYSTEM)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    with writing():
        pass
    assert trail() == []


def test_moves_of_one_act_are_numbered_in_their_order(inside: Flask) -> None:
    lamp = Lamp()
    with writing():
        move(lamp, Act.SWITCH, by=SYSTEM)
        move(lamp, Act.BREAK, by=SYSTEM)
    assert trail() == [("switch", "off", "on"), ("break", "on", "broken")]


def test_a_machine_knows_its_actions_and_its_ends() -> None:
    assert MACHINE.actions(Light.ON) == [Act.SWITCH, Act.BREAK]
    assert MACHINE.ends() == {Light.BROKEN}
