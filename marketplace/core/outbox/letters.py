"""Letters: a notice written out in the reader's language, for the page "my notices" and for e-mail alike.

The text stands in `<feature>/notices/<name>.txt`: the first line is the subject, paragraphs follow, and
`{% set action = _("See the order") %}` names the link to the notice's `url`. Values are data: they are never read as
template text, and a line end in one cannot start another paragraph or another header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app

from config import Settings
from marketplace.core import i18n
from marketplace.core.i18n import gettext as _
from marketplace.core.outbox.notices import Address, Notice
from marketplace.core.outbox.topics import CHOICES_URL, REASONS, Topic, topic_of, way_out
from marketplace.core.text import clean

LONGEST_SUBJECT = 160


@dataclass(frozen=True, slots=True)
class Letter:
    """What one reader gets to read; `url` is complete, `action` the words on the link.

    A letter that is sent says why in `reason`; `footer` holds the links by which its reader changes that, with words.
    """

    locale: str
    subject: str
    paragraphs: tuple[str, ...]
    url: str | None
    action: str
    reason: str = ""
    footer: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The letter as plain text, its link at the end, and below why it came."""
        link = (f"{self.action}:\n{self.url}",) if self.url else ()
        why = ("\n".join(["-- ", self.reason, *(f"{words}: {url}" for words, url in self.footer)]),)
        return "\n\n".join(self.paragraphs + link + (why if self.reason else ())) + "\n"

    @property
    def short(self) -> str:
        """The letter as one line: its subject and its link."""
        return f"{self.subject}. {self.url}" if self.url else self.subject

    @property
    def html(self) -> str:
        """The letter as a page of HTML without any style of its own."""
        with i18n.speaking(self.locale):
            template = current_app.jinja_env.get_template("web/letter.html")
            return template.render(locale=self.locale, letter=self, action_url=self.url, action_label=self.action)


def letter_of(notice: Notice, locale: str = "") -> Letter:
    """A notice written out in a language, by default the one it carries."""
    code = locale or notice.locale
    with i18n.speaking(code):
        template = current_app.jinja_env.get_template(template_of(notice))
        written = template.make_module(_data(notice.context))
        subject, *paragraphs = _parts(str(written))
        action = str(getattr(written, "action", None) or _("See it on the marketplace"))
    return Letter(code, subject, tuple(paragraphs), _complete(notice.context.get("url")), action)


def addressed(letter: Letter, notice: Notice, address: Address) -> Letter:
    """The letter as this reader gets it: with why she does, and how she changes that."""
    topic = topic_of(notice.template)
    with i18n.speaking(letter.locale):
        reason, links = str(REASONS[topic]), [(_("Choose what you are told, and how"), CHOICES_URL)]
        if topic is not Topic.SECURITY:
            links.append((_("No more letters of this kind"), way_out(address.person, topic)))
    footer = tuple((words, str(_complete(url))) for words, url in links) if address.person else ()
    return replace(letter, reason=reason, footer=footer)


def subject_and_body(notice: Notice, locale: str = "") -> tuple[str, list[str]]:
    """The subject and the paragraphs of a notice, as the page "my notices" shows them."""
    letter = letter_of(notice, locale)
    return letter.subject, list(letter.paragraphs)


def template_of(notice: Notice) -> str:
    """The file of a notice's text: "orders/confirmed" stands in `orders/notices/confirmed.txt`."""
    feature, _slash, name = notice.template.partition("/")
    return f"{feature}/notices/{name}.txt"


def _parts(written: str) -> list[str]:
    subject, _end, body = written.strip().partition("\n")
    paragraphs = (clean(part, lines=True) for part in re.split(r"\n\s*\n", body))
    return [clean(subject)[:LONGEST_SUBJECT], *(paragraph for paragraph in paragraphs if paragraph)]


def _data(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _data(inner) for name, inner in value.items()}
    return [_data(inner) for inner in value] if isinstance(value, list) else value


def _complete(url: str | None) -> str | None:
    settings: Settings = current_app.config["SETTINGS"]
    return f"{settings.site_url.rstrip('/')}{url}" if url and url.startswith("/") else url
