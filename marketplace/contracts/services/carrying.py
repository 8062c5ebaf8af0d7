"""What an accepted quote brings into an order or a contract, each pack once: its quantities added, at one price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from marketplace.contracts.models import Quote
from marketplace.contracts.queries.quotes import Carried, carried_over
from marketplace.core.i18n import gettext as _
from marketplace.core.refusals import Refused


def brought(quote: Quote) -> list[Carried]:
    """The awarded lines of a quote as one line a pack; goods that are only described stay as they were asked for."""
    return together(carried_over(quote))


def together(lines: Sequence[Carried]) -> list[Carried]:
    """Lines of one pack put together; refused where it stands at two prices, since a pack has one price in a paper."""
    packs: dict[int, Carried] = {}
    for place, line in enumerate(lines):
        # what names no pack of the catalogue is never the same as another line
        key = line.variant.id if line.variant is not None else -1 - place
        packs[key] = _added(packs[key], line) if key in packs else line
    return list(packs.values())


def _added(first: Carried, other: Carried) -> Carried:
    if first.price_vnd != other.price_vnd:
        raise Refused(
            _(
                "“%(one)s” and “%(other)s” are the same pack at two prices in this quote. "
                "Ask for one price of both before you award them, or award only one of the two.",
                one=first.line.description,
                other=other.line.description,
            )
        )
    words = dict.fromkeys(text for text in (first.quality, other.quality) if text)
    return replace(first, quantity=first.quantity + other.quantity, quality="; ".join(words)[:300])
