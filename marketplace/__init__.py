"""The marketplace: `create_app()` is the one page that names every feature."""

from __future__ import annotations

import logging
from importlib import import_module

import structlog
from flask import Flask
from flask_compress import Compress

from config import ROOT, Settings
from marketplace import cli
from marketplace.core import i18n
from marketplace.core.database import db
from marketplace.web import assets, errors, filters, kept, limits, mailbox, media, security, templating, workshop

FEATURES = (
    "places",
    "accounts",
    "messages",
    "catalogue",
    "inventory",
    "storefronts",
    "orders",
    "payments",
    "contracts",
    "api",
)
COOKIE_SECONDS = 30 * 24 * 3600


def create_app(settings: Settings | None = None) -> Flask:
    """The application with these settings, or with those of the environment."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.jinja_environment = templating.Environment
    configure(app, settings or Settings.from_environment())
    db.init_app(app)
    Compress(app)
    for facility in (security, errors, filters, templating, kept, assets, media, mailbox, workshop):
        facility.register(app)
    for feature in FEATURES:
        import_module(f"marketplace.{feature}").register(app)
    cli.register(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Hand the settings to Flask and to what stands on it."""
    pool = {"pool_size": settings.database_pool, "pool_pre_ping": True} if "postgresql" in settings.database_url else {}
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=pool,
        MAX_CONTENT_LENGTH=settings.upload_bytes + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        MAX_FORM_PARTS=500,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        PERMANENT_SESSION_LIFETIME=COOKIE_SECONDS,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.https,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI=settings.redis_url or f"{limits.SCHEME}://",
        RATELIMIT_STRATEGY="moving-window",
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"],
        COMPRESS_MIN_SIZE=500,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
