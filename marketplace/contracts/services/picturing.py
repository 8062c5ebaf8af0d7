"""The draft of a paper as one tall picture, for reading beside the text where no PDF can be shown."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from marketplace.contracts.models import Agreement
from marketplace.contracts.services import documents

WIDTH = 760
GAP = 12
QUALITY = 72
GROUND = (228, 223, 210)


def picture_of(terms: Mapping[str, Any], agreement: Agreement) -> bytes:
    """All pages below each other, as WebP."""
    pages = [Image.open(io.BytesIO(one)).convert("RGB") for one in documents.pictured(terms, agreement)]
    shrunk = [one.resize((WIDTH, one.height * WIDTH // one.width)) for one in pages]
    tall = Image.new("RGB", (WIDTH, sum(one.height + GAP for one in shrunk) - GAP), GROUND)
    top = 0
    for one in shrunk:
        tall.paste(one, (0, top))
        top += one.height + GAP
    made = io.BytesIO()
    tall.save(made, "WEBP", quality=QUALITY, method=2)
    return made.getvalue()
