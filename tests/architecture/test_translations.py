"""Every message of the code and the templates is said in Vietnamese, with the same places to fill."""

from __future__ import annotations

import ast
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from tests.architecture.sources import ROOT, Source, assert_none, complaints, modules, source, templates

VIETNAMESE = ROOT / "marketplace/translations/vi"
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2),
}  # fmt: skip
PLACE = re.compile(r"%\(\w+\)[sd]")
Key = str | tuple[str, ...]


# --- what the code says ----------------------------------------------------------------------------------------------


def said_in_python(text: str) -> Iterator[Key]:
    for _line, message, _comments, _context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
        yield message


def said_in_template(text: str) -> Iterator[Key]:
    options = {"silent": "false", "encoding": "utf-8", "newstyle_gettext": "true"}
    for _line, function, message, _comments in babel_extract(io.BytesIO(text.encode()), list(KEYWORDS), [], options):
        words = message if isinstance(message, tuple) else (message,)
        known = tuple(word for word in words if isinstance(word, str))
        if known:
            yield known[:2] if KEYWORDS[function] else known[0]


def all_said() -> dict[Key, str]:
    """Every message, with one place where it is said."""
    found: dict[Key, str] = {}
    for one in modules():
        found |= dict.fromkeys(said_in_python(one.text), str(one.path))
    for path, text in templates():
        found |= dict.fromkeys(said_in_template(text), path)
    return found


def messages_are_literal(one: Source) -> Iterable[str]:
    """A message put together while running cannot be found by translators."""
    if str(one.path) == "marketplace/core/i18n.py":
        return
    for call in one.calls():
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in KEYWORDS and call.args and not isinstance(call.args[0], ast.Constant):
            yield one.at(call, f"{name}() takes the message itself, its places filled by keywords")


# --- what the catalogues answer --------------------------------------------------------------------------------------


def catalogue(text: str) -> Catalog:
    return read_po(io.StringIO(text), locale="vi", abort_invalid=True)


def wrong_in(name: str, text: str) -> Iterator[str]:
    """What one .po file has wrong in itself."""
    if "#~" in text:
        yield f"{name}: obsolete entries"
    read = catalogue(text)
    if read.num_plurals != 1:
        yield f"{name}: Vietnamese has one plural form (nplurals=1; plural=0;)"
    doubled = [key for key, times in Counter(re.findall(r'^msgid ("(?!").*)$', text, re.M)).items() if times > 1]
    yield from (f"{name}: twice: {key}" for key in doubled)
    for message in read:
        if message.id:
            yield from (f"{name}: {wrong}: {message.id!r}" for wrong in wrong_with(message))


def wrong_with(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    answers = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    if not all(answers):
        yield "not translated"
    asked = set(PLACE.findall(message.id[-1] if isinstance(message.id, (list, tuple)) else message.id))
    for answer in filter(None, answers):
        if set(PLACE.findall(answer)) != asked:
            yield "other places to fill"


def key_of(message: Message) -> Key:
    return tuple(message.id) if isinstance(message.id, (list, tuple)) else message.id


def told_apart(files: dict[str, str]) -> tuple[dict[Key, str], list[str]]:
    """Every translated message with its file, and those that two files say differently."""
    answers: dict[Key, tuple[str, object]] = {}
    torn: list[str] = []
    for name, text in files.items():
        for message in catalogue(text):
            if message.id:
                before = answers.setdefault(key_of(message), (name, message.string))
                if before[1] != message.string:
                    torn.append(f"{message.id!r} differs between {before[0]} and {name}")
    return {key: name for key, (name, _) in answers.items()}, torn


def po_files() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(VIETNAMESE).glob("*.po"))}


# --- the tests -------------------------------------------------------------------------------------------------------


def test_every_message_is_said_in_vietnamese() -> None:
    translated, _ = told_apart(po_files())
    assert_none([f"{path}: {key!r}" for key, path in all_said().items() if key not in translated])


def test_no_translation_is_left_over() -> None:
    translated, _ = told_apart(po_files())
    said = all_said()
    assert_none([f"{name}: {key!r}" for key, name in translated.items() if key not in said])


def test_a_message_is_translated_one_way() -> None:
    assert_none(told_apart(po_files())[1])


def test_every_catalogue_is_sound() -> None:
    assert_none(line for name, text in po_files().items() for line in wrong_in(name, text))


def test_messages_are_literal() -> None:
    assert_none(complaints(messages_are_literal))


HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n\n'


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ('msgid "Cart"\nmsgstr ""', "not translated"),
        ('#, fuzzy\nmsgid "Cart"\nmsgstr "Giỏ"', "fuzzy"),
        ('#~ msgid "Cart"\n#~ msgstr "Giỏ"', "obsolete"),
        ('#, python-format\nmsgid "%(n)s left"\nmsgstr "Còn %(so)s"', "other places"),
        ('msgid "%(num)s item"\nmsgid_plural "%(num)s items"\nmsgstr[0] "món"', "other places"),
        ('msgid "Cart"\nmsgstr "Giỏ"\n\nmsgid "Cart"\nmsgstr "Giỏ hàng"', "twice"),
    ],
)
def test_a_bad_entry_is_named(entry: str, named: str) -> None:
    assert any(named in line for line in wrong_in("x.po", HEAD + entry + "\n"))


def test_a_second_plural_form_is_named() -> None:
    head = HEAD.replace("nplurals=1; plural=0", "nplurals=2; plural=(n != 1)")
    assert any("one plural form" in line for line in wrong_in("x.po", head))


def test_a_good_catalogue_passes() -> None:
    entry = 'msgid "%(num)s item"\nmsgid_plural "%(num)s items"\nmsgstr[0] "%(num)s món"\n'
    assert list(wrong_in("x.po", HEAD + entry)) == []


def test_two_files_that_disagree_are_named() -> None:
    files = {"a.po": HEAD + 'msgid "Cart"\nmsgstr "Giỏ"\n', "b.po": HEAD + 'msgid "Cart"\nmsgstr "Giỏ hàng"\n'}
    assert told_apart(files)[1] == ["'Cart' differs between a.po and b.po"]


def test_messages_are_found_where_they_are_said() -> None:
    python = (
        'a = _("One")\nb = _l("Two")\nc = ngettext("%(num)s a", "%(num)s b", n)\nd = _(\n    "Three "\n    "four"\n)'
    )
    assert list(said_in_python(python)) == ["One", "Two", ("%(num)s a", "%(num)s b"), "Three four"]
    template = '<p title="{{ _("One") }}">{{ ngettext("%(num)s a", "%(num)s b", n) }}{% trans %}Two{% endtrans %}</p>'
    assert list(said_in_template(template)) == ["One", ("%(num)s a", "%(num)s b"), "Two"]


def test_a_message_put_together_is_named() -> None:
    assert len(complaints(messages_are_literal, [source("marketplace/orders/views.py", "flash(_(f'{x} left'))")])) == 1
