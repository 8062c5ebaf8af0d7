"""Deadlines, letters, the public and whose turn it is: invariants 17, 19, 21 and 22."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.contracts.invariants_performed import VIETNAM, day_of
from tests.contracts.invariants_texts import SIDES, TERMINAL
from tests.contracts.seen import Row, Seen

DAYS = {
    "answer": "answer_days", "review": "review_days", "signing": "signing_days", "confirmation": "confirmation_days",
    "receipt": "receipt_days", "dispute_answer": "dispute_days",
}  # fmt: skip
HOLD = timedelta(days=7)
LEVELS = ("closed", "band", "exact")
WHOLE = {
    "ocid", "id", "date", "tag", "initiationType", "language", "parties", "buyer", "tender", "awards", "contracts",
    "relatedProcesses",
}  # fmt: skip
OF_PARTY = {"id", "name", "roles", "identifier", "address"}
OF_BAND = {
    "id", "awardID", "title", "status", "statusDetails", "period", "dateSigned", "items", "amendments", "x_valueBand",
}  # fmt: skip
OF_EXACT = (OF_BAND - {"x_valueBand"}) | {"value", "documents", "implementation", "relatedProcesses"}
OF_ITEM = {"band": {"id", "description", "additionalClassifications"}}
OF_ITEM["exact"] = OF_ITEM["band"] | {"quantity", "unit"}


def deadlines_follow_the_vietnamese_calendar(now: Seen, before: Seen | None) -> Iterator[str]:
    """17: a deadline ends with a Vietnamese working day, lapses not before, once, and is left alone when closed."""
    special = {one.day: one.is_working for one in now["calendar_days"]}
    running = Counter((one.kind, one.subject_ref) for one in now["deadlines"] if one.closed_at is None)
    yield from (f"{ref}: {count} deadlines run for one {kind}" for (kind, ref), count in running.items() if count > 1)
    for row in now["deadlines"]:
        paper = now.one("agreements", row.agreement_id)
        until = _until(row, paper, special)
        if row.due_at != until:
            yield f"{row.subject_ref}: {row.kind} is due at {row.due_at}, the calendar says {until}"
        yield from _stale(row, paper)
    for was in before["deadlines"] if before is not None else ():
        if was.closed_at is not None and now.one("deadlines", was.id) != was:
            yield f"{was.subject_ref}: a closed deadline was touched"


def _until(row: Row, paper: Row, special: dict[date, bool]) -> datetime:
    """When it has to end: with a working day, after seven days for a held signature, with the last day of a notice."""
    if row.kind in DAYS:
        return _end(_after(day_of(row.begins_at), paper.policy[DAYS[row.kind]], special))
    if row.kind == "hold":
        return row.begins_at + HOLD  # type: ignore[no-any-return]
    return _end(day_of(row.due_at - timedelta(seconds=1)))


def _stale(row: Row, paper: Row) -> Iterator[str]:
    if row.lapsed_at is not None and (row.lapsed_at < row.due_at or row.closed_at != row.lapsed_at):
        yield f"{row.subject_ref}: {row.kind} lapsed at {row.lapsed_at}, due was {row.due_at}"
    if not 0 <= row.reminded <= 2:
        yield f"{row.subject_ref}: {row.reminded} reminders"
    if row.closed_at is None and paper.state in TERMINAL and row.kind != "dispute_answer":
        yield f"{paper.ref}: has ended and {row.kind} is awaited"


def _after(day: date, days: int, special: dict[date, bool]) -> date:
    while days > 0:
        day += timedelta(days=1)
        days -= 1 if special.get(day, day.weekday() < 5) else 0
    return day


def _end(day: date) -> datetime:
    """24:00 in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC) + timedelta(days=1)


# --- letters ---------------------------------------------------------------------------------------------------------

BOTH = {
    "approve": "review_passed", "return": "review_returned", "issue": "issued", "roll_back": "signature_fell",
    "activate": "in_force_side", "amend": "amended",
}  # fmt: skip
ENDS = {"complete": "ended_completed", "terminate": "ended_terminated", "expire": "ended_expired"}
TOLD = {
    *BOTH.values(), *ENDS.values(), "version_sent", "accepted", "review_asked", "paper_sent_back", "changes_asked",
    "cancelled", "signed", "in_force", "winding_down", "notice_given",
}  # fmt: skip


