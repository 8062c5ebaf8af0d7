"""Every way to deceive is refused at its own check with its own sentence; honest files of all kinds are accepted."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.accepting import CHECKS
from marketplace.contracts.signatures.faults import STEPS, Fault
from marketplace.contracts.signatures.questions import Judgement, Power
from marketplace.contracts.signatures.trial_authority import Subject
from tests.contracts import forging
from tests.contracts import paperwork as paper

Made = Callable[[], bytes]
NOBODY = Subject(name="UID=MST:0100233488", organisation="MST:0100233488")
OTHER = Subject(name="Công ty Khác", uids=("MST:0300588569",))
HOUSEHOLD = Subject(name="Nông Thị Hoa", uids=("CCCD:004190001234",))
BRANCH = Subject(name="Chi nhánh Huế", uids=("MST:0301519977-029", "CCCD:004190001234"))
DECOMPOSED = replace(paper.SELLER, name=unicodedata.normalize("NFD", paper.SELLER.name), uids=("ＭＳＴ： 0100233488",))
NEXT = len(paper.issued_paper())


def late() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


FORGERIES: dict[str, tuple[Made, int, Fault]] = {
    "no PDF": (lambda: b"PK\x03\x04 a letter", 1, Fault.NOT_A_PDF),
    "far too large": (lambda: paper.seller_signed() + b" " * 13_000_000, 1, Fault.TOO_LARGE),
    "cut off": (lambda: paper.seller_signed()[:-400], 1, Fault.BROKEN),
    "a torso": (lambda: b"%PDF-1.7\nstartxref\n99\n%%EOF\n", 1, Fault.BROKEN),
    "brackets without end": (forging.deep, 1, Fault.BROKEN),
    "encrypted": (forging.encrypted, 1, Fault.ENCRYPTED),
    "behind a password": (lambda: forging.encrypted("bí mật"), 1, Fault.PASSWORD),
    "junk after the end": (lambda: paper.seller_signed() + b"<script>", 1, Fault.JUNK),
    "another file of 10,000 pages": (forging.many_pages, 2, Fault.NOT_OURS),
    "a flipped byte of ours": (lambda: forging.flipped(paper.seller_signed(), 1000), 2, Fault.NOT_OURS),
    "saved anew": (forging.resaved, 2, Fault.NOT_OURS),
    "our history passed over": (forging.around_our_history, 2, Fault.CHANGED),
    "not signed": (paper.issued_paper, 3, Fault.UNSIGNED),
    "a change without a signature": (
        lambda: forging.with_later_part(paper.issued_paper(), forging.with_text("28 VND")), 3, Fault.UNSIGNED,
    ),
    "two at once": (forging.two_at_once, 3, Fault.TWO),
    "another price, signed afresh": (forging.changed_price, 4, Fault.CHANGED),
    "another price in the signing part": (forging.changed_price_in_one_part, 4, Fault.CHANGED),
    "drawn over after signing": (forging.overlay, 4, Fault.CHANGED),
    "a field that grows": (forging.moved_field, 4, Fault.CHANGED),
    "a picture in the other's field": (forging.with_words_in_the_others_block, 4, Fault.CHANGED),
    "10,000 pages after ours": (forging.many_pages_after_ours, 4, Fault.CHANGED),
    "a tree that holds itself": (forging.self_referencing, 4, Fault.CHANGED),
    "a signature that locks the other's field": (forging.locking, 4, Fault.LOCKED),
    "a field with a script": (forging.with_script, 5, Fault.CHANGED),
    "a picture over the prices": (forging.covering_picture, 5, Fault.OUTSIDE),
    "a picture that does not shrink": (lambda: forging.with_flags(12), 5, Fault.OUTSIDE),
    "in the other's block": (forging.in_the_others_block, 5, Fault.OUTSIDE),
    "a false authority of the same name": (forging.by_false_authority, 7, Fault.UNTRUSTED),
    "SHA-1": (forging.with_sha1, 7, Fault.WEAK_HASH),
    "a short key": (lambda: forging.by(paper.SELLER, bits=1024), 7, Fault.WEAK_KEY),
    "a certificate for something else": (lambda: forging.by(paper.SELLER, may_sign=False), 7, Fault.WRONG_USAGE),
    "another organisation's": (lambda: forging.by(OTHER), 8, Fault.OTHER_ORGANISATION),
    "a tax code in the name only": (lambda: forging.by(NOBODY), 8, Fault.NO_TAX_CODE),
    "back-dated": (lambda: forging.at_another_time(-timedelta(hours=2)), 9, Fault.BACK_DATED),
    "from the future": (lambda: forging.at_another_time(timedelta(minutes=7)), 9, Fault.CLOCK_AHEAD),
    "expired": (lambda: forging.by(paper.SELLER, begins=late() - timedelta(days=9), days=9), 9, Fault.EXPIRED),
    "not yet valid": (
        lambda: forging.by(paper.SELLER, begins=datetime.now(UTC) + timedelta(days=1)), 9, Fault.NOT_YET_VALID,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_at_its_own_check(name: str) -> None:
    made, step, fault = FORGERIES[name]
    answer = paper.judged(made())
    assert (answer.judgement, answer.fault, answer.step) == (Judgement.REFUSE, fault, step)
    assert str(fault.label)


def test_each_byte_of_the_new_part_is_guarded() -> None:
    """The signature's own envelope has a few letters that mean nothing; everything else is covered or zero."""
    file = paper.seller_signed()
    envelope = file.index(b"/Contents <", NEXT)
    places = [place for place in range(NEXT, len(file) - 8, 499) if not envelope < place < envelope + 3200]
    assert len(places) > 50
    accepted = [at for at in places if paper.judged(forging.flipped(file, at)).judgement is not Judgement.REFUSE]
    assert accepted == []


