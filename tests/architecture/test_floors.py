"""Imports run downwards only: the contracts of pyproject.toml hold, and a wrong import breaks them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT

LINT = Path(sys.executable).with_name("lint-imports")


def floors_of(folder: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [LINT, "--no-logo", "--no-cache", "--config", ROOT / "pyproject.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def market_of(folder: Path, **modules: str) -> Path:
    """A marketplace of a few packages, each with the import that it is given."""
    for name, text in {"": "", "core": "", **modules}.items():
        package = folder / "marketplace" / name
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text(text)
    return folder


def test_every_import_runs_downwards() -> None:
    told = floors_of(ROOT)
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_downward_import_is_fine(tmp_path: Path) -> None:
    told = floors_of(market_of(tmp_path, places="import marketplace.core", orders="import marketplace.places"))
    assert told.returncode == 0, told.stdout + told.stderr


def test_an_upward_import_is_caught(tmp_path: Path) -> None:
    told = floors_of(market_of(tmp_path, places="import marketplace.orders", orders=""))
    assert told.returncode == 1
    assert "marketplace.places is not allowed to import marketplace.orders" in told.stdout


def test_a_package_without_a_floor_is_caught(tmp_path: Path) -> None:
    assert "marketplace.loyalty" in floors_of(market_of(tmp_path, loyalty="")).stdout