def every_step_is_told_once(now: Seen, before: Seen | None) -> Iterator[str]:
    """19: each step leaves exactly one letter to each who is to know, and one job that delivers it."""
    jobs = Counter(one.payload["notice"] for one in now.of("jobs", kind="core.deliver_notice"))
    yield from (f"{one.ref}: {jobs[one.ref]} jobs deliver it" for one in now["notices"] if jobs[one.ref] != 1)
    issues = Counter(one.payload["agreement"] for one in now.of("jobs", kind="contracts.issue"))
    checks = Counter(one.payload["upload"] for one in now.of("jobs", kind="contracts.check_upload"))
    for paper in now["agreements"]:
        ready = sum(one.after == "ready" for one in now.events(paper))
        if issues[paper.ref] != ready:
            yield f"{paper.ref}: {issues[paper.ref]} jobs to issue it, it was ready {ready} times"
    yield from (f"{one.ref}: {checks[one.ref]} checks" for one in now["signed_uploads"] if checks[one.ref] != 1)
    if before is None:
        return
    expected: Counter[tuple[str, str, str]] = Counter()
    for paper in now["agreements"]:
        for event in now.events(paper)[len(before.events(paper)) :]:
            expected.update((paper.ref, *letter) for letter in _letters(now, paper, event))
    known = {one.ref for one in before["notices"]}
    written = Counter(
        (one.context["agreement"], one.template.removeprefix("contracts/"), one.recipient_ref)
        for one in now["notices"]
        if one.ref not in known and one.template.removeprefix("contracts/") in TOLD
    )
    for letter in expected.keys() | written.keys():
        if expected[letter] != written[letter]:
            yield f"{letter}: {written[letter]} letters, {expected[letter]} expected"


def _letters(now: Seen, paper: Row, event: Row) -> list[tuple[str, str]]:
    """What a step has to be told, and to whom."""
    refs, kind = now.refs(paper), event.kind
    both = [refs["seller"], refs["buyer"]]
    departments = sorted(now.departments(paper))
    told = _told_of_texts(paper, event, both) | _told_of_ends(paper, event, both, departments)
    if kind in BOTH:
        told[BOTH[kind]] = both
    if kind == "activate" and paper.review_policy != "none":
        told["in_force"] = departments
    elif kind == "task":
        asked = [one for one in now["department_reviews"] if one.ref in event.figures.get("reviews", ())]
        told["review_asked"] = [now.one("organisations", one.department_id).ref for one in asked]
    elif kind == "sign":
        told["signed"] = [refs["buyer" if event.figures.get("side") == "seller" else "seller"]]
    return [(template, ref) for template, refs_ in told.items() for ref in refs_]


def _told_of_texts(paper: Row, event: Row, both: list[str]) -> dict[str, list[str]]:
    other = [ref for ref in both if ref != event.organisation_ref]
    if event.kind == "reopen":
        return {"paper_sent_back" if event.actor_kind == "system" else "changes_asked": other}
    if event.kind == "cancel":
        return {"cancelled": other} if event.before != "draft" or event.actor_kind == "system" else {}
    known = {"send": "version_sent", "counter": "version_sent", "accept": "accepted"}
    return {known[event.kind]: other} if event.kind in known else {}


def _told_of_ends(paper: Row, event: Row, both: list[str], departments: list[str]) -> dict[str, list[str]]:
    shown = departments if paper.shown_to_departments_at is not None else []
    if event.kind in ENDS:
        return {ENDS[event.kind]: both + shown}
    if event.kind == "notice_given" or (event.kind == "wind_down" and "ground" in event.figures):
        return {"notice_given": [ref for ref in both if ref != event.organisation_ref] + shown}
    if event.kind == "wind_down" and event.figures.get("reason") == "term":
        return {"winding_down": both}
    return {}


# --- the public ------------------------------------------------------------------------------------------------------


