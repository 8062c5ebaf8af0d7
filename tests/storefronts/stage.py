"""What the storefronts' tests start from: goods on sale, found by search, and what their pages say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from marketplace.accounts.models import Organisation
from marketplace.catalogue import services as catalogue
from marketplace.catalogue.models import Product
from marketplace.core.audit import AuditEntry
from marketplace.core.database import db, writing
from tests import factories
from tests.clients import Client


def on_sale(name: str = "Bánh đậu xanh", *, seller: Organisation | None = None, **columns: Any) -> Product:
    """A product on sale that search finds."""
    with writing():
        made = factories.product(seller or factories.seller(), name, **columns)
        catalogue.index([made])
    return made


def linked_data(page: TestResponse) -> dict[str, Any]:
    """The facts for search engines on a page, by their type."""
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    facts = [json.loads(script) for script in scripts]
    return {fact["@type"]: fact for fact in facts}


def shown_products(page: TestResponse) -> list[str]:
    """The slugs of the cards on a page, in their order."""
    return re.findall(r'<article class="card" data-product="([^"]+)"', page.text)


def trail(ref: str) -> list[str]:
    """What was written down about a thing, in order."""
    rows = select(AuditEntry.action).where(AuditEntry.subject_ref == ref).order_by(AuditEntry.number)
    return list(db.session.scalars(rows))


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Every SELECT that is run meanwhile."""
    seen: list[str] = []

    def listen(*arguments: Any) -> None:
        if str(arguments[2]).lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def assert_steady(app: Flask, client: Client, address: str, one_more: Callable[[], object]) -> int:
    """A page asks the database as often for three things as for one; hands back how often."""
    asked = [_asked(app, client, address, one_more, more) for more in (1, 2)]
    assert len(asked[0]) == len(asked[1]), "\n".join(sorted(set(asked[1]))[:20])
    return len(asked[1])


def _asked(app: Flask, client: Client, address: str, one_more: Callable[[], object], more: int) -> list[str]:
    with app.app_context():
        for _ in range(more):
            one_more()
    assert client.get(address).status_code == 200
    app.extensions["kept_pages"].clear()
    with app.app_context(), counted_queries() as seen:
        client.get(address)
    return seen
