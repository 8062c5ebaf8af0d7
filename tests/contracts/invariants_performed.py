"""What is called, delivered, paid and amended: invariants 11 to 14, counted once more from orders and events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.contracts.invariants_texts import data
from tests.contracts.seen import Row, Seen

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
OFF = {"cancelled", "returned_to_seller"}
COUNTED = ("called", "confirmed", "delivered", "accepted", "rejected")


def day_of(moment: datetime) -> date:
    """The day in Vietnam."""
    return moment.astimezone(VIETNAM).date()


def most(line: dict[str, Any]) -> int:
    """What may be called of a line: the contracted quantity with the tolerance of the whole."""
    return int(line["quantity"]) * (100 + int(line["tolerance_percent"])) // 100


def counted(now: Seen, call_off: Row) -> dict[int, dict[str, int]]:
    """What a placed call-off takes of each row of the book, by its order alone."""
    order = now.one("orders", call_off.order_id)
    found = {}
    for asked, line in now.order_lines(call_off):
        left = line.shipped_quantity if order.shipped_at is not None else asked.quantity
        receipt = next(iter(now.of("order_receipts", order_id=order.id)), None)
        said = now.of("order_receipt_lines", line_id=line.id) if receipt is not None and receipt.is_checked else []
        found[asked.line_id] = {
            "called": left,
            "confirmed": left if order.ship_on is not None else 0,
            "delivered": line.shipped_quantity if order.delivered_at is not None else 0,
            "accepted": sum(one.accepted for one in said),
            "rejected": sum(one.rejected for one in said),
        }
    return found if order.state not in OFF else {}


def _sums(now: Seen, contract: Row) -> dict[int, dict[str, int]]:
    sums: dict[int, dict[str, int]] = {}
    for call_off in now.of("call_offs", agreement_id=contract.id):
        for row, figures in counted(now, call_off).items() if call_off.state == "placed" else ():
            known = sums.setdefault(row, dict.fromkeys(COUNTED, 0))
            for name in COUNTED:
                known[name] += figures[name]
    return sums


def nothing_beyond_the_contract_is_called(now: Seen, _before: Seen | None) -> Iterator[str]:
    """11: what is called of a line and not cancelled stays within quantity and tolerance, and the book says so."""
    for contract in now.contracts():
        version = now.version(contract, contract.active_version)
        lines = {line["key"]: line for line in data(version)["lines"]} if version is not None else {}
        sums = _sums(now, contract)
        for row in now.of("agreement_lines", agreement_id=contract.id):
            called = sums.get(row.id, {}).get("called", 0)
            bound = most(lines[row.key]) if row.key in lines else called
            if called > bound or row.called != called or row.most < called:
                yield f"{contract.ref} {row.key}: {called} called of {bound}, the book says {row.called} of {row.most}"
            if row.key in lines and (row.contracted, row.most) != (int(lines[row.key]["quantity"]), bound):
                yield f"{contract.ref} {row.key}: the book has another quantity than the text in force"


def deliveries_and_money_add_up(now: Seen, _before: Seen | None) -> Iterator[str]:
    """12: delivered ≤ confirmed, accepted + rejected = delivered, money = whole packs × price in whole đồng."""
    for contract in now.contracts():
        sums = _sums(now, contract)
        for row in now.of("agreement_lines", agreement_id=contract.id):
            summed = sums.get(row.id, dict.fromkeys(COUNTED, 0))
            if {name: getattr(row, name) for name in COUNTED} != summed or row.delivered > row.confirmed:
                yield f"{contract.ref} {row.key}: the book does not say {summed}"
        for call_off in now.of("call_offs", agreement_id=contract.id):
            if call_off.state == "placed":
                yield from _money(now, call_off)


def _money(now: Seen, call_off: Row) -> Iterator[str]:
    order = now.one("orders", call_off.order_id)
    lines = [line for _asked, line in now.order_lines(call_off)]
    goods = sum(line.quantity * line.unit_price_vnd for line in lines)
    figures = (order.goods_vnd, order.freight_vnd, order.total_vnd, order.reduced_vnd)
    if any(type(one) is not int for one in (*figures, *(line.unit_price_vnd for line in lines))):
        yield f"{call_off.ref}: money that is no whole number"
    if any(line.amount_vnd != line.quantity * line.unit_price_vnd for line in lines) or order.goods_vnd != goods:
        yield f"{call_off.ref}: {order.goods_vnd} đồng are not quantity × price"
    if order.state != "completed":
        return
    (receipt,) = now.of("order_receipts", order_id=order.id)
    kept = {line.id: line.shipped_quantity for line in lines}
    for said in now.of("order_receipt_lines", receipt_id=receipt.id):
        if said.accepted + said.rejected != kept[said.line_id] or not receipt.is_checked:
            yield f"{call_off.ref}: {said.accepted} accepted + {said.rejected} rejected of {kept[said.line_id]}"
        kept[said.line_id] = said.accepted
    due = sum(kept[line.id] * line.unit_price_vnd for line in lines) + (order.freight_vnd if any(kept.values()) else 0)
    if order.total_vnd - order.reduced_vnd != due:
        yield f"{call_off.ref}: {order.total_vnd - order.reduced_vnd} đồng are due, {due} were accepted"


# --- as it was then --------------------------------------------------------------------------------------------------


def calls_keep_to_term_state_and_price(now: Seen, _before: Seen | None) -> Iterator[str]:
    """13: nothing is called outside the term, under a suspension or after the end; its price is that of its day."""
    for contract in now.contracts():
        by_ref = {one.ref: one for one in now.of("call_offs", agreement_id=contract.id)}
        state, number, suspended, told = "draft", None, False, []
        for event in now.events(contract):
            if event.kind == "call_off_placed":
                told.append(str(event.figures.get("call_off")))
                call_off = by_ref.get(told[-1])
                if call_off is None or state != "active" or suspended or _stops(now, contract, event.at):
                    yield f"{contract.ref}: {told[-1]} was placed while {state}, suspended: {suspended}"
                elif (version := now.version(contract, number)) is not None:
                    yield from _as_agreed(now, call_off, data(version), event, number)
            state = event.after or state
            number = event.figures.get("version") if event.kind in {"activate", "amend"} else number
            suspended = {"suspended_set": True, "suspended_lifted": False}.get(event.kind, suspended)
        placed = [one.ref for one in by_ref.values() if one.state == "placed"]
        if sorted(placed) != sorted(told):
            yield f"{contract.ref}: {sorted(set(placed) ^ set(told))} were placed without an event"
        if contract.state in {"active", "winding_down"} and (contract.suspended_at is not None) != suspended:
            yield f"{contract.ref}: its flag of suspension does not follow its events"


def _stops(now: Seen, contract: Row, at: datetime) -> bool:
    """A suspension that was announced had begun by then."""
    rows = now.of("suspensions", agreement_id=contract.id)
    known = [one for one in rows if one.set_at <= at and (one.lifted_at is None or one.lifted_at > at)]
    return any(one.from_on <= day_of(at) for one in known)


def _as_agreed(now: Seen, call_off: Row, terms: dict[str, Any], event: Row, number: int | None) -> Iterator[str]:
    term, day = terms["term"], day_of(event.at).isoformat()
    if not term["valid_from"] <= day <= term["valid_to"] or not day <= call_off.due_on.isoformat() <= term["valid_to"]:
        yield f"{call_off.ref}: called on {day} for {call_off.due_on}, the term is {term}"
    if call_off.version_number != number:
        yield f"{call_off.ref}: names version {call_off.version_number}, in force was {number}"
    lines = {line["key"]: line for line in terms["lines"]}
    keys = {row.id: row.key for row in now["agreement_lines"]}
    for asked, ordered in now.order_lines(call_off):
        line = lines.get(keys[asked.line_id])
        if line is None or (ordered.sku, ordered.unit_price_vnd) != (line["sku"], line["price_vnd"]):
            yield f"{call_off.ref}: {ordered.sku} at {ordered.unit_price_vnd} is not what version {number} says"
        if (
            asked.quantity != ordered.quantity
            or event.figures.get("quantities", {}).get(keys[asked.line_id]) != asked.quantity
        ):
            yield f"{call_off.ref}: the order has another quantity than was called"


def annexes_keep_what_was_done(now: Seen, _before: Seen | None) -> Iterator[str]:
    """14: an annex takes nothing away that was confirmed, changes no side, is not back-dated, and follows on."""
    for contract in now.contracts():
        number, last_at = None, None
        for place, event in enumerate(now.events(contract)):
            if event.kind == "amend":
                paper = next((one for one in now["agreements"] if one.ref == event.figures.get("paper")), None)
                old, new = now.version(contract, number), now.version(contract, event.figures.get("version"))
                if paper is None or old is None or new is None or paper.belongs_to_id != contract.id:
                    yield f"{contract.ref}: amended by no annex of its own"
                    continue
                if paper.amends_version != number or paper.rationale is None or _last(now, paper).sha256 != new.sha256:
                    yield f"{contract.ref}: {paper.ref} stands on another text, or is not what became of it"
                if last_at is not None and paper.effective_at < last_at:
                    yield f"{contract.ref}: {paper.ref} is in force before the annex before it"
                last_at = paper.effective_at
                confirmed = _confirmed(now, contract, now.events(contract)[:place])
                yield from _changed(contract, data(old), data(new), event.at, confirmed)
            number = event.figures.get("version") if event.kind in {"activate", "amend"} else number
        if number != contract.active_version:
            yield f"{contract.ref}: version {contract.active_version} is in force, its events say {number}"


def _last(now: Seen, paper: Row) -> Row:
    return now.versions(paper)[-1]


def _confirmed(now: Seen, contract: Row, events: list[Row]) -> dict[str, int]:
    """How much of each line was promised by then."""
    by_ref = {one.ref: one for one in now.of("call_offs", agreement_id=contract.id)}
    did: dict[str, list[str]] = {}
    for event in events:
        if "call_off" in event.figures:
            did.setdefault(event.figures["call_off"], []).append(event.kind)
    keys = {row.id: row.key for row in now["agreement_lines"]}
    sums: dict[str, int] = {}
    for ref, kinds in did.items():
        if "call_off_confirmed" not in kinds or {"call_off_cancelled", "call_off_returned"} & set(kinds):
            continue
        for asked, line in now.order_lines(by_ref[ref]):
            packs = line.shipped_quantity if "call_off_shipped" in kinds else asked.quantity
            sums[keys[asked.line_id]] = sums.get(keys[asked.line_id], 0) + packs
    return sums


def _changed(
    contract: Row, old: dict[str, Any], new: dict[str, Any], at: datetime, confirmed: dict[str, int]
) -> Iterator[str]:
    day = day_of(at).isoformat()
    for side in ("seller", "buyer"):
        if any(old["parties"][side][name] != new["parties"][side][name] for name in ("ref", "tax_code")):
            yield f"{contract.ref}: an annex put another {side} there"
    lines = {line["key"]: int(line["quantity"]) for line in new["lines"]}
    for key, packs in confirmed.items():
        if lines.get(key, 0) < packs:
            yield f"{contract.ref} {key}: an annex left {lines.get(key, 0)} of {packs} that were confirmed"
    begun, begins = old["term"]["valid_from"], new["term"]["valid_from"]
    if (begins != begun and min(begins, begun) <= day) or new["term"]["valid_to"] < day or old["kind"] != new["kind"]:
        yield f"{contract.ref}: an annex of {day} is back-dated: {new['term']}"