def test_a_flipped_byte_of_what_was_signed_does_not_fit() -> None:
    file = paper.seller_signed()
    answer = paper.judged(forging.flipped(file, file.index(b"/M (D", NEXT) + 10))
    assert (answer.fault, answer.step) == (Fault.TAMPERED, 6)


def test_every_check_has_a_name_and_every_refusal_a_sentence_of_its_own() -> None:
    assert len(CHECKS) == len(STEPS) == 11
    assert len({str(fault.label) for fault in Fault}) == len(Fault)


# --- the second signature --------------------------------------------------------------------------------------------


def buyers(file: bytes, **changes: Any) -> Any:
    known = {"base": paper.seller_signed(), "block": paper.BLOCKS["BenMua"], "tax_code": paper.BUYER_CODE}
    return paper.judged(file, **{**known, **changes})


def test_the_second_signature_builds_on_the_first() -> None:
    file = paper.signed(paper.seller_signed(), paper.token_of(paper.BUYER), "BenMua")
    assert buyers(file).judgement is Judgement.ACCEPT


def test_a_second_signature_on_the_issued_file_is_older() -> None:
    file = paper.signed(paper.issued_paper(), paper.token_of(paper.BUYER), "BenMua")
    assert buyers(file).fault is Fault.OLDER


def test_a_stripped_signature_is_missed() -> None:
    assert buyers(paper.issued_paper()).fault is Fault.SHORTENED
    both = paper.signed(paper.seller_signed(), paper.token_of(paper.BUYER), "BenMua")
    assert buyers(paper.seller_signed(), base=both).fault is Fault.SHORTENED


# --- what honest tools do --------------------------------------------------------------------------------------------

