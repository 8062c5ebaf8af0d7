"""The two locks say the same, name no host, and hold what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib

from tests.architecture.sources import ROOT

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.M)


def pins(text: str) -> set[tuple[str, str]]:
    return {(name.lower().replace("_", "-"), version) for name, version in PINNED.findall(text)}


def lock(name: str) -> str:
    return (ROOT / name).read_text()


def test_the_lock_for_tests_holds_the_lock_for_running() -> None:
    assert pins(lock("requirements.txt")) - pins(lock("requirements-dev.txt")) == set()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=;~! ]", line)[0].lower().replace("_", "-") for line in asked}
    assert names - {name for name, _ in pins(lock("requirements-dev.txt"))} == set()


def test_the_locks_name_no_host_and_every_pin_has_a_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = lock(name)
        assert "://" not in text
        assert len(PINNED.findall(text)) == len(re.findall(r"==\S+(?: ; [^\\\n]+)? \\\n\s+--hash=sha256:", text))


def test_pins_are_read() -> None:
    assert pins('psycopg[binary]==3.3.9 ; python_version < "4" \\\n    --hash=sha256:00\n') == {("psycopg", "3.3.9")}
