"""Every state × act × role of drafting and negotiating, over HTTP: what the machine allows happens, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from marketplace.contracts.models import Agreement
from marketplace.contracts.services import agreements
from marketplace.contracts.states.agreements import AGREEMENT, BEFORE_ACTIVE, AgreementAction, AgreementState, Side
from marketplace.core.database import db, writing
from tests.access import world as worlds
from tests.access.contracts_agreements import sides_of
from tests.access.digest import changed, digests
from tests.access.world import ROLES, SELLERS, World
from tests.contracts import making

world = worlds.world

S, A = AgreementState, AgreementAction
# the manager of the firm that buys, and one of its staff
FIRM = ("firm_buyer", "colleague")
EVERYBODY = (*ROLES, "firm_buyer")
REFUSED = {403, 404, 422}
# steps that nobody asks for at these addresses: departments, issue, signatures and time have tests of their own
ELSEWHERE = {
    A.TASK, A.CLEAR, A.APPROVE, A.RETURN, A.ISSUE, A.SIGN, A.ROLL_BACK, A.ACTIVATE, A.AMEND, A.WIND_DOWN, A.COMPLETE,
    A.TERMINATE, A.EXPIRE,
}  # fmt: skip


@dataclass(frozen=True)
class Act:
    """One address below a paper that the seller made; who may use it in which states, and for what."""

    noun: str
    action: AgreementAction
    roles: tuple[str, ...]
    states: tuple[AgreementState, ...]
    form: dict[str, str] = field(default_factory=dict)
    further: AgreementState | None = None

    def after(self, state: AgreementState, role: str) -> AgreementState | None:
        """Where the paper goes, or None where this role in this state is refused."""
        if role not in self.roles or state not in self.states:
            return None
        return self.further or AGREEMENT.after(state, self.action)


ACTS = [
    Act("sending", A.SEND, SELLERS, (S.DRAFT,)),
    Act("sending", A.COUNTER, FIRM, (S.NEGOTIATING,)),
    Act("acceptance", A.ACCEPT, FIRM, (S.NEGOTIATING,), further=S.IN_REVIEW),
    Act("refusal", A.CANCEL, FIRM, tuple(s for s in BEFORE_ACTIVE if s is not S.DRAFT), {"words": "Không cần nữa."}),
    Act("withdrawal", A.CANCEL, SELLERS, BEFORE_ACTIVE, {"words": "Lập lại sau."}),
    Act("change-request", A.REOPEN, (*SELLERS, *FIRM), (S.SIGNING,), {"reason": "mistake", "words": "Sai ngày."}),
]


def fresh(world: World, state: AgreementState) -> str:
    """A new paper in this state; where the firm has the turn, it has begun to write an answer."""
    with world.app.app_context():
        sides = sides_of(world)
        made = making.agreement_in(state, sides)
        if state is S.NEGOTIATING:
            terms = {**making.last_version(made).terms, "title": "Hợp đồng sửa lại"}
            with writing():
                agreements.save_draft(made, Side.BUYER, terms, sides.actor(Side.BUYER))
        return made.ref


@pytest.fixture(scope="module")
def shelf(world: World) -> dict[AgreementState, str]:
    """One paper for each state, for those who are refused: nothing they do changes it."""
    return {state: fresh(world, state) for state in S}


def form_of(world: World, ref: str, act: Act) -> dict[str, str]:
    """The form with the fingerprint of what lies on the table."""
    if act.noun != "acceptance":
        return dict(act.form)
    with world.app.app_context():
        made = db.session.query(Agreement).filter_by(ref=ref).one()
        return {"sha256": making.last_version(made).sha256 if made.last_version else "0" * 64}


def post(world: World, role: str, ref: str, act: Act) -> int:
    return world.client(role).post(f"/agreements/{ref}/{act.noun}", data=form_of(world, ref, act)).status_code


def state_of(world: World, ref: str) -> Any:
    with world.app.app_context():
        return db.session.query(Agreement).filter_by(ref=ref).one().state


def now(world: World) -> dict[str, str]:
    with world.app.app_context():
        return digests()


NOUNS = sorted({act.noun for act in ACTS})


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("state", list(S))
def test_the_others_are_refused_and_change_nothing(
    world: World, shelf: dict[AgreementState, str], state: AgreementState, noun: str
) -> None:
    acts = [act for act in ACTS if act.noun == noun]
    refused = [role for role in EVERYBODY if not any(act.after(state, role) for act in acts)]
    before = now(world)
    got = {role: post(world, role, shelf[state], acts[0]) for role in refused}
    assert {role: status for role, status in got.items() if status not in REFUSED} == {}
    assert changed(before, now(world)) == {}


MOVES = [(state, act) for state in S for act in ACTS if any(act.after(state, role) for role in act.roles)]


@pytest.mark.parametrize(("state", "act"), MOVES, ids=[f"{state.value}-{act.noun}" for state, act in MOVES])
def test_those_who_may_move_the_paper(world: World, state: AgreementState, act: Act) -> None:
    for role in act.roles:
        ref = fresh(world, state)
        assert (role, post(world, role, ref, act)) == (role, 303)
        assert (role, state_of(world, ref)) == (role, act.after(state, role))


def test_every_line_of_the_machine_is_walked_here_or_elsewhere() -> None:
    walked = {(state, act.action) for state, act in MOVES}
    assert {line for line in AGREEMENT.table if line[1] not in ELSEWHERE} == walked


@pytest.mark.parametrize("state", [S.DRAFT, S.NEGOTIATING, S.IN_REVIEW, S.ACTIVE])
def test_strangers_see_nothing_at_all(world: World, shelf: dict[AgreementState, str], state: AgreementState) -> None:
    """A third organisation and another person get 404 and not 403, on every page of the paper."""
    pages = ("", "/draft", "/versions/1", "/changes", "/events", "/preview.webp")
    asked = {
        (role, page): world.client(role).get(f"/agreements/{shelf[state]}{page}").status_code
        for role in ("other_manager", "other_buyer", "operator")
        for page in pages
    }
    assert set(asked.values()) == {404}


def test_a_draft_exists_for_the_side_that_makes_it_only(world: World, shelf: dict[AgreementState, str]) -> None:
    ref = shelf[S.DRAFT]
    assert [world.client(role).get(f"/agreements/{ref}").status_code for role in ("manager", *FIRM)] == [200, 404, 404]


def test_the_department_reads_what_was_frozen_and_never_the_negotiation(
    world: World, shelf: dict[AgreementState, str]
) -> None:
    officer = world.client("officer")
    seen = {state: officer.get(f"/agreements/{shelf[state]}/versions/1").status_code for state in S}
    assert {state for state, status in seen.items() if status == 200} == set(S) - {
        S.DRAFT, S.NEGOTIATING, S.AGREED, S.CANCELLED,
    }  # fmt: skip
    assert officer.get(f"/agreements/{shelf[S.IN_REVIEW]}/events").status_code == 404