HONEST: dict[str, tuple[Made, dict[str, Any]]] = {
    "our own way": (paper.seller_signed, {}),
    "a field of the tool's own in the block": (forging.own_field_in_block, {}),
    "validation material after it": (forging.with_validation_material, {}),
    "a clock that is four minutes ahead": (lambda: forging.at_another_time(timedelta(minutes=4)), {}),
    "a name in decomposed letters": (lambda: forging.by(DECOMPOSED), {}),
    "a household by its owner's number": (lambda: forging.by(HOUSEHOLD), {"tax_code": "004190001234"}),
    "a branch by its own code": (lambda: forging.by(BRANCH), {"tax_code": "0301519977-029"}),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_is_accepted(name: str) -> None:
    made, changes = HONEST[name]
    answer = paper.judged(made(), **changes)
    assert (answer.judgement, answer.fault, answer.step) == (Judgement.ACCEPT, None, 0)


def test_names_are_kept_in_one_spelling() -> None:
    report = paper.judged(forging.by(DECOMPOSED)).report
    assert report["signer"]["name"] == paper.SELLER.name
    assert report["signer"]["tax_codes"] == [paper.SELLER_CODE]


def test_the_head_office_does_not_sign_for_its_branch() -> None:
    head = Subject(name="Trụ sở", uids=("MST:0301519977",))
    assert paper.judged(forging.by(head), tax_code="0301519977-029").fault is Fault.OTHER_ORGANISATION


def test_a_certificate_without_a_tax_code_counts_where_it_was_registered() -> None:
    file = forging.by(NOBODY)
    signer = paper.judged(file).report["signer"]
    registered = ((signer["fingerprint"], signer["issuer"]),)
    assert paper.judged(file, registered=registered).judgement is Judgement.ACCEPT
    elsewhere = ((signer["fingerprint"], "Một cơ quan khác"),)
    assert paper.judged(file, registered=elsewhere).fault is Fault.NO_TAX_CODE


# --- revocation ------------------------------------------------------------------------------------------------------


def lists(**how: Any) -> dict[str, Any]:
    return {"lists": (paper.authority().revocations(**how),)}


def test_a_revoked_certificate_is_refused_with_the_day() -> None:
    since = late().replace(microsecond=0)
    serial = trial_authority.serial_of(paper.token_of(paper.SELLER))
    answer = paper.judged(paper.seller_signed(), **lists(revoked={serial: since}))
    assert (answer.fault, answer.step, answer.report["revoked_at"]) == (Fault.REVOKED, 10, since.isoformat())


def test_a_revocation_after_the_receipt_does_not_harm() -> None:
    serial = trial_authority.serial_of(paper.token_of(paper.SELLER))
    later = datetime.now(UTC) + timedelta(hours=2)
    assert paper.judged(paper.seller_signed(), **lists(revoked={serial: later})).judgement is Judgement.ACCEPT


def _forged_list() -> bytes:
    return trial_authority.new_authority().revocations()


@pytest.mark.parametrize(
    "known",
    [
        {"lists": ()},
        lists(at=late() - timedelta(days=8), days=7),
        lists(at=datetime.now(UTC) + timedelta(days=1)),
        {"lists": (_forged_list(), b"no list")},
    ],
    ids=["none", "overdue", "not yet published", "of a false authority"],
)
def test_what_no_list_proves_is_held(known: dict[str, Any]) -> None:
    answer = paper.judged(paper.seller_signed(), **known)
    assert (answer.judgement, answer.report["revocation"]) == (Judgement.HOLD, "unknown")


def test_an_authority_in_between_needs_its_own_list() -> None:
    between = paper.authority().intermediate("Trial CA 2")
    token = between.issue(paper.SELLER)
    of_root, own = paper.authority().revocations(), between.revocations()
    file = forging.signed_freely(paper.issued_paper(), token, "BenBan", between.certificate)
    assert paper.judged(file, lists=(of_root,)).judgement is Judgement.HOLD
    assert paper.judged(file, lists=(of_root, own)).judgement is Judgement.ACCEPT


# --- the mandate -----------------------------------------------------------------------------------------------------

TODAY = datetime.now(UTC).date()
YEAR = timedelta(days=300)
FULL = Power((), None, TODAY - YEAR, TODAY + YEAR)


@pytest.mark.parametrize(
    ("powers", "fault"),
    [
        ((), Fault.NO_MANDATE),
        ((replace(FULL, valid_to=TODAY - timedelta(days=2)),), Fault.NO_MANDATE),
        ((replace(FULL, valid_from=TODAY + timedelta(days=2)),), Fault.NO_MANDATE),
        ((replace(FULL, kinds=("mou",)),), Fault.MANDATE_KIND),
        ((replace(FULL, limit_vnd=33_599_999),), Fault.MANDATE_VALUE),
        ((replace(FULL, kinds=("sale",), limit_vnd=33_600_000),), None),
        ((replace(FULL, kinds=("mou",)), FULL), None),
    ],
)
def test_the_mandate_covers_kind_value_and_day(powers: tuple[Power, ...], fault: Fault | None) -> None:
    answer = paper.judged(paper.seller_signed(), is_representative=False, powers=powers)
    assert (answer.fault, answer.step) == (fault, 11 if fault else 0)
