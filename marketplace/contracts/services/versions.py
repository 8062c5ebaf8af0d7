"""Versions of a text: frozen when they are sent, accepted by fingerprint; no number is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.contracts.models import Acceptance, Agreement, TermsVersion
from marketplace.contracts.states.agreements import Side
from marketplace.contracts.terms.canonical import canonical, fingerprint
from marketplace.core.actors import Actor
from marketplace.core.database import db
from marketplace.core.text import fold

MOST_SEARCHED = 700


def last_version(agreement: Agreement) -> TermsVersion | None:
    """The version that lies on the table; None before the first was sent."""
    mine = TermsVersion.agreement_id == agreement.id
    return db.session.scalar(select(TermsVersion).where(mine, TermsVersion.number == agreement.last_version))


def freeze(agreement: Agreement, side: Side, terms: Mapping[str, Any], comment: str, *, by: Actor) -> TermsVersion:
    """Write a side's text down as the next version, accepted by whoever sends it; the agreement's figures follow."""
    from marketplace.contracts.terms.differing import patch

    before = last_version(agreement)
    made = TermsVersion(
        agreement_id=agreement.id,
        number=agreement.last_version + 1,
        parent_id=before.id if before else None,
        side=side,
        person_id=by.person_id,
        canonical=canonical(terms).decode(),
        sha256=fingerprint(terms),
        patch=patch(before.terms, terms) if before else [],
        comment=comment,
    )
    db.session.add(made)
    db.session.flush()
    agreement.last_version, agreement.last_side = made.number, side
    show_figures(agreement, terms)
    add_acceptance(made, side, by=by)
    return made


def show_figures(agreement: Agreement, terms: Mapping[str, Any]) -> None:
    """What lists show of a text: title, value in đồng, term."""
    agreement.title = terms["title"][:200] or agreement.ref
    named = f"{agreement.ref} {agreement.seller.name} {agreement.buyer.name} {agreement.title}"
    # some letters unfold into many
    agreement.search_text = fold(named)[:MOST_SEARCHED]
    agreement.value_vnd = terms["totals"]["total_vnd"]
    agreement.valid_from, agreement.valid_to = _day(terms["term"]["valid_from"]), _day(terms["term"]["valid_to"])


def add_acceptance(version: TermsVersion, side: Side, *, by: Actor) -> None:
    """A side says yes to exactly this text."""
    db.session.add(Acceptance(version_id=version.id, side=side, person_id=by.person_id, sha256=version.sha256))
    db.session.flush()


def sides_that_accepted(version: TermsVersion) -> set[Side]:
    """Who has said yes to a version."""
    return set(db.session.scalars(select(Acceptance.side).where(Acceptance.version_id == version.id)))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
