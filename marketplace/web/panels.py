"""Slots of a page where higher features hang a panel: asked once per page for all things on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from markupsafe import Markup

from marketplace.core.actors import Actor


class Slot(StrEnum):
    """The places that pages offer."""

    HEADER = "header"
    BOTTOM_BAR = "bottom_bar"
    HOME = "home"
    PRODUCT = "product"
    PRODUCT_SIDE = "product_side"
    PACK = "pack"
    COMPARISON = "comparison"
    CART = "cart"
    SHOP = "shop"
    SHOP_HEAD = "shop_head"
    PROVINCE = "province"
    PURCHASE = "purchase"
    ORDER = "order"
    DESK = "desk"
    DESK_MENU = "desk_menu"
    ME = "me"
    ME_DOORS = "me_doors"
    WORKSHOP = "workshop"
    OPERATOR = "operator"


Panel = Callable[[Actor, Sequence[str]], Mapping[str, Markup]]
_hung: dict[Slot, list[tuple[int, Panel]]] = {slot: [] for slot in Slot}


def hang(slot: Slot, *, place: int = 50) -> Callable[[Panel], Panel]:
    """Hang a panel into a slot; smaller places come first. It answers markup per ref, for the refs that have any."""

    def register(panel: Panel) -> Panel:
        if all(
            known.__qualname__ != panel.__qualname__ or known.__module__ != panel.__module__ for _, known in _hung[slot]
        ):
            _hung[slot].append((place, panel))
            _hung[slot].sort(key=lambda hung: hung[0])
        return panel

    return register


def panels(slot: Slot, actor: Actor, refs: Sequence[str]) -> dict[str, list[Markup]]:
    """What hangs in a slot, for every ref on the page."""
    shown: dict[str, list[Markup]] = {ref: [] for ref in refs}
    for _, panel in _hung[slot]:
        for ref, markup in panel(actor, refs).items():
            shown[ref].append(markup)
    return shown
