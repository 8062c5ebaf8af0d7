"""The checks in a process of their own: files that would eat time or memory end there, within bounds."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

import pytest

from marketplace.contracts.signatures import child
from marketplace.contracts.signatures.child import ChildFailed, Limits, judged
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import Judgement
from tests.contracts import forging
from tests.contracts import paperwork as paper

MEBIBYTE = 1024 * 1024
SMALL = Limits(processor=20, seconds=40, memory=700 * MEBIBYTE)


def bomb() -> bytes:
    """A table of contents that unpacks to a gigabyte."""
    packed = zlib.compress(b"\x00" * (300 * MEBIBYTE), 9)
    head = (
        b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/W[1 4 2]/Size 44000000/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n"
    )
    return head % len(packed) + packed + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


HEAVY: dict[str, Callable[[], bytes]] = {
    "a table that unpacks to a gigabyte": bomb,
    "brackets without end": forging.deep,
    "a tree of pages that holds itself": forging.self_referencing,
    "ten thousand pages after ours": forging.many_pages_after_ours,
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_file_is_refused_in_bounded_time(name: str) -> None:
    asked, began = paper.question(HEAVY[name]()), time.monotonic()
    answer = judged(asked, SMALL)
    assert answer.judgement is Judgement.REFUSE
    assert answer.fault in {Fault.TOO_HEAVY, Fault.BROKEN, Fault.CHANGED, Fault.NOT_OURS}
    assert time.monotonic() - began < SMALL.seconds + 20  # a busy machine is slow to start and to end a process


def test_an_honest_file_gets_the_same_answer_as_here() -> None:
    asked = paper.question(paper.seller_signed())
    answer = judged(asked)
    assert (answer.judgement, answer.report["bound_by"]) == (Judgement.ACCEPT, "tax_code")


@pytest.mark.parametrize(
    ("limits", "why"),
    [(Limits(seconds=0.05), "timeout"), (Limits(processor=1, seconds=30), "signal")],
    ids=["in all", "of the processor"],
)
def test_a_check_without_end_is_ended(monkeypatch: pytest.MonkeyPatch, limits: Limits, why: str) -> None:
    if why == "signal":
        monkeypatch.setattr(child, "CHILD", "tests.contracts.endless")
    answer = judged(paper.question(paper.seller_signed()), limits)
    assert (answer.fault, why in answer.report["error"]) == (Fault.TOO_HEAVY, True)


def test_a_child_that_cannot_work_is_not_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "CHILD", "tests.contracts.no_such_module")
    with pytest.raises(ChildFailed):
        judged(paper.question(paper.seller_signed()))
