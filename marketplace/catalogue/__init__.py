"""Catalogue: the 26 product sets, products with packs and prices, photos, OCOP certificates, search and lists.

A product is a draft, published or withdrawn; its star is shown only while a certificate is in force. Uses places and
accounts; inventory tells it what is in stock, orders what was sold and how it was rated.
"""

from flask import Flask

from marketplace.web import kept


def register(app: Flask) -> None:
    """Pages are in storefronts; here are permissions and jobs."""
    from marketplace.catalogue import jobs, policies, reactions, subjects  # noqa: F401
    from marketplace.catalogue.queries import last_changes

    kept.stamps_from(app, last_changes)
