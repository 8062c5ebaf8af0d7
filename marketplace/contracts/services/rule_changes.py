"""Changes of the rules with four eyes: one operator proposes, another puts into force or declines.

A proposal keeps what was in force when it was made; where that is otherwise by now, it is stale and only its maker can
take it back, or another operator decline it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import KindPolicy, RuleChange
from marketplace.contracts.services.rule_kinds import RULES, Rule, Values
from marketplace.contracts.states.signing import ChangeAction, ChangeKind, ChangeState
from marketplace.core import audit, clock
from marketplace.core.actors import Actor, Recipient
from marketplace.core.database import db, lock, locked
from marketplace.core.i18n import gettext as _
from marketplace.core.lifecycle import move
from marketplace.core.outbox import notify
from marketplace.core.refs import next_ref
from marketplace.core.refusals import Refused

PAGE = "/operator/agreements/rules/changes/"


def propose_trust(kind: ChangeKind, payload: Values, *, words: str, by: Actor) -> RuleChange:
    """An authority or a registered certificate shall count, or count no longer; `services.trust` makes the payload."""
    target = {"fingerprint": payload["fingerprint"]}
    after = _shown(payload, _rule(kind).present(target))
    return propose(kind, target, after, words=words, by=by, carried=payload)


def _shown(payload: Values, before: Values | None) -> Values:
    """What of a payload is compared with what is in force: of something known only what is known of it."""
    values = {name: value for name, value in payload.items() if name not in ("der", "fingerprint")}
    return values if before is None else {name: values.get(name, value) for name, value in before.items()}


def propose(
    kind: ChangeKind, target: Values, after: Values | None, *, words: str, by: Actor, carried: Values | None = None
) -> RuleChange:
    """An operator wishes a rule otherwise; nothing changes until another one agrees. The operators are told.

    `carried` stands in the payload beside target and values, for what is applied but not shown.
    """
    _lock_rules()
    rule = _rule(kind)
    rule.check(target, after)
    before = rule.present(target)
    if before == after:
        raise Refused(_("This is in force already: nothing would change."))
    _refuse_second(kind, target)
    payload = {**(carried or {}), "target": target, "before": before, "after": after}
    change = RuleChange(
        ref=next_ref("rule_change"), kind=kind, payload=payload, words=words, proposed_by_id=_person(by)
    )
    db.session.add(change)
    db.session.flush()
    audit.record(audit.subject_of(change), "propose", by=by, kind=kind.value, **_figures(payload))
    if by.organisation_ref:
        _tell(change, Recipient("organisation", by.organisation_ref), "rule_proposed")
    return change


def apply(change: RuleChange, *, by: Actor) -> None:
    """A second operator puts it into force, if nothing has changed since; whoever proposed it cannot."""
    lock(change)
    _lock_rules()
    if change.proposed_by_id == _person(by):
        raise Refused(_("Somebody else has to put this into force: nobody decides on a change of her own."))
    move(change, ChangeAction.APPLY, by=by, kind=change.kind.value, **_figures(change.payload))
    rule, target, after = _rule(change.kind), change.payload["target"], change.payload["after"]
    if is_stale(change):
        raise Refused(_("The rule has changed since this was proposed. Decline it; who still wants it proposes anew."))
    rule.check(target, after)
    _decide(change, by)
    rule.put(change, by)
    _tell(change, Recipient("person", change.proposed_by.ref), "rule_applied")


def decline(change: RuleChange, *, words: str, by: Actor) -> None:
    """A second operator says no, and why; the first one is told."""
    lock(change)
    if change.proposed_by_id == _person(by):
        raise Refused(_("You proposed this yourself: take it back instead."))
    move(change, ChangeAction.DECLINE, by=by, kind=change.kind.value)
    change.answer = words
    _decide(change, by)
    _tell(change, Recipient("person", change.proposed_by.ref), "rule_declined", words=words)


def withdraw(change: RuleChange, *, by: Actor) -> None:
    """Whoever proposed it takes it back."""
    lock(change)
    if change.proposed_by_id != _person(by):
        raise Refused(_("Only the person who proposed this can take it back; you can decline it."))
    move(change, ChangeAction.WITHDRAW, by=by, kind=change.kind.value)
    _decide(change, by)


def is_stale(change: RuleChange) -> bool:
    """What is in force is no longer what the proposal began from."""
    return bool(_rule(change.kind).present(change.payload["target"]) != change.payload["before"])


def _decide(change: RuleChange, by: Actor) -> None:
    change.decided_by_id, change.decided_at = _person(by), clock.now()
    db.session.flush()


def _lock_rules() -> None:
    """The policies stand for all rules: changes of them come one after another."""
    locked(KindPolicy, db.session.scalars(select(KindPolicy.id)))


def _rule(kind: ChangeKind) -> Rule:
    return RULES[kind]


def _person(by: Actor) -> int:
    """Four eyes are those of two people: no program decides."""
    if not by.is_signed_in or by.person_id is None:
        raise Refused(_("Only people change the rules."))
    return by.person_id


def _refuse_second(kind: ChangeKind, target: Values) -> None:
    waiting = select(RuleChange).where(RuleChange.kind == kind, RuleChange.state == ChangeState.PROPOSED)
    for one in db.session.scalars(waiting):
        if one.payload["target"] == target:
            raise Refused(_("A change of this waits already (%(ref)s): it has to be decided first.", ref=one.ref))


def _figures(payload: Values) -> dict[str, Any]:
    """What the trail keeps: the target, and the numbers and switches that change (no texts)."""
    before, after = payload["before"] or {}, payload["after"] or {}
    moved = {name: after.get(name) for name in {**before, **after} if before.get(name) != after.get(name)}
    plain = {name: value for name, value in moved.items() if isinstance(value, bool | int)}
    return {"target": " ".join(str(one) for one in payload["target"].values()), "changed": sorted(moved), **plain}


def _tell(change: RuleChange, recipient: Recipient, template: str, **more: Any) -> None:
    words = {"change": change.ref, "kind": change.kind.value, "why": change.words, "url": f"{PAGE}{change.ref}"}
    notify(recipient, f"contracts/{template}", **words, **more)
