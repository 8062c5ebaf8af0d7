"""Rows broken by hand, past every guard of the database, each as somebody with all rights could: what must be found.

Each break is undone at once; `says` is a part of the sentence that the check of its number has to answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from marketplace.core.database import db
from tests.contracts.seen import GROWING, Seen, seen

CHECKED = (
    "agreements", "agreement_lines", "call_offs", "call_off_lines", "orders", "order_lines", "order_receipt_lines",
    "deadlines", "terms_versions", "agreement_signatures",
)  # fmt: skip
STRANGER = "(SELECT ref FROM organisations WHERE name = 'Chợ Lớn')"
BY_STRANGER = f"UPDATE agreement_events SET organisation_ref = {STRANGER}"
TOLD_STRANGER = f"UPDATE notices SET recipient_ref = {STRANGER}"
REWRITTEN = "UPDATE terms_versions SET canonical = replace(canonical, '{old}', '{new}') WHERE {where}"
FAR = "(SELECT id FROM organisations WHERE kind = 'department' AND name LIKE '%Hải%')"
OFFICER = "(SELECT min(person_id) FROM memberships WHERE role = 'officer')"
MANAGER = "(SELECT min(person_id) FROM memberships WHERE role = 'manager')"
AMENDED = (
    "id = (SELECT max(v.id) FROM terms_versions v JOIN agreement_events e USING (agreement_id) WHERE e.kind = 'amend')"
)
OF_CHILD = "agreement_id IN (SELECT id FROM agreements WHERE parent_id IS NOT NULL)"
LAST_SIGNING = "id = (SELECT max(id) FROM deadlines WHERE kind = 'signing' AND closed_at IS NOT NULL)"
FIRST_SENT = "(SELECT s.figures FROM agreement_events s WHERE s.kind = 'send' ORDER BY s.id LIMIT 1)"


@dataclass(frozen=True)
class Break:
    """One statement that breaks an invariant, and what its check says then."""

    number: int
    statement: str
    says: str


def _of(number: int, *pairs: tuple[str, str]) -> list[Break]:
    return [Break(number, statement, says) for statement, says in pairs]


BREAKS = [
    *_of(
        1,
        ("UPDATE agreements SET state = 'signing' WHERE state = 'completed'", "the row says signing"),
        ("UPDATE agreement_events SET kind = 'expire' WHERE kind = 'activate'", "no step leads from signing"),
        ("UPDATE agreement_events SET before = 'draft' WHERE kind = 'accept'", "no step leads from negotiating"),
        (f"{BY_STRANGER} WHERE kind = 'accept'", "may not accept"),
        (f"{BY_STRANGER} WHERE kind = 'approve'", "may not approve"),
        (f"{BY_STRANGER} WHERE kind = 'return'", "may not return"),
        ("UPDATE agreement_events SET actor_kind = 'system' WHERE kind = 'counter'", "may not counter"),
        ("DELETE FROM agreement_events WHERE kind = 'created'", "begins with its making"),
        ("UPDATE agreements SET disputed_at = touched_at", "does not follow its disputes"),
        ("UPDATE monitoring_cases SET state = 'active'", "does not follow its monitoring_cases"),
    ),
    *_of(
        2,
        ("UPDATE terms_versions SET comment = 'x' WHERE number = 1", "terms_versions: rows of before"),
        ("DELETE FROM acceptances WHERE id = 1", "acceptances: rows of before"),
        ("UPDATE agreement_signatures SET verdict = 'hold' WHERE verdict = 'accept'", "agreement_signatures: rows"),
        ("DELETE FROM agreement_events WHERE number = 3", "agreement_events: rows of before"),
    ),
    *_of(
        3,
        ("UPDATE terms_versions SET canonical = canonical || ' ' WHERE number = 1", "does not have its hash"),
        ("UPDATE terms_versions SET canonical = replace(canonical, '120000', '90000')", "does not have its hash"),
        (f"UPDATE agreement_documents SET terms_sha256 = '{'f' * 64}'", "names another text"),
        (f"UPDATE agreement_documents SET sha256 = '{'f' * 64}' WHERE id = 1", "has other bytes"),
        (f"UPDATE agreement_signatures SET sha256 = '{'f' * 64}' WHERE id = 1", "has other bytes"),
    ),
    *_of(
        4,
        ("UPDATE terms_versions SET number = 9 WHERE number = 2", "versions ["),
        ("UPDATE terms_versions SET parent_id = NULL WHERE number = 2", "does not stand on the one before"),
        ("UPDATE agreements SET active_version = 99 WHERE state = 'active'", "is in force and does not exist"),
        ("DELETE FROM document_voidings", "issued papers count"),
    ),
    *_of(
        5,
        (f"UPDATE acceptances SET sha256 = '{'f' * 64}' WHERE id = 1", "accepted by another hash"),
        ("DELETE FROM acceptances WHERE side = 'buyer'", "before both had accepted"),
        (f"UPDATE department_reviews SET sha256 = '{'f' * 64}' WHERE id = 1", "is of another text"),
        ("UPDATE department_reviews SET state = 'waiting' WHERE state = 'closed'", "off the table"),
        ("UPDATE department_reviews SET state = 'returned' WHERE state = 'approved'", "past a department"),
        ("UPDATE agreement_documents SET version_id = (SELECT min(id) FROM terms_versions)", "was not accepted"),
    ),
    *_of(
        6,
        ("UPDATE agreement_signatures SET side = 'seller'", "in force with the signatures of"),
        ("UPDATE signing_bases SET signature_id = NULL", "in force with the signatures of []"),
        ("UPDATE agreement_signatures SET person_id = 1", "one person or one organisation"),
        ("UPDATE agreement_signatures SET tax_code = '0000000000'", "is not its organisation's at signing"),
        ("UPDATE agreement_signatures SET evidence = 'L1' WHERE evidence = 'L2'", "is not its organisation's"),
        ("UPDATE organisations SET tax_code = '9999999999' WHERE name = 'HTX Gạo sạch'", "is not its organisation's"),
        ("UPDATE agreements SET buyer_id = seller_id", "one person or one organisation"),
        ("DELETE FROM agreement_events WHERE kind = 'activate'", "entered into force by another paper"),
    ),
    *_of(
        7,
        ("DELETE FROM signature_checks WHERE verdict = 'accept'", "with a signature that is hold"),
        ("UPDATE signature_checks SET verdict = 'revoked' WHERE verdict = 'accept'", "with a signature that is rev"),
        ("UPDATE agreements SET challenged_at = NULL", "signatures fell, challenged at None"),
        ("DELETE FROM agreement_events WHERE kind = 'challenged_set'", "no event says so"),
        ("DELETE FROM notices WHERE template LIKE '%/signature_challenged' AND recipient_ref LIKE '%1'", "were told"),
    ),
    *_of(
        8,
        ("UPDATE signing_bases SET signature_id = (SELECT max(id) FROM agreement_signatures)", "in another tree"),
        ("UPDATE signing_bases SET signature_id = NULL WHERE signature_id IS NOT NULL", "moved without a step"),
        (
            "UPDATE agreement_signatures SET file_key = (SELECT file_key FROM agreement_documents d"
            " WHERE d.id = document_id)",
            "does not grow out of its base",
        ),
    ),
    *_of(
        9,
        (f"UPDATE terms_versions SET person_id = {MANAGER} WHERE side = 'buyer'", "acted for both sides"),
        (f"UPDATE acceptances SET person_id = {OFFICER}", "without being one of its"),
        (f"UPDATE agreement_signatures SET person_id = {MANAGER}", "without being one of its"),
        (f"UPDATE department_reviews SET person_id = {MANAGER} WHERE person_id IS NOT NULL", "by somebody of a side"),
    ),
    *_of(
        10,
        (f"{BY_STRANGER} WHERE kind = 'issue'", " did issue"),
        (f"UPDATE department_reviews SET department_id = {FAR} WHERE id = 1", "has a part in department_reviews"),
        (f"UPDATE disputes SET mediator_id = {FAR}", "has a part in disputes"),
        (f"{TOLD_STRANGER} WHERE template = 'contracts/issued'", "was told"),
        ("UPDATE agreement_documents SET token = 'short' WHERE id = 1", "can be guessed"),
    ),
    *_of(
        11,
        ("UPDATE order_lines SET quantity = 500, shipped_quantity = 500 WHERE shipped_quantity > 0", " called of 131"),
        ("UPDATE agreement_lines SET called = called + 1", "the book says"),
        ("UPDATE agreement_lines SET most = most + 10", "another quantity than the text"),
        ("UPDATE orders SET state = 'placed' WHERE state = 'cancelled'", "the book says"),
    ),
    *_of(
        12,
        ("UPDATE agreement_lines SET accepted = accepted + 1", "the book does not say"),
        ("UPDATE agreement_lines SET delivered = 999", "the book does not say"),
        ("UPDATE order_receipt_lines SET accepted = accepted + 1", "accepted +"),
        ("UPDATE orders SET goods_vnd = goods_vnd + 1", "are not quantity × price"),
        ("UPDATE order_lines SET amount_vnd = amount_vnd - 1", "are not quantity × price"),
        ("UPDATE orders SET reduced_vnd = reduced_vnd + 1000 WHERE state = 'completed'", "đồng are due"),
    ),
    *_of(
        13,
        ("UPDATE agreement_events SET kind = 'suspended_set' WHERE kind = 'consent_set'", "suspended: True"),
        ("UPDATE suspensions SET set_at = '2020-01-01', lifted_at = NULL, from_on = '2020-01-01'", "was placed while"),
        ("UPDATE order_lines SET unit_price_vnd = unit_price_vnd - 1", "is not what version"),
        ("UPDATE call_offs SET due_on = '2099-01-01'", "the term is"),
        ("UPDATE call_offs SET version_number = 99", "in force was"),
        ("UPDATE call_off_lines SET quantity = quantity + 1", "another quantity than was called"),
        ("DELETE FROM agreement_events WHERE kind = 'call_off_placed'", "were placed without an event"),
        ("UPDATE agreements SET suspended_at = touched_at WHERE state = 'active'", "does not follow its events"),
    ),
    *_of(
        14,
        (REWRITTEN.format(old='"125"', new='"1"', where=AMENDED), "an annex left"),
        (REWRITTEN.format(old="0100233488", new="1", where=AMENDED), "another seller"),
        (REWRITTEN.format(old='"valid_to":"20', new='"valid_to":"19', where=AMENDED), "back-dated"),
        ("UPDATE agreements SET amends_version = 1 WHERE paper = 'amendment'", "stands on another text"),
        ("UPDATE agreements SET rationale = NULL", "stands on another text"),
        ("UPDATE agreements SET active_version = active_version - 1 WHERE active_version > 1", "its events say"),
        ("UPDATE agreements SET belongs_to_id = NULL WHERE paper = 'amendment'", "by no annex of its own"),
    ),
    *_of(
        15,
        ("UPDATE agreements SET state = 'active' WHERE state = 'completed'", "was completed and is active"),
        ("UPDATE agreement_events SET after = 'cancelled' WHERE kind = 'issue'", "went on after its end"),
        ("UPDATE agreements SET prior_id = id WHERE prior_id IS NOT NULL", "does not follow"),
        ("UPDATE agreements SET turn = 'seller' WHERE state = 'expired'", "has ended and waits for seller"),
        ("UPDATE orders SET state = 'shipped'", "a call-off of it is open"),
        ("UPDATE agreements SET state = 'signing' WHERE paper = 'amendment'", "that changes it is on its way"),
    ),
    *_of(
        16,
        ("UPDATE agreements SET valid_to = '2020-01-01'", "ends before it begins"),
        (REWRITTEN.format(old="120000", new="130000", where=OF_CHILD), "the framework says"),
        (REWRITTEN.format(old='"valid_to":"20', new='"valid_to":"21', where=OF_CHILD), "leaves the term"),
        (REWRITTEN.format(old='"valid_to":"20', new='"valid_to":"19', where=OF_CHILD), "ends before it begins"),
        ("UPDATE agreements SET parent_id = 1 WHERE parent_id IS NOT NULL", "was no framework in force"),
    ),
    *_of(
        17,
        ("UPDATE deadlines SET due_at = begins_at", "the calendar says"),
        ("UPDATE calendar_days SET is_working = TRUE", "the calendar says"),
        ("UPDATE deadlines SET lapsed_at = begins_at WHERE lapsed_at IS NOT NULL", "lapsed at"),
        (f"UPDATE deadlines SET closed_at = NULL WHERE {LAST_SIGNING}", "is awaited"),
        ("UPDATE deadlines SET reminded = 3", "3 reminders"),
        ("UPDATE deadlines SET turn = 'nobody' WHERE closed_at IS NOT NULL", "a closed deadline was touched"),
    ),
    *_of(
        18,
        ("UPDATE agreement_events SET figures = '{}' WHERE kind = 'issue'", "does not have its hash"),
        ("UPDATE agreement_events SET at = '2026-01-01 00:00:00' WHERE kind = 'sign'", "does not have its hash"),
        ("DELETE FROM agreement_events WHERE kind = 'accept'", "does not follow event"),
        (f"UPDATE agreement_events SET previous = '{'f' * 64}' WHERE number = 2", "does not follow event"),
        (
            "DELETE FROM agreement_events WHERE number > 3 AND agreement_id = (SELECT min(id) FROM agreements)",
            "which was published, is gone",
        ),
    ),
    *_of(
        19,
        ("DELETE FROM jobs WHERE kind = 'core.deliver_notice'", ": 0 jobs deliver it"),
        ("DELETE FROM notices WHERE id = (SELECT max(id) FROM notices)", "0 letters, 1 expected"),
        (
            "UPDATE notices SET template = 'contracts/accepted' WHERE id = (SELECT max(id) FROM notices)",
            "1 letters, 0 expected",
        ),
        ("DELETE FROM jobs WHERE kind = 'contracts.issue'", "0 jobs to issue it"),
        ("DELETE FROM jobs WHERE kind = 'contracts.check_upload'", ": 0 checks"),
    ),
    *_of(
        20,
        (
            f"UPDATE agreement_events SET figures = {FIRST_SENT} WHERE kind = 'accept'",
            "lay on the table",
        ),
        ("UPDATE agreement_events SET kind = 'note' WHERE kind = 'counter'", "lay on the table"),
    ),
    *_of(
        21,
        ("UPDATE agreements SET consent = 'exact' WHERE consent = 'band'", "is not the narrower"),
        ("UPDATE agreements SET consent = 'exact' WHERE consent = 'band'", "its sides allow band"),
        ("UPDATE agreements SET consent = 'exact' WHERE consent = 'closed'", "its sides allow closed"),
        ("UPDATE agreements SET seller_consent = 'exact', buyer_consent = 'exact'", "changed without an event"),
        ("DELETE FROM agreement_releases WHERE number = 1", "releases have gaps"),
    ),
    *_of(
        22,
        ("UPDATE agreements SET turn = 'system' WHERE state = 'negotiating'", "negotiating waits for system"),
        ("UPDATE agreements SET turn = 'both' WHERE state = 'signing'", "signing waits for both"),
        ("UPDATE agreements SET due_at = NULL WHERE state = 'signing'", "signing is due at None"),
        ("UPDATE agreements SET due_at = touched_at WHERE state = 'negotiating'", "negotiating is due at"),
    ),
]  # fmt: skip


def broken(statement: str, heads: Path) -> Seen:
    """The database as it would be seen after a statement that nobody stops; nothing of it stays."""
    db.session.rollback()
    with _without_guards():
        assert db.session.execute(text(statement)).rowcount, f"it touches no row: {statement}"  # type: ignore[attr-defined]
        return seen(heads, afresh=False)


@contextmanager
def _without_guards() -> Iterator[None]:
    """Triggers and CHECKs are off until what was done is rolled back."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    run = db.session.execute
    if is_sqlite:
        run(text("PRAGMA ignore_check_constraints = ON"))
        for table in GROWING:
            for what in ("change", "removal"):
                run(text(f"DROP TRIGGER {table}_refuses_{what}"))
    else:
        run(text("SET LOCAL session_replication_role = replica"))
        for table, name in run(text(CONSTRAINTS), {"tables": list(CHECKED)}).all():
            run(text(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"))
    try:
        yield
    finally:
        if is_sqlite:
            run(text("PRAGMA ignore_check_constraints = OFF"))
        db.session.rollback()


CONSTRAINTS = (
    "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint"
    " WHERE contype = 'c' AND conrelid::regclass::text = ANY(:tables)"
)
GUARD_OFF = {
    "sqlite": "DROP TRIGGER acceptances_refuses_change",
    "postgresql": "ALTER TABLE acceptances DISABLE TRIGGER acceptances_refuses_change",
}


def without_one_guard() -> Seen:
    """As it would be seen if somebody had taken a trigger away."""
    db.session.rollback()
    db.session.execute(text(GUARD_OFF[db.engine.dialect.name]))
    found = seen(afresh=False)
    db.session.rollback()
    return found
