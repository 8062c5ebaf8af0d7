"""What two operators can change together: how each kind of rule is read, judged and put into force.

Targets and values are plain data, so that a proposal can be kept, shown and compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import CalendarDay, ModelClause, RegisteredCertificate, RuleChange, TrustRoot
from marketplace.contracts.queries.rules import day_of, policy_of, versions
from marketplace.contracts.services import trust
from marketplace.contracts.states.agreements import AgreementKind, Evidence, PaperKind, Review
from marketplace.contracts.states.signing import ChangeKind
from marketplace.contracts.terms.filling import NAME
from marketplace.contracts.terms.texts import figures
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused
from marketplace.payments.states import Certainty

Values = dict[str, Any]

POLICY_DAYS = ("answer_days", "review_days", "signing_days", "confirmation_days", "receipt_days", "dispute_days")
POLICY_FIELDS = ("review", "evidence", "seller_signs_first", "silence_passes", *POLICY_DAYS)
CLAUSE_FIELDS = ("title", "text", "explanation", "law", "position", "is_mandatory", "is_offered")
DAY_FIELDS = ("is_working", "name", "source", "certainty")
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """`present` reads what is in force of a target, `check` refuses what cannot stand, `put` brings the change in.

    `put` runs with all rules locked, after `check`; None as values means that the target is there no more.
    """

    present: Callable[[Values], Values | None]
    check: Callable[[Values, Values | None], None]
    put: Callable[[RuleChange, Actor], None]


# --- the policy of a kind: target {"kind"} ---


def _policy_now(target: Values) -> Values:
    policy = policy_of(AgreementKind(target["kind"]))
    return {name: _plain(getattr(policy, name)) for name in POLICY_FIELDS}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int) else str(value)


def _check_policy(target: Values, after: Values | None) -> None:
    if after is None:
        raise Refused(_("Every kind of agreement has a policy: it can be changed, not removed."))
    kind, evidence = AgreementKind(target["kind"]), Evidence(after["evidence"])
    if kind is not AgreementKind.MOU and evidence is not Evidence.L2:
        sentence = _("Only a memorandum may do without the digital signatures of both organisations.")
        raise Refused(sentence, field="evidence")
    for name in POLICY_DAYS:
        if not 1 <= after[name] <= MOST_DAYS:
            raise Refused(_("Please choose from 1 to %(most)s working days.", most=MOST_DAYS), field=name)


def _put_policy(change: RuleChange, by: Actor) -> None:
    target, after = change.payload["target"], change.payload["after"]
    policy = policy_of(AgreementKind(target["kind"]))
    policy.review, policy.evidence = Review(after["review"]), Evidence(after["evidence"])
    policy.seller_signs_first, policy.silence_passes = after["seller_signs_first"], after["silence_passes"]
    for name in POLICY_DAYS:
        setattr(policy, name, after[name])
    db.session.flush()


# --- a clause of the library: target {"kind", "paper", "key"} ---


def _last_version(target: Values) -> ModelClause | None:
    known = versions(AgreementKind(target["kind"]), PaperKind(target["paper"]))
    return next((one for one in reversed(known) if one.key == target["key"]), None)


def _clause_now(target: Values) -> Values | None:
    clause = _last_version(target)
    return None if clause is None else {name: getattr(clause, name) for name in CLAUSE_FIELDS}


def _check_clause(target: Values, after: Values | None) -> None:
    if after is None:
        raise Refused(_("A model clause stays in the library: it can only be no longer offered."))
    unknown = sorted(set(NAME.findall(after["text"])) - set(figures()))
    if unknown:
        sentence = _(
            "“[%(name)s]” is no figure of a contract. Write a gap that people fill in as “[… %(name)s]”.",
            name=unknown[0],
        )
        raise Refused(sentence, field="text")
    if after["is_mandatory"] and not after["is_offered"]:
        sentence = _("A clause that is not offered cannot be mandatory.")
        raise Refused(sentence, field="is_mandatory")


def _put_clause(change: RuleChange, by: Actor) -> None:
    target, after = change.payload["target"], change.payload["after"]
    last = _last_version(target)
    known = {"kind": AgreementKind(target["kind"]), "paper": PaperKind(target["paper"]), "key": target["key"]}
    number = last.version + 1 if last else 1
    db.session.add(ModelClause(**known, version=number, since=clock.today(), **after))
    db.session.flush()


# --- a day of the calendar: target {"day"} ---


def _day_now(target: Values) -> Values | None:
    row = day_of(date.fromisoformat(target["day"]))
    return None if row is None else {name: _plain(getattr(row, name)) for name in DAY_FIELDS}


def _check_day(target: Values, after: Values | None) -> None:
    day = date.fromisoformat(target["day"])
    if day < clock.today():
        raise Refused(_("Deadlines were counted by this day already: only days to come can be changed."), field="day")
    if after is None:
        return
    is_weekend = day.weekday() > 4
    if after["is_working"] != is_weekend:
        sentence = _("This day is worked anyway.") if after["is_working"] else _("Nobody works on this day anyway.")
        raise Refused(sentence, field="day")


def _put_day(change: RuleChange, by: Actor) -> None:
    target, after = change.payload["target"], change.payload["after"]
    day = date.fromisoformat(target["day"])
    row = day_of(day)
    if after is None:
        db.session.delete(row)
    else:
        row = row or CalendarDay(day=day)
        row.is_working, row.name, row.source = after["is_working"], after["name"], after["source"]
        row.certainty = Certainty(after["certainty"])
        db.session.add(row)
    db.session.flush()


# --- authorities and registered certificates: target {"fingerprint"}; services/trust.py says what a payload holds ---


def _root_now(target: Values) -> Values | None:
    root = db.session.scalar(select(TrustRoot).where(TrustRoot.fingerprint == target["fingerprint"]))
    return None if root is None else {"act": _standing(root), "name": root.name, "crl_url": root.crl_url}


def _registration_now(target: Values) -> Values | None:
    mine = RegisteredCertificate.fingerprint == target["fingerprint"]
    found = db.session.scalar(select(RegisteredCertificate).where(mine))
    if found is None:
        return None
    whose = {"organisation": found.organisation.ref, "name": found.organisation.name}
    return {"act": _standing(found), **whose, "issuer": found.issuer}


def _standing(thing: TrustRoot | RegisteredCertificate) -> str:
    return "add" if thing.ended_at is None else "end"


def _check_trust(target: Values, after: Values | None) -> None:
    """What a certificate may be, was asked when its payload was made."""


def _check_registration(target: Values, after: Values | None) -> None:
    """A certificate that counts for one organisation is bound to no other."""
    now = _registration_now(target)
    if now is None or after is None or now["act"] != "add":
        return
    if now["organisation"] != after["organisation"]:
        sentence = _("This certificate is bound to another organisation already. End that first.")
        raise Refused(sentence, field="certificate")


def _put_trust(change: RuleChange, by: Actor) -> None:
    trust.apply(change, by=by)


RULES: dict[ChangeKind, Rule] = {
    ChangeKind.ROOT: Rule(_root_now, _check_trust, _put_trust),
    ChangeKind.FINGERPRINT: Rule(_registration_now, _check_registration, _put_trust),
    ChangeKind.POLICY: Rule(_policy_now, _check_policy, _put_policy),
    ChangeKind.CLAUSE: Rule(_clause_now, _check_clause, _put_clause),
    ChangeKind.HOLIDAY: Rule(_day_now, _check_day, _put_day),
}
