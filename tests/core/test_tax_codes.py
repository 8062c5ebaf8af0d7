"""Tax codes: what is one, what is not, and what is said about a slip."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from marketplace.core import clock, i18n, tax_codes
from marketplace.core.tax_codes import TaxCodeKind, check_digit, fault, is_valid, kind_of, masked, normalised

nines = st.text("0123456789", min_size=9, max_size=9).filter(lambda nine: check_digit(nine) is not None)
codes = nines.map(lambda nine: f"{nine}{check_digit(nine)}")
branches = st.builds(lambda code, number: f"{code}-{number:03d}", codes, st.integers(1, 999))
between = st.sampled_from(["", " ", ".", "-", " - ", "\u00a0", "\u2011", "–"])


def said(code: str, *, personal: bool = True) -> str:
    """The sentence in English, or nothing."""
    with i18n.speaking("en"):
        found = fault(normalised(code), personal=personal)
        return "" if found is None else str(found)


@pytest.mark.parametrize("code", ["0100233488", "0314409058", "0314409058-002", "001090123456", "096326123456"])
def test_real_shapes_are_fine(code: str) -> None:
    assert is_valid(normalised(code))


@given(codes)
def test_every_code_with_its_check_digit_is_fine(code: str) -> None:
    assert is_valid(code)
    assert kind_of(code) is TaxCodeKind.ORGANISATION


@given(branches)
def test_a_branch_is_kept_with_its_dash(code: str) -> None:
    assert is_valid(code)
    assert kind_of(code) is TaxCodeKind.BRANCH
    assert normalised(code.replace("-", "")) == code


@given(st.one_of(codes, branches), between, st.data())
def test_what_people_put_between_the_digits_changes_nothing(code: str, mark: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, 9))
    assert normalised(f"MST: {code[:place]}{mark}{code[place:]} ") == code


@given(st.text())
def test_normalising_twice_is_normalising_once_and_nothing_breaks(text: str) -> None:
    once = normalised(text)
    assert normalised(once) in (once, once.removeprefix("MST").lstrip(":")) or "MST" in once
    assert fault(once) is None or str(fault(once))


@given(codes, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(code: str, place: int, more: int) -> None:
    wrong = f"{code[:place]}{(int(code[place]) + more) % 10}{code[place + 1 :]}"
    assert said(wrong)


@given(codes, st.integers(0, 8))
def test_two_swapped_neighbours_are_noticed_or_are_another_code(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    wrong = f"{code[:place]}{code[place + 1]}{code[place]}{code[place + 2 :]}"
    assert bool(said(wrong)) != is_valid(wrong)


@given(codes)
def test_a_wrong_last_digit_is_told_with_the_right_one_or_a_swap(code: str) -> None:
    wrong = f"{code[:9]}{(int(code[9]) + 1) % 10}"
    assert f"should be {code[9]}." in said(wrong) or "neighbours were swapped" in said(wrong)


@given(codes.filter(lambda code: code.startswith("0")))
def test_a_lost_zero_is_found_again(code: str) -> None:
    assert code in said(code[1:])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("0102033488", "swapped: 0100233488?"),
        ("O100233488", "letter O or I"),
        ("01002334AB", "digits only"),
        ("", "digits only"),
        ("0314409058-000", "from 001 to 999"),
        ("000090123456", "001 to 096"),
        ("097090123456", "001 to 096"),
        ("001490123456", "fourth digit"),
        ("001299123456", "still to come"),
        ("12345", "Here are 5 digits. A tax code has 10 or 12"),
    ],
)
def test_each_slip_is_said(code: str, words: str) -> None:
    assert words in said(code)


def test_a_company_has_no_personal_number() -> None:
    assert "a person's own number" in said("001090123456", personal=False)
    assert "10 (13 for a branch)" in said("123", personal=False)
    assert not said("0100233488", personal=False)


def test_births_follow_the_calendar() -> None:
    year = clock.today().year % 100
    assert is_valid(f"0012{year:02d}123456")
    assert not is_valid(f"0012{(year + 1) % 100:02d}123456")


def test_a_personal_number_is_masked_and_others_are_not() -> None:
    assert masked("001090123456") == "001••••••456"
    assert masked("0100233488") == "0100233488"
    assert masked(None) == ""
    assert tax_codes.is_personal("0100233488") is False


def test_nothing_begins_like_this() -> None:
    dead = next(f"{n:09d}" for n in range(10**8) if check_digit(f"{n:09d}") is None)
    sentence = said(f"{dead}0")
    assert "no tax code begins like this" in sentence or "swapped" in sentence
