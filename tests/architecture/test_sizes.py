"""Small files and small views: past these sizes a responsibility wants a name of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, Source, assert_none, complaints, source

LONGEST_FILE = 400
LONGEST_SCRIPT = 100
LONGEST_VIEW = 15
# views that are longer, and why
LONG_VIEWS: dict[str, str] = {}
VERBS = {"get", "post", "put", "patch", "delete", "route"}


def views_are_short(one: Source) -> Iterable[str]:
    for function in one.functions():
        name = f"{'.'.join(one.path.with_suffix('').parts)}.{function.name}"
        if _is_view(function) and _length(function) > LONGEST_VIEW and name not in LONG_VIEWS:
            yield one.at(function, f"{function.name}() has {_length(function)} lines; views have {LONGEST_VIEW}")


def _is_view(function: ast.FunctionDef) -> bool:
    calls = (node.func for node in function.decorator_list if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Attribute) and called.attr in VERBS for called in calls)


def _length(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def too_long(files: Iterable[Path], longest: int) -> list[str]:
    """Files with more lines than that."""
    counted = ((path, len(path.read_text(encoding="utf-8").splitlines())) for path in files)
    return [f"{path.name}: {lines} lines, at most {longest}" for path, lines in counted if lines > longest]


def sources(*patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern)) if path.is_file()]


def test_no_view_is_long() -> None:
    assert_none(complaints(views_are_short))


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        ("marketplace/**/*.py", LONGEST_FILE),
        ("tests/**/*.py", LONGEST_FILE),
        ("bench/**/*.py", LONGEST_FILE),
        ("*.py", LONGEST_FILE),
        ("templates/**/*", LONGEST_FILE),
        ("static/css/**/*.css", LONGEST_FILE),
        ("static/js/**/*.js", LONGEST_SCRIPT),
    ],
)
def test_no_file_is_long(pattern: str, longest: int) -> None:
    assert_none(too_long(sources(pattern), longest))


def test_the_rules_bite(tmp_path: Path) -> None:
    long_file = tmp_path / "long.py"
    long_file.write_text("x = 1\n" * (LONGEST_FILE + 1))
    assert len(too_long([long_file], LONGEST_FILE)) == 1
    body = "    x = 1\n" * (LONGEST_VIEW + 1)
    long_view = source("marketplace/orders/views.py", f"@bp.post('/x')\ndef confirm():\n    'Why.'\n{body}")
    assert len(complaints(views_are_short, [long_view])) == 1


def test_a_view_of_full_length_is_fine() -> None:
    body = "    x = 1\n" * LONGEST_VIEW
    view = source("marketplace/orders/views.py", f"@bp.post('/x')\ndef confirm():\n    'Why.'\n{body}")
    assert complaints(views_are_short, [view]) == []
