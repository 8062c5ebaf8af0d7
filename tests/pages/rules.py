"""What every page keeps, told from its HTML alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

from marketplace.core import i18n
from tests.architecture.test_translations import PLACE, all_said
from tests.bad_input.answers import VOID

UNSEEN = {"script", "style", "template", "title"}
READ_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description"}
LABELLED = {"input", "select", "textarea"}
NEED_NO_LABEL = {"hidden", "submit", "button", "image", "reset"}


class Read(HTMLParser):
    """A page as tags and words, each word with the language that it is in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[tuple[str, str]] = []
        self.open: list[tuple[str, str]] = []
        self.inside: list[str] = []
        self.labelled_inside: list[dict[str, str]] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.tags.append((tag, known))
        language = known.get("lang") or (self.open[-1][1] if self.open else "")
        self.words += [(known[name], language) for name in READ_ATTRIBUTES & known.keys()]
        if tag in LABELLED and "label" in {name for name, _language in self.open}:
            self.labelled_inside.append(known)
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, _language in self.open}:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tag, language = self.open[-1] if self.open else ("", "")
        if tag == "script" and data.strip() and self.tags[-1][1].get("type") != "application/ld+json":
            self.inline.append(data.strip()[:40])
        if data.strip() and tag not in UNSEEN:
            self.words.append((" ".join(data.split()), language))


def faults(text: str, language: str) -> Iterator[str]:
    """Everything that is wrong with a page."""
    read = Read(text)
    yield from _frame(read, language)
    yield from _inline(read)
    yield from _labels(read)
    if language == "vi":
        yield from (f"not translated: {word!r}" for word, spoken in read.words if spoken == "vi" and is_english(word))


def _frame(read: Read, language: str) -> Iterator[str]:
    names = [tag for tag, _known in read.tags]
    if names.count("h1") != 1:
        yield f"{names.count('h1')} h1"
    if names.count("title") < 1:
        yield "no title"
    if [known.get("lang") for tag, known in read.tags if tag == "html"] != [language]:
        yield "another language than asked for"
    if names.count("main") != 1:
        yield "no main"


def _inline(read: Read) -> Iterator[str]:
    for tag, known in read.tags:
        if tag == "style" or "style" in known:
            yield f"inline style at {tag}"
        yield from (f"inline handler {name} at {tag}" for name in known if name.startswith("on"))
    yield from (f"inline script {body}" for body in read.inline)


def _labels(read: Read) -> Iterator[str]:
    named = {known.get("for") for tag, known in read.tags if tag == "label"}
    for tag, known in read.tags:
        plain = tag in LABELLED and known.get("type") not in NEED_NO_LABEL
        has = known.get("id") in named or known.keys() & {"aria-label", "aria-labelledby"}
        if plain and not has and known not in read.labelled_inside:
            yield f"no label: {tag} {known.get('name')}"


@cache
def _english() -> tuple[set[str], list[re.Pattern[str]]]:
    """The messages as the code says them, where Vietnamese says them differently; those with gaps as patterns."""
    with i18n.speaking("vi"):
        told = {message for key in all_said() for message in ([key] if isinstance(key, str) else key)}
        differing = {message for message in told if i18n.gettext(message) != message}
    whole = {" ".join(message.split()) for message in differing if not PLACE.search(message)}
    gapped = [message for message in differing if len(PLACE.sub("", message)) > 8 and PLACE.search(message)]
    return whole, [re.compile(".+".join(map(re.escape, PLACE.split(message)))) for message in gapped]


def is_english(words: str) -> bool:
    """Whether these words are one of our messages that nobody has translated."""
    whole, gapped = _english()
    return words in whole or any(pattern.fullmatch(words) for pattern in gapped)