def the_public_sees_what_both_allow(now: Seen, _before: Seen | None) -> Iterator[str]:
    """21: nothing outside the list of the narrower wish is public, and every wish is an event."""
    consents = {}
    for paper in now["agreements"]:
        wishes = _wishes(now, paper)
        if {side: str(getattr(paper, f"{side}_consent").value) for side in SIDES} != wishes:
            yield f"{paper.ref}: a wish changed without an event"
        if paper.consent != min(wishes.values(), key=LEVELS.index):
            yield f"{paper.ref}: {paper.consent} is not the narrower of {wishes}"
        consents[paper.ref] = min(wishes.values(), key=LEVELS.index)
        steps = [one.kind for one in now.events(paper) if one.kind in PUBLISHED or one.kind in RECEIVED]
        releases = now.of("agreement_releases", agreement_id=paper.id)
        if [one.number for one in releases] != list(range(1, len(releases) + 1)):
            yield f"{paper.ref}: releases have gaps"
        if len(releases) != (len(steps) if paper.paper == "contract" else 0):
            yield f"{paper.ref}: {len(releases)} releases of {steps}"
    for release in now.public:
        yield from _beyond(release, consents)


def _wishes(now: Seen, paper: Row) -> dict[str, str]:
    """What each side has said last."""
    said = [one.figures for one in now.events(paper) if one.kind == "consent_set"]
    return {**dict.fromkeys(SIDES, "closed"), **{one["side"]: one["wish"] for one in said}}


PUBLISHED = {"activate", "amend", "complete", "terminate", "expire"}
RECEIVED = {"call_off_checked", "call_off_unchecked"}


def _beyond(release: dict[str, Any], consents: dict[str, str]) -> Iterator[str]:
    ref = release["contracts"][0]["id"]
    level = consents.get(ref, "closed")
    whole = WHOLE if level == "exact" else WHOLE - {"relatedProcesses"}
    if level == "closed" or set(release) - whole or any(set(one) - OF_PARTY for one in release["parties"]):
        yield f"{ref}: {sorted(release)} is public, its sides allow {level}"
        return
    for contract in release["contracts"]:
        allowed = OF_BAND if level == "band" else OF_EXACT
        if set(contract) - allowed or any(set(item) - OF_ITEM[level] for item in contract.get("items", ())):
            yield f"{ref}: {sorted(set(contract) - allowed)} is public, its sides allow {level}"


# --- whose turn ------------------------------------------------------------------------------------------------------


def turn_and_day_are_those_of_the_state(now: Seen, _before: Seen | None) -> Iterator[str]:
    """22: whose turn it is and until when, as lists show it, follows from the steps and the running deadlines."""
    for paper in now["agreements"]:
        turn = _turn(now, paper)
        if paper.turn != turn:
            yield f"{paper.ref}: {paper.state} waits for {paper.turn}, its steps say {turn}"
        due = _due(now, paper)
        if paper.due_at not in due:
            yield f"{paper.ref}: {paper.state} is due at {paper.due_at}, awaited are {due}"


def _turn(now: Seen, paper: Row) -> str:
    moves = [one for one in now.events(paper) if one.after is not None]
    if paper.state == "draft":
        return str(paper.made_by.value)
    if paper.state == "negotiating":
        if moves[-1].kind in {"return", "reopen"}:
            return "both"
        return "buyer" if now.version(paper, paper.last_version).side == "seller" else "seller"  # type: ignore[union-attr]
    if paper.state == "signing":
        return _signing(now, paper)
    known = {"agreed": "system", "in_review": "departments", "ready": "system", "winding_down": "both"}
    if paper.state == "active":
        return "both" if paper.paper == "contract" else "nobody"
    return known.get(paper.state, "nobody")


def _signing(now: Seen, paper: Row) -> str:
    document = now.live_document(paper)
    signed = {one.side for one in now.chain(document)} if document is not None else set()
    order = ("seller", "buyer") if paper.policy["seller_signs_first"] else ("buyer", "seller")
    waiting = [side for side in order if side not in signed]
    if len(waiting) == len(SIDES) and paper.evidence != "L2":
        return "both"
    return waiting[0] if waiting else "system"


def _due(now: Seen, paper: Row) -> set[datetime | None]:
    rows = now.of("deadlines", agreement_id=paper.id)
    running = {one.kind.value: one.due_at for one in rows if one.closed_at is None}
    if paper.state in {"negotiating", "signing"}:
        return {running.get("answer" if paper.state == "negotiating" else "signing")}
    if paper.state == "in_review":
        last = [one for one in now.of("department_reviews", agreement_id=paper.id) if one.state != "closed"]
        return {one.due_at for one in last if one.version_id == now.version(paper, paper.last_version).id}  # type: ignore[union-attr]
    if paper.state == "winding_down" and paper.notice_until is not None:
        return {None, _end(paper.notice_until)}
    return {None}
