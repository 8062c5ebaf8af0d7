"""Steps, texts and people: invariants 1, 2, 4, 5, 9, 10, 15, 16 and 20, read from the rows alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.contracts.seen import GROWING, Row, Seen

SIDES = {"seller", "buyer"}
TERMINAL = {"completed", "expired", "terminated", "cancelled"}
BEFORE_ACTIVE = {"draft", "negotiating", "agreed", "in_review", "ready", "signing"}
PASSED = {"approved", "no_objection", "no_department"}
OPEN = {"disputes": {"open", "answered", "mediation"}, "monitoring_cases": {"active", "addressed", "declined"}}
DONE = {"completed", "cancelled", "returned_to_seller"}
# T2 to T17, written down once more
STEPS = {
    ("draft", "send"): "negotiating",
    ("negotiating", "counter"): "negotiating",
    ("negotiating", "accept"): "agreed",
    ("agreed", "task"): "in_review",
    ("agreed", "clear"): "ready",
    ("in_review", "approve"): "ready",
    ("in_review", "return"): "negotiating",
    ("ready", "issue"): "signing",
    ("signing", "sign"): "signing",
    ("signing", "roll_back"): "signing",
    ("signing", "reopen"): "negotiating",
    ("signing", "activate"): "active",
    ("active", "amend"): "active",
    ("active", "wind_down"): "winding_down",
    **{(state, "cancel"): "cancelled" for state in BEFORE_ACTIVE},
    **{(state, "complete"): "completed" for state in ("active", "winding_down")},
    **{(state, "terminate"): "terminated" for state in ("active", "winding_down")},
    **{(state, "expire"): "expired" for state in ("active", "winding_down")},
}
# whose act a step is; whatever is not named is a side's
SYSTEM_ONLY = {"task", "clear", "issue", "roll_back", "activate", "amend", "expire", "terminate"}
SYSTEM_TOO = {"approve", "reopen", "cancel", "wind_down", "complete"}
DEPARTMENTS = {"approve", "return"}
# only contracts live on
CONTRACTS_ONLY = {"amend", "wind_down", "complete", "terminate", "expire"}


def data(version: Row) -> dict[str, Any]:
    """What a version says."""
    return _loaded(str(version.canonical))


@cache
def _loaded(canonical: str) -> dict[str, Any]:
    return dict(json.loads(canonical))


def steps_are_of_the_table(now: Seen, _before: Seen | None) -> Iterator[str]:
    """1: every change of state is one of T1 to T18, made by somebody who may."""
    for paper in now["agreements"]:
        made = [one.number for one in now.events(paper) if one.kind == "created"]
        if made != [1]:
            yield f"{paper.ref}: a life begins with its making, once"
        state = "draft"
        for event in (one for one in now.events(paper) if one.after is not None):
            if event.before != state or STEPS.get((state, event.kind)) != event.after:
                yield f"{paper.ref}: no step leads from {state} by {event.kind} to {event.after}"
            if paper.paper != "contract" and event.kind in CONTRACTS_ONLY:
                yield f"{paper.ref}: {event.kind} belongs to contracts"
            if not _may(now, paper, event):
                yield f"{paper.ref}: {event.actor_ref} of {event.organisation_ref} may not {event.kind}"
            state = event.after
        if state != paper.state:
            yield f"{paper.ref}: the steps lead to {state}, the row says {paper.state}"
        yield from _flags(now, paper)


def _flags(now: Seen, paper: Row) -> Iterator[str]:
    """Flags beside the state say what is: a dispute is open, a department follows."""
    for column, table in (("disputed_at", "disputes"), ("monitored_at", "monitoring_cases")):
        is_open = any(one.state in OPEN[table] for one in now.of(table, agreement_id=paper.id))
        if (getattr(paper, column) is not None) != is_open:
            yield f"{paper.ref}: {column} does not follow its {table}"


def _may(now: Seen, paper: Row, event: Row) -> bool:
    if event.actor_kind == "system":
        return event.kind in SYSTEM_ONLY | SYSTEM_TOO
    refs = now.refs(paper)
    if event.kind in DEPARTMENTS:
        return event.organisation_ref in now.departments(paper)
    side = next((name for name in SIDES if refs[name] == event.organisation_ref), None)
    if event.kind in SYSTEM_ONLY or side is None:
        return False
    if event.kind == "send":
        return bool(side == paper.made_by)
    if event.kind == "accept":
        read = now.version(paper, event.figures.get("version"))
        return read is not None and read.side != side
    if event.kind == "cancel":
        return bool((side == paper.made_by) == (event.figures.get("reason") == "withdrawn"))
    return True


def what_grows_only_grows(now: Seen, before: Seen | None) -> Iterator[str]:
    """2: versions, documents, signatures and events are never changed or removed: by the guards, and in fact."""
    for table in GROWING:
        for what in ("change", "removal"):
            if f"{table}_refuses_{what}" not in now.guards:
                yield f"{table} has no guard against {what}"
        if before is not None and now[table][: len(before[table])] != before[table]:
            yield f"{table}: rows of before are not what they were"


def versions_are_one_chain(now: Seen, _before: Seen | None) -> Iterator[str]:
    """4: one chain of versions without gaps, each on the one before, and one issued paper at most that counts."""
    for paper in now["agreements"]:
        found = now.versions(paper)
        if [one.number for one in found] != list(range(1, paper.last_version + 1)):
            yield f"{paper.ref}: versions {[one.number for one in found]}, the last is {paper.last_version}"
        if [one.parent_id for one in found] != [None, *(one.id for one in found)][: len(found)]:
            yield f"{paper.ref}: a version does not stand on the one before"
        if (paper.active_version or 0) > paper.last_version:
            yield f"{paper.ref}: version {paper.active_version} is in force and does not exist"
        issued = now.of("agreement_documents", agreement_id=paper.id)
        live = [one for one in issued if not now.of("document_voidings", document_id=one.id)]
        if len(live) > 1 or (len(live) == 1 and live[0] is not issued[-1]):
            yield f"{paper.ref}: {len(live)} issued papers count"
        if (paper.state in {"signing", "active"}) and not live:
            yield f"{paper.ref}: {paper.state} without a paper that counts"


def everybody_means_one_text(now: Seen, _before: Seen | None) -> Iterator[str]:
    """5: acceptances, reviews and the issued paper are of one hash; a new version ends what was said of the old one."""
    for paper in now["agreements"]:
        yield from _said_of_versions(now, paper)
        yield from _said_of_documents(now, paper)
        last = now.version(paper, paper.last_version)
        if paper.state in BEFORE_ACTIVE - {"draft", "negotiating"} and set(now.accepted(last)) != SIDES:
            yield f"{paper.ref}: {paper.state} without the word of both sides on its last version"


def _said_of_versions(now: Seen, paper: Row) -> Iterator[str]:
    for version in now.versions(paper):
        said = now.accepted(version)
        if version.side not in said or any(one.sha256 != version.sha256 for one in said.values()):
            yield f"{paper.ref}: version {version.number} was accepted by another hash, or not by its author"
        for review in now.of("department_reviews", version_id=version.id):
            if review.sha256 != version.sha256 or review.agreement_id != paper.id:
                yield f"{paper.ref}: {review.ref} is of another text"
            if review.state in {"waiting", "overdue"} and (
                version.number != paper.last_version or paper.state != "in_review"
            ):
                yield f"{paper.ref}: {review.ref} waits for a text that is off the table"


def _said_of_documents(now: Seen, paper: Row) -> Iterator[str]:
    amended = sum(one.kind == "amend" for one in now.events(paper))
    for document in now.of("agreement_documents", agreement_id=paper.id):
        version = now.one("terms_versions", document.version_id)
        said = now.accepted(version)
        if version.agreement_id != paper.id or {one.sha256 for one in said.values()} != {document.terms_sha256}:
            yield f"{paper.ref}: document {document.ordinal} is of a text that was not accepted"
        if set(said) != SIDES:
            yield f"{paper.ref}: document {document.ordinal} was issued before both had accepted"
        if now.of("document_voidings", document_id=document.id):
            continue
        if version.number != paper.last_version - amended:
            yield f"{paper.ref}: document {document.ordinal} counts though a newer version lies there"
        reviews = {one.state for one in now.of("department_reviews", version_id=version.id)}
        if paper.review_policy == "required" and (not reviews or not reviews <= PASSED | {"closed"}):
            yield f"{paper.ref}: document {document.ordinal} was issued past a department: {sorted(reviews)}"


def nobody_speaks_for_the_other_side(now: Seen, _before: Seen | None) -> Iterator[str]:
    """9: each side's people speak and sign for it, nobody for both, officers only review."""
    roles = {(one.person_id, one.organisation_id): one.role for one in now["memberships"]}
    for paper in now["agreements"]:
        own = {"seller": paper.seller_id, "buyer": paper.buyer_id}
        spoken, signed = _spoken(now, paper), _signed(now, paper)
        for done, allowed in ((spoken, {"manager", "staff"}), (signed, {"signatory"})):
            for side, person in done:
                if roles.get((person, own[side])) not in allowed:
                    yield f"{paper.ref}: person {person} acted for the {side} without being one of its {allowed}"
                if (("buyer" if side == "seller" else "seller"), person) in done:
                    yield f"{paper.ref}: person {person} acted for both sides"
        yield from _decided(now, paper, roles)


