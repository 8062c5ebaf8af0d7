"""Two languages: Vietnamese first, English as written, each for as long as it is spoken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.core import i18n
from tests.clients import Client

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n\n'
CART = 'msgid "%(num)s parcel"\nmsgid_plural "%(num)s parcels"\nmsgstr[0] "%(num)s kiện hàng"\n'


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi/greeting.po").write_text(HEADER + 'msgid "Hello %(name)s"\nmsgstr "Chào %(name)s"\n', "utf-8")
    (tmp_path / "vi/parcels.po").write_text(HEADER + CART, "utf-8")
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    i18n._catalogue.cache_clear()
    yield
    i18n._catalogue.cache_clear()


@pytest.mark.usefixtures("catalogue")
def test_every_file_of_a_language_is_read() -> None:
    with i18n.speaking("vi"):
        assert i18n.gettext("Hello %(name)s", name="chị Lan") == "Chào chị Lan"
        assert i18n.ngettext("%(num)s parcel", "%(num)s parcels", 2) == "2 kiện hàng"


@pytest.mark.usefixtures("catalogue")
def test_english_is_what_the_source_says() -> None:
    with i18n.speaking("en"):
        assert i18n.gettext("Hello %(name)s", name="Lan") == "Hello Lan"
        assert [i18n.ngettext("%(num)s parcel", "%(num)s parcels", count) for count in (1, 2)] == [
            "1 parcel",
            "2 parcels",
        ]


@pytest.mark.usefixtures("catalogue")
def test_a_lazy_message_is_translated_when_it_is_shown() -> None:
    greeting = i18n.lazy_gettext("Hello %(name)s", name="Lan")
    with i18n.speaking("vi"):
        assert str(greeting) == "Chào Lan"
    with i18n.speaking("en"):
        assert str(greeting) == "Hello Lan"


@pytest.mark.usefixtures("catalogue")
def test_a_sign_of_per_cent_in_a_name_stays_data() -> None:
    with i18n.speaking("vi"):
        assert i18n.gettext("Hello %(name)s", name="100% %(sạch)s") == "Chào 100% %(sạch)s"


def test_a_language_is_spoken_for_a_while() -> None:
    with i18n.speaking("en"):
        with i18n.speaking("vi"):
            assert i18n.locale() == "vi"
        assert i18n.locale() == "en"


def test_an_unknown_language_is_vietnamese() -> None:
    with i18n.speaking("xx"):
        assert i18n.locale() == "vi"


def test_a_failure_does_not_leave_the_language_behind() -> None:
    with i18n.speaking("en"), pytest.raises(ZeroDivisionError), i18n.speaking("vi"):
        raise ZeroDivisionError
    assert i18n.locale() == i18n.DEFAULT_LOCALE


def test_a_language_ends_with_the_request_that_asked_for_it(client: Client) -> None:
    for address in ("/?lang=en", "/api/v1/provinces?lang=en", "/khong-co?lang=en"):
        client.get(address)
        assert i18n.locale() == i18n.DEFAULT_LOCALE, address
