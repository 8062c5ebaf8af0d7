"""Papers: a template and data become a PDF, the same bytes for the same data, with no network and our own letters.

Data reaches the template as JSON (`json(bytes(sys.inputs.data))`), so that what people wrote stays text and never
becomes markup. A template sees only its own folder and may take no packages from anywhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Literal

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

MOST_DATA = 2 * 1024 * 1024
AT_ONCE = BoundedSemaphore(2)
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# level A of PDF/A-2: letters that can be read out, a tree of what is a heading, a table, a list
ARCHIVAL: Literal["a-2a"] = "a-2a"
_UNSHOWABLE = re.compile(r'(?:the text|codepoint) `"((?:\\u\{[0-9a-f]+\}|[^"`])+)"`')


@dataclass(frozen=True, slots=True)
class Laid:
    """A paper, and what the marks of its template say: where a block lies, on which page."""

    pdf: bytes
    marks: list[dict[str, Any]]


def made_of(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF that a template (a path below `templates/`) makes of the data; at most two are made at once."""
    # seven megabytes that most processes never need
    import typst

    with AT_ONCE:
        return bytes(typst.compile(**_setting(template, data, [_fonts()])))


def archival(template: str, data: Mapping[str, Any], *, made_at: datetime, mark: str = "") -> Laid:
    """The paper as PDF/A-2a, which outlasts its makers' programs, with the values of the marks named by a label.

    A sign that none of the letters at hand can show is refused: kept for years, it would be an empty box for ever.
    """
    import typst

    with AT_ONCE:
        compiler = typst.Compiler(**_setting(template, data, _families()))
        try:
            made = compiler.compile(pdf_standards=[ARCHIVAL], timestamp=int(made_at.timestamp()))
        except typst.TypstError as error:
            raise _unshowable(error) from error
        found = json.loads(compiler.query(f"<{mark}>", field="value")) if mark else []
    assert isinstance(made, bytes)
    return Laid(made, found)


def pictures(template: str, data: Mapping[str, Any], *, dots_per_inch: int = 110) -> list[bytes]:
    """The pages of a paper as PNG, for whoever cannot open a PDF."""
    import typst

    with AT_ONCE:
        made: Any = typst.compile(**_setting(template, data, _families()), format="png", ppi=dots_per_inch)
    return list(made) if isinstance(made, list) else [made]


def _setting(template: str, data: Mapping[str, Any], letters: Any) -> dict[str, Any]:
    """What every compilation is given: one template in its own folder, its data, our letters, no packages."""
    path = TEMPLATES / template
    return {
        "input": path,
        "root": path.parent,
        "font_paths": letters,
        "ignore_system_fonts": True,
        "package_path": _nowhere(),
        "package_cache_path": _nowhere(),
        "sys_inputs": {"data": _written(data)},
    }


def renderer() -> str:
    """What makes papers, with its version: kept with each that is issued."""
    return f"typst {version('typst')}"


@cache
def version_of(template: str) -> str:
    """Which wording of a template this is: the first twelve digits of the hash of its folder."""
    folder = (TEMPLATES / template).parent
    parts = (path.name.encode() + b"\0" + path.read_bytes() for path in sorted(folder.glob("*.typ")))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def _unshowable(error: Exception) -> Exception:
    """A refusal that names the signs without letters; every other fault of a template goes on as it is."""
    signs = dict.fromkeys(map(_sign, _UNSHOWABLE.findall(str(getattr(error, "diagnostic", error)))))
    if not signs:
        return error
    sentence = _l("These signs cannot be printed: %(signs)s. Please write it without them.", signs=" ".join(signs))
    return Refused(sentence)


def _sign(written: str) -> str:
    """A sign as people see it; one that nobody can see by its number."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: f"U+{match[1].upper():0>4}", written)


@cache
def _families() -> Any:
    """Our own family and those that come with the compiler, read once a process."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[_fonts()])


def _written(data: Mapping[str, Any]) -> str:
    written = json.dumps(data, ensure_ascii=False)
    if len(written.encode()) > MOST_DATA:
        raise Refused(_l("This paper would be too long. Please ask for a part of it."))
    return written


@cache
def _fonts() -> Path:
    """The folder of the one family of letters that papers are set in."""
    return Path(str(files("font_manrope"))) / "files"


def _nowhere() -> Path:
    """Where no packages lie."""
    return TEMPLATES / "no-packages"