def _decided(now: Seen, paper: Row, roles: dict[tuple[int, int], str]) -> Iterator[str]:
    """By whom reviews were decided."""
    own = (paper.seller_id, paper.buyer_id)
    for review in now.of("department_reviews", agreement_id=paper.id):
        if review.person_id is None:
            continue
        if roles.get((review.person_id, review.department_id)) not in {"officer", "leader"}:
            yield f"{paper.ref}: {review.ref} was decided by somebody else"
        if any((review.person_id, one) in roles for one in own):
            yield f"{paper.ref}: {review.ref} was decided by somebody of a side"


def _spoken(now: Seen, paper: Row) -> set[tuple[str, int]]:
    versions = now.versions(paper)
    said = [one for version in versions for one in now.accepted(version).values()]
    return {(str(one.side.value), one.person_id) for one in (*versions, *said)}


def _signed(now: Seen, paper: Row) -> set[tuple[str, int]]:
    documents = now.of("agreement_documents", agreement_id=paper.id)
    tables = ("agreement_signatures", "signed_uploads")
    rows = [one for document in documents for table in tables for one in now.of(table, document_id=document.id)]
    return {(str(one.side.value), one.person_id) for one in rows}


def nothing_leaves_the_two_provinces(now: Seen, _before: Seen | None) -> Iterator[str]:
    """10: only both sides and their departments act on a paper and are told of it; files cannot be guessed."""
    for paper in now["agreements"]:
        own, ids = set(now.refs(paper).values()), _ids(paper)
        for event in now.events(paper):
            if event.organisation_ref is not None and event.organisation_ref not in own:
                yield f"{paper.ref}: {event.organisation_ref} did {event.kind}"
        for table, column in PARTS:
            parts = {getattr(row, column) for row in now.of(table, agreement_id=paper.id)} - {None}
            yield from (f"{paper.ref}: organisation {one} has a part in {table}" for one in parts - ids)
        for document in now.of("agreement_documents", agreement_id=paper.id):
            if len(document.token) < 20 or len(document.file_key.partition("/")[0]) != 64:
                yield f"{paper.ref}: the address of document {document.ordinal} can be guessed"
    yield from _told_outside(now)


