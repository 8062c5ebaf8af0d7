"""The checker itself: a good page passes, and each kind of bad page is named."""

from __future__ import annotations

import pytest

from tests.html import assert_valid_html, complaints

GOOD = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Chợ</title></head><body><h1>Chợ</h1>{}</body></html>"""


def test_a_good_page_passes() -> None:
    assert_valid_html(GOOD.format('<p id="a">Bánh đậu xanh</p>'), "a good page")


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ('<p id="a">1</p><p id="a">2</p>', "Duplicate ID"),
        ("<ul><div>x</div></ul>", "not allowed as child"),
        ('<label for="missing">x</label>', "for"),
        ('<img src="a.png">', "alt"),
        ("<p>unclosed <b>bold</p>", "b"),
        ('<a role="buton" href="/">x</a>', "buton"),
    ],
)
def test_a_bad_page_is_named(bad: str, named: str) -> None:
    assert any(named in line for line in complaints(GOOD.format(bad)))
