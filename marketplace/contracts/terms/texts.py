"""The project's file of model clauses: titles of papers, names of figures in brackets, clauses of each kind."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.contracts.states.agreements import AgreementKind, PaperKind

FILE = Path(__file__).resolve().parent.parent / "data" / "clauses.json"


@cache
def read() -> dict[str, Any]:
    """The file, read once."""
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def title_of(kind: AgreementKind, paper: PaperKind) -> str:
    """What a paper of a kind is called: "Hợp đồng mua bán", "Phụ lục hợp đồng"."""
    titles = read()["titles"]
    return str(titles[kind.value] if paper is PaperKind.CONTRACT else titles[paper.value])


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