def _told_outside(now: Seen) -> Iterator[str]:
    by_ref = {one.ref: one for one in now["agreements"]}
    operators = {one.ref for one in now["organisations"] if one.kind == "operator"}
    for notice in now["notices"]:
        about = by_ref.get(notice.context.get("agreement")) if notice.template.startswith("contracts/") else None
        told = notice.recipient_ref
        if about is None or notice.recipient_kind != "organisation":
            continue
        if told not in set(now.refs(about).values()) | operators:
            yield f"{about.ref}: {told} was told {notice.template}"


PARTS = (
    ("department_reviews", "department_id"),
    ("monitoring_cases", "department_id"),
    ("disputes", "mediator_id"),
    ("suspensions", "organisation_id"),
)


def _ids(paper: Row) -> set[int]:
    return {paper.seller_id, paper.buyer_id, paper.seller_department_id, paper.buyer_department_id} - {None}


def ends_are_ends(now: Seen, before: Seen | None) -> Iterator[str]:
    """15: nothing leads out of an end; what follows a contract has its own number and names it."""
    for paper in now["agreements"]:
        ended = [one.after in TERMINAL for one in now.events(paper) if one.after is not None]
        if True in ended[:-1]:
            yield f"{paper.ref}: went on after its end"
        if paper.state in TERMINAL and (paper.turn != "nobody" or paper.due_at is not None):
            yield f"{paper.ref}: has ended and waits for {paper.turn}"
        yield from _left_open(now, paper)
        if paper.prior_id is None:
            continue
        prior = now.one("agreements", paper.prior_id)
        named = [one.figures.get("successor") for one in now.events(prior) if one.kind == "renewed"]
        if prior.id >= paper.id or prior.paper != "contract" or not prior.last_version or paper.ref not in named:
            yield f"{paper.ref}: does not follow {prior.ref}"
    for was in before["agreements"] if before is not None else ():
        is_now = now.one("agreements", was.id)
        if (was.state in TERMINAL and is_now.state != was.state) or is_now.prior_id != was.prior_id:
            yield f"{was.ref}: was {was.state} and is {is_now.state}"


