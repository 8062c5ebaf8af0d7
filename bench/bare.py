"""What a page costs at least: a bare Flask page with 24 rows of one indexed query, as many bytes as are asked for."""

from __future__ import annotations

import os

from flask import Flask, render_template_string, request
from sqlalchemy import create_engine, text

PAGE = """<!doctype html><html lang="vi"><title>Bare</title><body>{% for row in rows %}
<article><a href="/{{ row.slug }}">{{ row.name }}</a> {{ row.price_from_vnd }} ₫<p>{{ filler }}</p></article>
{% endfor %}
</body></html>"""
ROWS = 24
QUERY = text(
    "SELECT slug, name, price_from_vnd FROM products WHERE state = 'published' "
    f"ORDER BY popularity DESC, id DESC LIMIT {ROWS}"
)
ABOUT_A_ROW = 130


def create_app() -> Flask:
    """The page at /bare?bytes=N, on the database that DATABASE_URL names."""
    app = Flask(__name__)
    engine = create_engine(os.environ["DATABASE_URL"])

    @app.get("/bare")
    def bare() -> str:
        filler = "x" * max(0, int(request.args.get("bytes", 0)) // ROWS - ABOUT_A_ROW)
        with engine.connect() as connection:
            rows = connection.execute(QUERY).all()
        return render_template_string(PAGE, rows=rows, filler=filler)

    return app
