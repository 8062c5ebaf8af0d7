"""Public refs: each once, also under a race; tokens that cannot be guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from marketplace.core.database import writing
from marketplace.core.refs import PREFIXES, new_token, next_ref, token_digest


def test_refs_count_up_within_their_series(inside: Flask, frozen: Callable[[datetime], datetime]) -> None:
    frozen(datetime(2026, 11, 22, tzinfo=UTC))
    with writing():
        refs = [next_ref("order"), next_ref("order"), next_ref("purchase")]
    assert refs == ["DH-2026-000001", "DH-2026-000002", "MH-2026-000001"]


def test_the_year_is_the_one_in_vietnam(inside: Flask, frozen: Callable[[datetime], datetime]) -> None:
    frozen(datetime(2026, 12, 31, 17, 0, tzinfo=UTC))
    with writing():
        assert next_ref("order").startswith("DH-2027-")


def test_after_an_act_that_failed_refs_still_differ(inside: Flask) -> None:
    def act() -> None:
        with writing():
            next_ref("order")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    with writing():
        assert next_ref("order") != next_ref("order")


def test_racers_get_a_ref_each(inside: Flask, race: Callable[..., list[Any]]) -> None:
    def take(_i: int) -> str:
        with writing():
            return next_ref("order")

    assert len(set(race(12, take))) == 12


def test_every_series_has_a_prefix_of_its_own(inside: Flask) -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    with writing():
        for name, prefix in PREFIXES.items():
            assert next_ref(name).startswith(f"{prefix}-")


def test_tokens_are_long_and_stored_as_a_digest() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 32
    assert token_digest("abc") == token_digest("abc") != token_digest("abd")
