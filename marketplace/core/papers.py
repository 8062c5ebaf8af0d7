"""Papers: a template and data become a PDF, the same bytes for the same data, with no network and our own letters.

Data reaches the template as JSON (`json(bytes(sys.inputs.data))`), so that what people wrote stays text and never
becomes markup. A template sees only its own folder and may take no packages from anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.refusals import Refused

MOST_DATA = 2 * 1024 * 1024
AT_ONCE = BoundedSemaphore(2)
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def made_of(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF that a template (a path below `templates/`) makes of the data; at most two are made at once."""
    written = json.dumps(data, ensure_ascii=False)
    if len(written.encode()) > MOST_DATA:
        raise Refused(_l("This paper would be too long. Please ask for a part of it."))
    # seven megabytes that most processes never need
    import typst

    path = TEMPLATES / template
    with AT_ONCE:
        return bytes(
            typst.compile(
                path,
                root=path.parent,
                font_paths=[_fonts()],
                ignore_system_fonts=True,
                package_path=_nowhere(),
                package_cache_path=_nowhere(),
                sys_inputs={"data": written},
            )
        )


@cache
def _fonts() -> Path:
    """The folder of the one family of letters that papers are set in."""
    return Path(str(files("font_manrope"))) / "files"


def _nowhere() -> Path:
    """Where no packages lie."""
    return TEMPLATES / "no-packages"
