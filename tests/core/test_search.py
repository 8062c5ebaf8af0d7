"""The facility behind the search: words, keystrokes, slips, and an index that answers any text on either engine."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.core import search
from marketplace.core.database import db, writing
from marketplace.core.search.keystrokes import decoded
from marketplace.core.search.nearness import one_slip, two_slips
from marketplace.core.search.reading import split
from marketplace.core.search.talk import without_talk
from marketplace.core.search.words import exact_words, folded_word, folded_words

KIND = "thing"
WORDS = ["bánh", "đậu", "xanh", "gạo", "nếp", "quýt", "hòa", "hoàng", "mì", "st25"]


def put(*titles: str, weight: int = 0) -> None:
    with writing():
        search.put(
            search.Document(kind=KIND, owner_id=number, title=title, weight=weight)
            for number, title in enumerate(titles, 1)
        )


def found(text: str, *, kind: str = KIND, is_typing: bool = False) -> list[int]:
    hits = search.matching(kind, text, is_typing=is_typing)
    ordered = select(hits.c.owner_id).order_by(hits.c.tier, hits.c.popularity.desc(), hits.c.owner_id)
    return list(db.session.scalars(ordered))


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"), ("thuỷ", "thủy"), ("khoẻ", "khỏe"), ("mỳ", "mì"), ("lý", "lí"), ("kỹ", "kĩ"), ("quý", "quí"),
        ("BÁNH", "bánh"), ("ba\u0301nh", "bánh"), ("Tỷ", "tỉ"), ("Müsli", "musli"),
    ],
)  # fmt: skip
def test_spellings_that_people_mix_are_one(one: str, other: str) -> None:
    assert exact_words(one) == exact_words(other)


@pytest.mark.parametrize(
    ("one", "other"), [("dứa", "dừa"), ("thúy", "thùy"), ("bán", "bạn"), ("tay", "tai"), ("quà", "qua")]
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert exact_words(one) != exact_words(other)


def test_folding_takes_the_accents_and_the_bar() -> None:
    assert folded_words("Đậu xanh, Gạo ST25 – Huế’s") == ["dau", "xanh", "gao", "st25", "hue", "s"]


@given(st.text(max_size=60))
def test_words_are_letters_and_digits_of_one_form(text: str) -> None:
    words = exact_words(text)
    assert words == exact_words(" ".join(words)) == exact_words(unicodedata.normalize("NFD", " ".join(words)))
    assert all(word.isalnum() and folded_word(word).isascii() for word in words)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("banhs", "bánh"), ("ddaauj", "đậu"), ("ddaaju", "đậu"), ("nuwowcs", "nước"), ("nuocws", "nước"),
        ("gaoj", "gạo"), ("mawms", "mắm"), ("toir", "tỏi"), ("quanrg", "quảng"), ("thuyr", "thủy"), ("hoaf", "hòa"),
        ("giaf", "già"), ("khoais", "khoái"),
        ("ba1nh", "bánh"), ("d9a65u", "đậu"), ("d9au65", "đậu"), ("nu7o7c1", "nước"), ("ma81m", "mắm"),
        ("que61", "quế"), ("tuye6t1", "tuyết"), ("xoafi", "xoài"), ("dduwowngf", "đường"), ("mieens", "miến"),
    ],
)  # fmt: skip
def test_keystrokes_are_read(typed: str, meant: str) -> None:
    assert meant in decoded(typed)


@pytest.mark.parametrize("plain", ["banh", "gao", "lychee"])
def test_plain_words_are_no_keystrokes(plain: str) -> None:
    assert plain not in decoded(plain)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789đêơ", max_size=20))
def test_any_keystrokes_are_read_without_trouble(typed: str) -> None:
    assert all(exact_words(word) or not word for word in decoded(typed))


@pytest.mark.parametrize(
    ("typed", "known"), [("bahn", "banh"), ("bnh", "banh"), ("bannh", "banh"), ("benh", "banh"), ("mangoo", "mango")]
)
def test_one_slip_is_seen_through(typed: str, known: str) -> None:
    assert one_slip(typed, {known, "xoai"}) == [known]


def test_two_slips_are_seen_through_in_long_words_only() -> None:
    assert two_slips("macadmai", {"macadamia", "macca"}) == ["macadamia"]
    assert two_slips("bnah", {"bahn"}) == []
    assert one_slip("300", {"500"}) == []


def test_joined_words_are_split_into_the_fewest() -> None:
    known = {"banh", "dau", "xanh", "ba", "nh"}
    assert [term.exact for term in split("banhdauxanh", known, unfinished=False)] == ["banh", "dau", "xanh"]
    last = split("banhdauxa", known, unfinished=True)[-1]
    assert (last.exact, last.begins) == ("xa", True)
    assert split("banhdauxq", known, unfinished=True) == []


def test_shopping_talk_is_dropped_where_other_words_remain() -> None:
    assert without_talk(exact_words("mua gạo ngon ở đâu giá rẻ")) == ["gạo"]
    assert without_talk(exact_words("cua")) == ["cua"]
    assert without_talk(exact_words("của")) == ["của"]
    assert without_talk(exact_words("gia vi")) == ["gia", "vi"]
    assert [search.says_something(text) for text in ("mua", "gạo", "", "🍚")] == [False, True, True, True]


# --- the index -------------------------------------------------------------------------------------------------------


def test_tiers_come_in_their_order(inside: Flask) -> None:
    with writing():
        search.put(
            [
                search.Document(kind=KIND, owner_id=1, title="Khóm", also=["dứa"], weight=9),
                search.Document(kind=KIND, owner_id=2, title="Dừa sáp", weight=8),
                search.Document(kind=KIND, owner_id=3, title="Nước ép", body=["Làng Dứa"], weight=7),
                search.Document(kind=KIND, owner_id=4, title="Mứt dứa", weight=1),
                search.Document(kind=KIND, owner_id=5, title="Dứa mật", weight=0),
            ]
        )
    assert found("dứa") == [5, 4, 3, 2, 1]


def test_within_a_tier_weight_decides_then_age(inside: Flask) -> None:
    put("Gạo nếp", "Gạo tẻ", "Gạo lứt")
    assert found("gạo") == [1, 2, 3]
    with writing():
        search.set_weights(KIND, {3: 5, 2: 5, 1: 1})
    assert found("gạo") == [2, 3, 1]


def test_every_word_must_be_met(inside: Flask) -> None:
    put("Gạo nếp", "Gạo tẻ", "Bánh nếp")
    assert (found("gạo nếp"), found("nep gao"), found("gạo mật")) == ([1], [1], [])


def test_kinds_are_kept_apart(inside: Flask) -> None:
    put("Gạo nếp")
    assert (found("gạo"), found("gạo", kind="other")) == ([1], [])


def test_what_is_written_anew_replaces_what_was_there(inside: Flask) -> None:
    put("Gạo nếp", "Chè")
    put("Mật ong")
    assert (found("gạo"), found("mật"), found("chè")) == ([], [1], [2])
    with writing():
        search.remove(KIND, [1, 2])
    assert (found("mật"), found("chè")) == ([], [])


def test_the_last_word_may_be_unfinished_and_no_other(inside: Flask) -> None:
    put("Bánh đậu xanh", "Xà phòng")
    assert (found("bánh đậu xa"), found("bánh đậ"), found("ban"), found("xa bánh")) == ([1], [1], [1], [])
    assert (found("xa"), found("xa", is_typing=True), found("xan ")) == ([2], [2, 1], [])


def test_a_rebuild_forgets_words_that_nothing_holds(inside: Flask) -> None:
    put("Gạo nếp")
    with writing():
        search.forget_words(KIND)
    put("Chè")
    assert found("chè") == [1]


SIGNS = ['"', "*", "(", ")", "NEAR", "AND", "-", ":", "'", "\\", "\x00", "%", "_"]
TYPED = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*WORDS, '"', "*", "(", ")", "NEAR", "AND", "-", ":", "'", "\\", "\x00", "%", "_"])).map(
        " ".join
    ),
    st.text("abh0149 sfrxjw'\"*:()|&!<>-", max_size=30),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TYPED, st.booleans())
def test_any_text_is_answered(inside: Flask, text: str, is_typing: bool) -> None:
    if not found("bánh"):
        put("Bánh đậu xanh", "Gạo nếp hòa bình", "Mì quýt ST25", "Cây hoàng lan")
    assert set(found(text, is_typing=is_typing)) <= {1, 2, 3, 4}
    near = search.Search(KIND, text).nearest()
    assert len(db.session.execute(select(near)).all()) <= 4


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120), st.text(max_size=60))
def test_any_text_can_be_indexed(inside: Flask, title: str, also: str) -> None:
    plain = title.replace("\x00", " ").encode("utf-8", "ignore").decode()
    with writing():
        search.put([search.Document(kind=KIND, owner_id=1, title=plain, also=[also])])
    words = exact_words(plain)
    if words and search.says_something(plain):
        assert found(" ".join(words[:3])) == [1]
