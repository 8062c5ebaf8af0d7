"""The schema's history: up, down and a check that models and database agree."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask

from config import ROOT


def alembic_config() -> Config:
    """Alembic's settings; the database is the current application's."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    return config


def upgrade(app: Flask, revision: str = "head") -> None:
    """Bring the database of an application up to a revision."""
    with app.app_context():
        command.upgrade(alembic_config(), revision)


def downgrade(app: Flask, revision: str = "base") -> None:
    """Take the database of an application back to a revision."""
    with app.app_context():
        command.downgrade(alembic_config(), revision)


def draft(message: str) -> None:
    """Write a migration from the difference between models and database, to be read and mended by hand."""
    command.revision(alembic_config(), message=message, autogenerate=True)


def head() -> str | None:
    """The newest revision in the project."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()
