"""What may happen to stock: packs are set aside and let go for orders, they come in, go out, spoil and are counted."""

from marketplace.inventory.services.holds import Demand, Shortage, keep, put_back, release, reserve, take
from marketplace.inventory.services.sending import send
from marketplace.inventory.services.shelf import LotLabel, correct, open_stock, receive, spoil
from marketplace.inventory.services.telling import tell_catalogue

__all__ = [
    "Demand",
    "LotLabel",
    "Shortage",
    "correct",
    "keep",
    "open_stock",
    "put_back",
    "receive",
    "release",
    "reserve",
    "send",
    "spoil",
    "take",
    "tell_catalogue",
]
