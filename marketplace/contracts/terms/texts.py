"""The project's file of model clauses: titles of papers, names of figures in brackets, clauses of each kind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.contracts.states.agreements import AgreementKind, PaperKind

FILE = Path(__file__).resolve().parent.parent / "data" / "clauses.json"
NAMED, MOST_NAMED, MOST_TITLE = 2, 60, 200


@cache
def read() -> dict[str, Any]:
    """The file, read once."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def title_of(kind: AgreementKind, paper: PaperKind) -> str:
    """What a paper of a kind is called: "Hợp đồng mua bán", "Phụ lục hợp đồng"."""
    titles = read()["titles"]
    return str(titles[kind.value] if paper is PaperKind.CONTRACT else titles[paper.value])


def name_with(kind: AgreementKind, goods: Sequence[str], seller: str, buyer: str) -> str:
    """What a contract on certain goods is called: "Mua bán gạo hữu cơ giữa … và …"; two goods are named at most."""
    distinct = list(dict.fromkeys(one.strip() for one in goods if one.strip()))
    rest = len(distinct) - NAMED
    named = ", ".join(_in_a_sentence(one)[:MOST_NAMED] for one in distinct[:NAMED])
    called = f"{named} và {rest} mặt hàng khác" if rest > 0 else named
    made = str(read()["named"][kind.value]).format(goods=called, seller=seller, buyer=buyer)
    return made if distinct and len(made) <= MOST_TITLE else title_of(kind, PaperKind.CONTRACT)


def _in_a_sentence(name: str) -> str:
    """A name of goods that does not begin the sentence: "Gạo hữu cơ" is "gạo hữu cơ", "OCOP" stays."""
    first = name.split()[0]
    return name if first.isupper() else name[0].lower() + name[1:]


def figures() -> dict[str, str]:
    """The names that stand in brackets in clauses ("mức phạt"), each with the field that fills it."""
    return dict(read()["figures"])


def shelf_of(paper: PaperKind) -> PaperKind:
    """Whose clauses a paper uses: an annex those of the contract that it changes, minutes their own."""
    return PaperKind.CONTRACT if paper is PaperKind.AMENDMENT else paper


def mandatory_keys(kind: str, paper: str) -> dict[str, str]:
    """Key and title of the clauses that the file calls mandatory for a kind."""
    shelf = shelf_of(PaperKind(paper)).value
    rows = [one for one in read()["clauses"] if shelf == one.get("paper", PaperKind.CONTRACT.value)]
    return {one["key"]: one["title"] for one in rows if kind in one["mandatory"]}
