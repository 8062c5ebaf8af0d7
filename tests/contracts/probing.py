"""What pages and lists say of whose turn it is against what the services really allow, tried and undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries import agreements as lists
from marketplace.contracts.queries.turns import acts_of, standing_of
from marketplace.contracts.services import agreements
from marketplace.contracts.states.agreements import BEFORE_ACTIVE, AgreementAction, PaperKind, ReopenReason, Side, Turn
from marketplace.core.database import db, writing
from marketplace.core.refusals import Forbidden, Refused
from tests.contracts import making
from tests.contracts.living import Talking

A = AgreementAction
Way = Callable[[Talking, Agreement, Side], None]


class Undone(Exception):
    """What was tried is not kept."""


def standing_is_what_services_allow(life: Talking, known: set[Any]) -> None:
    """22: the list counts the turns that the rows have; each new situation of a contract is tried in every way."""
    waiting = life.papers(*BEFORE_ACTIVE)
    for side in Side:
        turns = [one for one in waiting if one.turn in (Turn(side.value), Turn.BOTH)]
        assert lists.count_of_turns(life.by(side)) == len(turns)
    for paper in waiting:
        situation = (paper.state, paper.turn, paper.last_side, paper.made_by)
        if paper.paper is PaperKind.CONTRACT and paper.parent_id is None and situation not in known:
            known.add(situation)
            for side in Side:
                _compare(life, paper, side)


def _compare(life: Talking, paper: Agreement, side: Side) -> None:
    actor = life.by(side)
    said = set(acts_of(actor, paper)) - {A.SIGN}
    assert standing_of(actor, paper).mine == (paper.turn in (Turn(side.value), Turn.BOTH))
    assert said == {one for one, way in WAYS.items() if _goes(partial(way, life, paper, side))}


def _goes(act: Callable[[], None]) -> bool:
    db.session.rollback()
    try:
        with writing():
            act()
            raise Undone
    except Undone:
        return True
    except (Refused, Forbidden):
        return False
    finally:
        db.session.rollback()


def _send(life: Talking, paper: Agreement, side: Side) -> None:
    agreements.send(paper, life.by(side))


def _counter(life: Talking, paper: Agreement, side: Side) -> None:
    agreements._forget_draft(paper, side)
    if paper.last_version:
        life.write(paper, side, title=f"Thử {paper.last_version}")
    agreements.counter(paper, "", life.by(side))


def _accept(life: Talking, paper: Agreement, side: Side) -> None:
    read = making.last_version(paper).sha256 if paper.last_version else "0" * 64
    agreements.accept(paper, read, life.by(side))


def _cancel(life: Talking, paper: Agreement, side: Side) -> None:
    act = agreements.withdraw if side is paper.made_by else agreements.refuse
    act(paper, life.by(side), "Thôi.")


def _reopen(life: Talking, paper: Agreement, side: Side) -> None:
    agreements.ask_for_changes(paper, ReopenReason.OTHER, "Sửa.", life.by(side))


WAYS: dict[AgreementAction, Way] = {
    A.SEND: _send,
    A.COUNTER: _counter,
    A.ACCEPT: _accept,
    A.CANCEL: _cancel,
    A.REOPEN: _reopen,
}
