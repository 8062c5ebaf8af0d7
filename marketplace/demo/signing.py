"""The trial authority is trusted by this market alone, and signatories have their mandates."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from marketplace.accounts.models import Membership
from marketplace.contracts.services import mandates, trial
from marketplace.core import clock
from marketplace.core.actors import SYSTEM, Role
from marketplace.core.database import db, writing

YEAR = timedelta(days=365)


def make() -> None:
    """Keys are made first: they are slow, and lie in a folder."""
    settings = current_app.config["SETTINGS"]
    trial.fresh_list(settings)
    with writing():
        trial.install(settings)
        signatories = db.session.scalars(select(Membership).where(Membership.role == Role.SIGNATORY))
        for number, one in enumerate(signatories, start=1):
            _mandate(one, number)


def _mandate(signatory: Membership, number: int) -> None:
    today = clock.today()
    mandates.give(
        signatory.organisation,
        signatory.person,
        kinds=(),
        limit_vnd=5_000_000_000,
        valid_from=today,
        valid_to=today + YEAR,
        number=f"{number:02d}/{today.year}/GUQ",
        by=SYSTEM,
    )
