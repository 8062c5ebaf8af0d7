"""Places: the 34 provinces and 3,321 communes of today, the 63 provinces of before 1 July 2025, and how they map.

Places have no states and use no other feature. Goods keep the unit they come from; people find them under both names.
"""

from flask import Flask


def register(app: Flask) -> None:
    """Places have no pages of their own."""
