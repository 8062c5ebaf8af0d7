"""Kinds of movements and the life of a hold."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class MovementKind(Labelled):
    """Why a stock changed."""

    RECEIPT = "receipt", _l("receipt")
    SALE = "sale", _l("sale")
    RETURN = "return", _l("return")
    CORRECTION = "correction", _l("correction")
    SPOILAGE = "spoilage", _l("spoilage")


class HoldState(Labelled):
    """Whether packs are still set aside."""

    HELD = "held", _l("held")
    TAKEN = "taken", _l("taken")
    RELEASED = "released", _l("released")


class HoldAction(Labelled):
    """What ends a hold, or begins it anew."""

    TAKE = "take", _l("Take")
    RELEASE = "release", _l("Release")
    RENEW = "renew", _l("Set aside again")


HOLD: Machine[HoldState, HoldAction] = Machine(
    {
        (HoldState.HELD, HoldAction.TAKE): HoldState.TAKEN,
        (HoldState.HELD, HoldAction.RELEASE): HoldState.RELEASED,
        (HoldState.RELEASED, HoldAction.RENEW): HoldState.HELD,
    }
)