def _left_open(now: Seen, paper: Row) -> Iterator[str]:
    """What an end leaves behind: no delivery on its way, no paper that would still change it."""
    if paper.state not in TERMINAL:
        return
    orders = [now.one("orders", one.order_id) for one in now.of("call_offs", agreement_id=paper.id) if one.order_id]
    if any(one.state not in DONE for one in orders):
        yield f"{paper.ref}: is {paper.state} and a call-off of it is open"
    later = now.of("agreements", belongs_to_id=paper.id)
    if any(one.state in BEFORE_ACTIVE and one.paper in {"amendment", "termination"} for one in later):
        yield f"{paper.ref}: is {paper.state} and a paper that changes it is on its way"


def children_keep_to_their_parent(now: Seen, _before: Seen | None) -> Iterator[str]:
    """16: a term runs forward; a sale under a framework keeps inside its term, goods and prices."""
    for paper in now["agreements"]:
        if paper.valid_from and paper.valid_to and paper.valid_from > paper.valid_to:
            yield f"{paper.ref}: its term ends before it begins"
        for version in now.versions(paper):
            term = data(version)["term"]
            if term["valid_from"] and term["valid_to"] and term["valid_from"] > term["valid_to"]:
                yield f"{paper.ref}: version {version.number} ends before it begins"
            if paper.parent_id is not None and paper.paper in {"contract", "amendment"}:
                yield from _inside(now, paper, version)


def _inside(now: Seen, paper: Row, version: Row) -> Iterator[str]:
    parent = now.one("agreements", paper.parent_id)
    moves = [one for one in now.events(parent) if one.kind in {"activate", "amend"} and one.at <= version.sent_at]
    above = now.version(parent, moves[-1].figures.get("version")) if moves else None
    if parent.kind != "framework" or above is None:
        yield f"{paper.ref}: {parent.ref} was no framework in force"
        return
    frame, own = data(above), data(version)
    inside = frame["term"]["valid_from"] <= own["term"]["valid_from"]
    if not inside or own["term"]["valid_to"] > frame["term"]["valid_to"]:
        yield f"{paper.ref}: version {version.number} leaves the term of {parent.ref}"
    prices = {line["sku"]: line["price_vnd"] for line in frame["lines"]}
    fixed = frame["price_rule"]["kind"] == "fixed"
    for line in own["lines"]:
        agreed, asked = prices.get(line["sku"]), line["price_vnd"]
        if agreed is None or asked > agreed or (fixed and asked != agreed):
            yield f"{paper.ref}: version {version.number} sells {line['sku']} at {asked}, the framework says {agreed}"


def what_is_accepted_lay_on_the_table(now: Seen, _before: Seen | None) -> Iterator[str]:
    """20: whoever accepts names the hash of the version that lay on the table then, not of an older one."""
    for paper in now["agreements"]:
        on_table: tuple[Any, Any] | None = None
        for event in now.events(paper):
            named = (event.figures.get("version"), event.figures.get("sha256"))
            if event.kind in {"send", "counter"}:
                on_table = named
            elif event.kind in {"return", "reopen"}:
                on_table = None
            elif event.kind == "accept" and named != on_table:
                yield f"{paper.ref}: version {named[0]} was accepted while {on_table} lay on the table"
