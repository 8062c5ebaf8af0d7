"""The tree as the rules see it: Python modules with their syntax, and templates with their text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
FACILITIES = {"core", "web", "demo", "translations"}
ROOMS = {
    "__init__", "states", "events", "models", "policies", "queries",
    "services", "panels", "reactions", "jobs", "forms", "views",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One Python module: where it lies and what it says."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @property
    def feature(self) -> str:
        """The package below marketplace/, or nothing for a module that lies beside the packages."""
        return self.path.parts[1] if len(self.path.parts) > 2 else ""

    @property
    def room(self) -> str:
        """The room of a feature that the module is, or is a part of: services for services/returns.py."""
        return PurePosixPath(self.path.parts[2]).stem if self.feature else ""

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def functions(self) -> Iterator[ast.FunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Every name that is imported, in full: `from a.b import c` is a.b.c."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                yield from ((node, f"{module}.{alias.name}") for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.path.parts[: -node.level]
        return ".".join((*package, *([node.module] if node.module else [])))


Rule = Callable[[Source], Iterable[str]]


def source(path: str, text: str) -> Source:
    """A module made up for a rule's own test."""
    return Source(PurePosixPath(path), text)


@cache
def modules() -> tuple[Source, ...]:
    """Every Python module of the application."""
    return tuple(_read(path) for path in sorted((ROOT / "marketplace").rglob("*.py")))


def _read(path: Path) -> Source:
    return Source(PurePosixPath(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))


@cache
def templates() -> tuple[tuple[str, str], ...]:
    """Every template that Jinja fills, path and text; papers (.typ) hold no words, all of theirs come as data."""
    files = (path for path in sorted((ROOT / "templates").rglob("*")) if path.is_file() and path.suffix != ".typ")
    return tuple((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files)


@cache
def application() -> Flask:
    """The whole application; its features' models, routes and predicates are known from here on."""
    from config import Settings
    from marketplace import create_app

    app: Flask = create_app(Settings(database_url="sqlite://", secret_key="a secret", audit_key="a key", testing=True))
    return app


def dotted(node: ast.AST) -> str:
    """The dotted name that an expression spells: `db.session.commit`, or nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def complaints(rule: Rule, sources: Iterable[Source] | None = None) -> list[str]:
    """Everything that a rule has against the tree."""
    return [line for one in (modules() if sources is None else sources) for line in rule(one)]


def assert_none(found: Iterable[str]) -> None:
    """Fail with every line that a rule has found, not only the first."""
    lines = list(found)
    assert not lines, f"{len(lines)} to mend:\n" + "\n".join(lines)
