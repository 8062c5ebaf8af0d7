"""Links and pictures of README.md and docs/**/*.md lead somewhere, and the pictures stay light."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

import marketplace

ROOT = Path(marketplace.__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 900_000
LINK = re.compile(r'\]\(([^)\s]+)\)|<(?:img|a)\s[^>]*?(?:src|href)="([^"]+)"')
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def words(page: Path) -> str:
    """A page without its code, in which nothing is a link."""
    return CODE.sub("", page.read_text(encoding="utf-8"))


def targets(page: Path) -> list[str]:
    found = [one or other for one, other in LINK.findall(words(page))]
    return [target for target in found if not re.match(r"[a-z][a-z0-9+.-]*:", target)]


def anchors(page: Path) -> set[str]:
    """The headings of a page as the forges name them."""
    titles = re.findall(r"^#{1,6} +(.+?) *$", words(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = unquote(target).partition("#")
    found = page.parent / path if path else page
    return found.exists() and (not anchor or found.suffix != ".md" or anchor in anchors(found))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [target for target in targets(page) if not leads_somewhere(page, target)] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('# Giỏ hàng\n[a](#giỏ-hàng) [b](#nowhere) [c](none.md) <img width="9" src="none.png">\n`[d](none)`')
    assert [one for one in targets(page) if not leads_somewhere(page, one)] == ["#nowhere", "none.md", "none.png"]


def test_every_picture_is_shown_and_all_are_light() -> None:
    shown = {(page.parent / unquote(target)).resolve() for page in PAGES for target in targets(page)}
    kept = [file for file in PICTURES.iterdir() if file.is_file()]
    assert [file.name for file in kept if file.resolve() not in shown] == []
    assert sum(file.stat().st_size for file in kept) <= MOST_BYTES
