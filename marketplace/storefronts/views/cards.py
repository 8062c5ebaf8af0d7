"""What cards show to their reader alone: kept out of the cards themselves, which are drawn once for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from marketplace.catalogue import queries as catalogue
from marketplace.catalogue.queries import Agreed, Card
from marketplace.web.requests import actor


def agreed_on(cards: Sequence[Card]) -> Mapping[str, Agreed]:
    """The prices of the reader's own contracts, by slug; one query a grid, none for those who can have none."""
    return catalogue.agreed_by_product(actor(), [card.slug for card in cards])
