"""Letters: every sign that contracts use is in the text layer and has a glyph; one without a glyph makes no paper."""

from __future__ import annotations

import io
import itertools
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from marketplace.contracts.models import Agreement
from marketplace.contracts.queries.papers import CONTRACT, contract_paper
from marketplace.contracts.states.agreements import AgreementKind, AgreementState, PaperKind
from marketplace.contracts.terms import drafting, texts
from marketplace.core import clock, papers
from marketplace.core.database import db
from marketplace.core.i18n import TRANSLATIONS
from marketplace.core.refusals import Refused
from tests.clients import Client
from tests.contracts.making import Walk, two_sides

VOWELS, TONES = "aăâeêioôơuưy", ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
SIGNS = "₫ “ ” ‘ ’ « » – — - ‑ − ± × ÷ ≤ ≥ ≈ · … • ° ² ³ % ‰ № § ½ ¼ € © ® ™ → ✓"
FAMILIES = ("Libertinus", "Manrope", "DejaVuSansMono")


def vietnamese() -> str:
    small = [unicodedata.normalize("NFC", vowel + tone) for vowel, tone in itertools.product(VOWELS, TONES)]
    return "".join([*small, "đ", *(one.upper() for one in small), "Đ"])


def corpus() -> list[str]:
    """Every sign: the alphabet, punctuation, and whatever the model clauses and the Vietnamese catalogues use."""
    plain = "".join(chr(code) for code in range(0x21, 0x7F))
    clauses = json.dumps(texts.read(), ensure_ascii=False)
    said = "".join(_words(path) for path in TRANSLATIONS.glob("vi/*.po"))
    return sorted(set(vietnamese() + plain + SIGNS + clauses + said) - set("\n\t \u00a0\u2060"))


def _words(path: Path) -> str:
    with path.open("rb") as file:
        return "".join(str(message.string) for message in read_po(file, locale="vi"))


def terms(**changes: Any) -> dict[str, Any]:
    return {**drafting.blank(AgreementKind.SALE, PaperKind.CONTRACT), **changes}


def paper_of(text: str) -> PdfReader:
    clauses = [drafting.own_clause("own-1", "Chữ", text)]
    data = contract_paper(terms(clauses=clauses))
    return PdfReader(io.BytesIO(papers.archival(CONTRACT, data, made_at=clock.now()).pdf))


def test_the_alphabet_is_whole() -> None:
    assert len(set(vietnamese())) == 2 * (12 * 6 + 1)


def test_every_sign_is_in_the_text_layer_and_has_a_glyph() -> None:
    """PDF/A has no place for a sign without a glyph: the compiler would refuse it."""
    wanted = corpus()
    reader = paper_of("\n".join(f"⟨{sign}⟩".replace("⟨", "[").replace("⟩", "]") for sign in wanted))
    said = unicodedata.normalize("NFC", "".join(page.extract_text() for page in reader.pages))
    assert [sign for sign in wanted if f"[{sign}]" not in said.replace("\u00a0", " ")] == []


def test_letters_come_from_our_families_only() -> None:
    reader = paper_of(" ".join(corpus()))
    names = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert [name for name in names if not name.startswith(FAMILIES)] == []


def test_each_letter_has_a_glyph_of_its_own() -> None:
    """Two letters drawn by one glyph would be an empty box twice; glyph 0 is the box itself."""
    letters = sorted(set(vietnamese()) | set("₫“”–—"))
    glyphs = glyphs_of(paper_of("".join(letters)))
    assert [letter for letter in letters if letter not in glyphs] == []
    used = {glyphs[letter] for letter in letters}
    assert 0 not in used
    assert len(used) == len(letters)


def glyphs_of(reader: PdfReader) -> dict[str, int]:
    """Which glyph of the upright letters of the text shows which letter."""
    found: dict[str, int] = {}
    for page in reader.pages:
        for font in (one.get_object() for one in page["/Resources"]["/Font"].values()):
            if str(font["/BaseFont"]).partition("+")[2].startswith("LibertinusSerif-Regular"):
                found |= read_map(font["/ToUnicode"].get_object().get_data().decode("latin-1"))
    return found


def read_map(cmap: str) -> dict[str, int]:
    pairs = re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4,})>\s*\n", cmap)
    return {bytes.fromhex(text).decode("utf-16-be"): int(glyph, 16) for glyph, text in pairs}


@pytest.mark.parametrize(("text", "named"), [("Gạo 😀 sạch", "😀"), ("米 gạo", "米"), ("gạo \ue000", "U+E000")])
def test_a_sign_without_a_glyph_makes_no_paper(text: str, named: str) -> None:
    with pytest.raises(Refused) as refused:
        paper_of(text)
    assert named in str(refused.value.sentence)


def test_decomposed_letters_are_printed_as_one() -> None:
    said = "".join(page.extract_text() for page in paper_of(unicodedata.normalize("NFD", "Quảng Trị, Đà Nẵng")).pages)
    assert "Quảng Trị, Đà Nẵng" in unicodedata.normalize("NFC", said)


def test_a_text_that_cannot_be_printed_is_not_sent(app: Flask, client_of: Callable[[Any], Client]) -> None:
    with app.app_context():
        sides = two_sides()
        ref = Walk(sides).begin(title="Hợp đồng gạo 😀").ref
    answer = client_of(sides.manager).post(f"/agreements/{ref}/sending")
    assert answer.status_code == 422
    assert "Không in được các ký tự: 😀" in answer.text
    with app.app_context():
        assert db.session.scalar(select(Agreement.state).where(Agreement.ref == ref)) is AgreementState.DRAFT
