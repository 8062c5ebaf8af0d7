"""Our own face of a file field, on the page where anybody checks a paper: what it names, by mouse, thumb and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import DESKTOP, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Locator, Page

NONE = {"vi": "Chưa chọn tệp nào", "en": "No file chosen yet"}
CHOOSE = {"vi": "Chọn tệp", "en": "Choose a file"}
LONG = "hop-dong-mua-ban-" * 12 + ".pdf"


@pytest.fixture
def at_verify(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """The page where a paper is checked, at a size and in a language."""

    def opened(viewport: Any = DESKTOP, language: str = "vi", **options: Any) -> Page:
        page = open_page(viewport, **options)
        # asked for only at the key or tap, the browser may open its own choice before it hands it over
        page.on("filechooser", lambda _: None)
        page.goto(f"/verify?lang={language}")
        return page

    return opened


def pdf(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7 not ours"}


def field(page: Page) -> Locator:
    return page.locator("#check input[type=file]")


def name_on(page: Page) -> str:
    return page.locator("#check .file-face-name").inner_text()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_speaks_the_pages_language(at_verify: Callable[..., Page], language: str) -> None:
    page = at_verify(language=language)
    assert page.locator("#check .file-face-button").inner_text() == CHOOSE[language]
    assert name_on(page) == NONE[language]


def test_it_names_the_file_and_says_when_none_is_chosen_any_more(at_verify: Callable[..., Page]) -> None:
    page = at_verify()
    field(page).set_input_files(pdf("Hợp đồng số 3.pdf"))
    assert name_on(page) == "Hợp đồng số 3.pdf"
    field(page).set_input_files([])
    assert name_on(page) == NONE["vi"]


def test_a_form_that_is_emptied_names_no_file(at_verify: Callable[..., Page]) -> None:
    page = at_verify()
    field(page).set_input_files(pdf("a.pdf"))
    page.evaluate("document.querySelector('#check form').reset()")
    page.get_by_text(NONE["vi"], exact=True).wait_for()
    assert name_on(page) == NONE["vi"]


def test_a_name_is_a_name_and_no_markup(at_verify: Callable[..., Page]) -> None:
    page = at_verify()
    field(page).set_input_files(pdf("<b>x</b>.pdf"))
    assert name_on(page) == "<b>x</b>.pdf"


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_long_name_stays_inside(at_verify: Callable[..., Page], viewport: Any) -> None:
    page = at_verify(viewport)
    field(page).set_input_files(pdf(LONG))
    assert page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth") == 0
    frame, face = page.locator("#check .file-frame").bounding_box(), page.locator("#check .file-face").bounding_box()
    assert frame
    assert face
    assert face["x"] >= frame["x"]
    assert face["x"] + face["width"] <= frame["x"] + frame["width"] + 0.5


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_keys_reach_it_and_open_the_choice(at_verify: Callable[..., Page], key: str) -> None:
    page = at_verify()
    page.locator("#check button[type=submit]").focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.type") == "file"
    outline = "getComputedStyle(document.activeElement)"
    assert page.evaluate(f"{outline}.outlineStyle !== 'none' || {outline}.boxShadow !== 'none'")
    with page.expect_file_chooser() as asked:
        page.keyboard.press(key)
    asked.value.set_files(pdf("b.pdf"))
    assert name_on(page) == "b.pdf"


def test_a_tap_anywhere_on_its_face_opens_the_choice(at_verify: Callable[..., Page]) -> None:
    page = at_verify(PHONE)
    for part in (".file-face-button", ".file-face-name"):
        box = page.locator(f"#check {part}").bounding_box()
        assert box
        with page.expect_file_chooser():
            page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_screen_reader_hears_label_and_field_but_not_the_face(at_verify: Callable[..., Page]) -> None:
    page = at_verify()
    assert page.locator("#check .file-face").get_attribute("aria-hidden") == "true"
    label = page.locator("#check label.field-label").inner_text()
    assert page.get_by_label(label).get_attribute("type") == "file"


def test_the_way_back_keeps_face_and_field_of_one_mind(at_verify: Callable[..., Page]) -> None:
    page = at_verify()
    field(page).set_input_files(pdf("c.pdf"))
    page.locator("#check button[type=submit]").click()
    page.wait_for_url("**/verify")
    page.go_back()
    chosen = page.evaluate("document.querySelector('#check input[type=file]').files[0]?.name ?? ''")
    page.wait_for_function("document.querySelector('#check .file-face-name')?.textContent")
    assert name_on(page) == (chosen or NONE["vi"])


def test_without_scripts_the_browsers_own_field_does_it(at_verify: Callable[..., Page]) -> None:
    page = at_verify(java_script_enabled=False)
    assert page.locator(".file-face").count() == 0
    field(page).set_input_files(pdf("d.pdf"))
    page.locator("#check button[type=submit]").click()
    assert "Sàn không biết tệp này" in page.content() or page.locator(".notice-warn").count() == 1
