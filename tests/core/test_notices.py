"""Every notice that the code sends has its text, and every text says what it is about in its first line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEXTS = sorted((ROOT / "templates").glob("*/notices/[!_]*.txt"))


def sent() -> Iterator[tuple[str, str]]:
    """The name of each notice in the code, with the file that sends it."""
    for path in sorted((ROOT / "marketplace").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "notify":
                names = [one.value for one in node.args[1:2] if isinstance(one, ast.Constant)]
                yield from ((str(name), path.relative_to(ROOT).as_posix()) for name in names)


def test_every_notice_has_its_text() -> None:
    known = {f"{path.parent.parent.name}/{path.stem}" for path in TEXTS}
    assert [(name, path) for name, path in sent() if name not in known] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_a_text_has_a_subject_and_a_body(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(("{% from", "{% set", "{#"))]
    subject, empty, *body = "\n".join(lines).strip().split("\n")
    assert subject.startswith(("{{ ", "{% if "))
    assert empty == ""
    assert "".join(body).strip()
