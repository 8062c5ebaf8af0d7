"""Vietnamese text: cleaned without losing a letter, folded alike however it was typed, made into slugs and codes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.text import ascii_upper, clean, fold, lowered, slugify, words

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ "
vietnamese = st.text(alphabet=VIETNAMESE + VIETNAMESE.upper(), max_size=60)


@given(st.text(max_size=200))
def test_clean_text_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\n" not in once
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in once)


@given(vietnamese)
def test_cleaning_loses_no_letter(text: str) -> None:
    assert clean(unicodedata.normalize("NFD", text)) == " ".join(unicodedata.normalize("NFC", text).split())


@given(vietnamese)
def test_folding_does_not_see_how_the_marks_were_typed(text: str) -> None:
    folded = fold(text)
    assert folded == fold(unicodedata.normalize("NFD", text)) == fold(text.upper()) == fold(folded)
    assert folded.isascii()


@given(vietnamese)
def test_lowering_keeps_the_marks_in_one_form(text: str) -> None:
    assert (
        lowered(unicodedata.normalize("NFD", text))
        == lowered(text.upper())
        == unicodedata.normalize("NFC", text).lower()
    )


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Bánh đậu xanh", "banh dau xanh"),
        ("ĐẶC SẢN ĐẮK LẮK", "dac san dak lak"),
        ("Nước mắm Cát Hải", "nuoc mam cat hai"),
        ("Quế Trà My", "que tra my"),
        ("khoai tây ②", "khoai tay 2"),
    ],
)
def test_examples_of_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Gạo \t sạch \r\n Triệu Phong ", "Gạo sạch Triệu Phong"),
        ("Mật\u200b ong\ufeff", "Mật ong"),
        ("a\x00b\x07c", "abc"),
        ("\u202egnah nauq\u202c", "gnah nauq"),
        ("hai\u00a0từ", "hai từ"),
        ("", ""),
    ],
)
def test_what_nobody_sees_is_taken_away(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_line_ends_are_kept_where_they_are_asked_for() -> None:
    assert clean("một \r\n\r\n\r\n\r\n hai\rba", lines=True) == "một\n\nhai\nba"


def test_words_are_those_of_the_text() -> None:
    assert words("Chè Thái Nguyên (loại 1), 500g_hộp!") == ["Chè", "Thái", "Nguyên", "loại", "1", "500g", "hộp"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Bánh đậu xanh Hải Dương (hộp 300 g)", "banh-dau-xanh-hai-duong-hop-300-g"),
        ("Rượu Mẫu Sơn – 500 ml", "ruou-mau-son-500-ml"),
        ("¿?", ""),
    ],
)
def test_slugs_can_be_read(text: str, slug: str) -> None:
    assert slugify(text) == slug


@given(st.text(max_size=200), st.integers(min_value=1, max_value=80))
def test_slugs_are_short_and_plain(text: str, most: int) -> None:
    slug = slugify(text, most=most)
    assert len(slug) <= most
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")


def test_slugs_are_cut_between_words() -> None:
    assert slugify("gạo sạch triệu phong", most=13) == "gao-sach"
    assert slugify("gạo sạch triệu phong", most=8) == "gao-sach"


def test_bank_transfers_carry_plain_letters() -> None:
    assert ascii_upper("DH-2026-000123 Nguyễn Đức", most=25) == "DH 2026 000123 NGUYEN DUC"
    assert ascii_upper("Đặng Thị Ngọc Ánh", most=10) == "DANG THI N"
