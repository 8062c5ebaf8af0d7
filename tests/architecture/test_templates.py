"""Templates carry no inline script or style (the content policy forbids them) and no word that is not translated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import assert_none, templates

BUTTON = Path(__file__).resolve().parents[2] / "static" / "css" / "components" / "button.css"
TemplateRule = Callable[[str], Iterable[str]]

JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.S)
JINJA = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.S | re.I)
TAG = re.compile(r"<[a-zA-Z/!][^<>]*>", re.S)
ENTITY = re.compile(r"&#?\w+;|\b[\w-]+=\"[^\"]*\"")  # or an attribute that a macro writes
READ_ATTRIBUTE = re.compile(r"\s(?:alt|title|placeholder|aria-label|aria-description|label)\s*=\s*\"([^\"]*)\"")
LETTERS = re.compile(r"(?<![-\w])[^\W\d_]{2,}")  # not the tail of an id that is put together
# what is written alike in every language: our own name, others' names, units and file endings
ALIKE = re.compile(
    r"\b(Chợ|liên tỉnh|OCOP|VietQR|Stripe|NAPAS|COD|QR|CSV|XLSX|PDF|SMS|API|JSON|kg|km|ml|cm|VND|URL|px)\b"
)  # fmt: skip


def no_inline_script(text: str) -> Iterator[str]:
    for attributes, body in SCRIPT.findall(text):
        if body.strip() and "application/ld+json" not in attributes:
            yield f"inline script: {body.strip()[:40]}"
    yield from (f"inline handler: {found}" for found in re.findall(r"<[^>]*\s(on[a-z]+)\s*=", text, re.I))
    yield from ("javascript: address" for _ in re.findall(r"javascript:", text, re.I))


def no_inline_style(text: str) -> Iterator[str]:
    yield from ("<style> element" for _ in re.findall(r"<style\b", text, re.I))
    yield from (f"style attribute: {found[:40]}" for found in re.findall(r"<[^>]*\sstyle\s*=\s*([^\s>]+)", text, re.I))


def no_untranslated_word(text: str) -> Iterator[str]:
    """Letters that would be shown as they stand; what carries a lang attribute of its own is meant."""
    plain = JINJA.sub("", SCRIPT.sub("", re.sub(r"<(\w+)[^>]*\slang=\"\w+\"[^>]*>[^<]*</\1>", "", text)))
    shown = [*READ_ATTRIBUTE.findall(plain), *ENTITY.sub("", TAG.sub("\n", plain)).splitlines()]
    yield from (f"not translated: {line.strip()[:60]}" for line in shown if LETTERS.search(ALIKE.sub("", line)))


def complaints(rule: TemplateRule, files: Iterable[tuple[str, str]] | None = None) -> list[str]:
    chosen = templates() if files is None else files
    return [f"{path}: {line}" for path, text in chosen for line in rule(JINJA_COMMENT.sub("", text))]


RULES: list[TemplateRule] = [no_inline_script, no_inline_style, no_untranslated_word]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_template_keeps_the_rule(rule: TemplateRule) -> None:
    assert_none(complaints(rule))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (no_inline_script, "<script>alert(1)</script>"),
        (no_inline_script, '<script nonce="{{ nonce }}">go()</script>'),
        (no_inline_script, '<a href="/" onclick="go()">{{ _("Go") }}</a>'),
        (no_inline_script, '<a href="javascript:go()">{{ _("Go") }}</a>'),
        (no_inline_style, "<style>p { color: red }</style>"),
        (no_inline_style, '<p class="a" style="color: red">{{ x }}</p>'),
        (no_untranslated_word, "<p>Add to cart</p>"),
        (no_untranslated_word, "<p>\n  Thêm vào giỏ\n</p>"),
        (no_untranslated_word, '<button aria-label="Close">×</button>'),
        (no_untranslated_word, '<img src="/x.png" alt="A bag of rice">'),
    ],
)
def test_the_rule_bites(rule: TemplateRule, text: str) -> None:
    assert len(complaints(rule, [("templates/x.html", text)])) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<script type="application/ld+json">{{ data|tojson }}</script>',
        '<script type="module" src="{{ url }}"></script>',
        '{# A comment in words #}<p>{{ _("Add to cart") }} · 12 kg</p>',
        "{% trans count=n %}one{% pluralize %}many{% endtrans %}",
        '<a href="?lang=vi" lang="vi">Tiếng Việt</a>',
        '<button aria-label="{{ _("Close") }}">×</button>',
    ],
)
def test_the_rules_let_a_right_template_be(text: str) -> None:
    assert [line for rule in RULES for line in complaints(rule, [("templates/x.html", text)])] == []


def test_a_destructive_act_does_not_look_like_the_main_one() -> None:
    """No rule dresses both; only the main act is filled with the house's red."""
    rules = re.findall(r"([^{}]+)\{([^}]*)\}", BUTTON.read_text(encoding="utf-8").partition("{")[2])
    dressed = {kind: [body for head, body in rules if f".button-{kind}" in head] for kind in ("primary", "danger")}
    assert not set(dressed["primary"]) & set(dressed["danger"])
    filled = {kind: any("var(--lacquer-fill)" in body for body in bodies) for kind, bodies in dressed.items()}
    assert filled == {"primary": True, "danger": False}
