"""The schema's history: up, down and a check that models and database agree.

Alembic is loaded by those who ask for it: a process that serves pages has no need of its twelve megabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from config import ROOT

if TYPE_CHECKING:
    from alembic.config import Config


def alembic_config() -> Config:
    """Alembic's settings; the database is the current application's."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    return config


def upgrade(app: Flask, revision: str = "head") -> None:
    """Bring the database of an application up to a revision."""
    from alembic import command

    with app.app_context():
        command.upgrade(alembic_config(), revision)


def downgrade(app: Flask, revision: str = "base") -> None:
    """Take the database of an application back to a revision."""
    from alembic import command

    with app.app_context():
        command.downgrade(alembic_config(), revision)


def draft(message: str) -> None:
    """Write a migration from the difference between models and database, to be read and mended by hand."""
    from alembic import command

    command.revision(alembic_config(), message=message, autogenerate=True)


def head() -> str | None:
    """The newest revision in the project."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(alembic_config()).get_current_head()
