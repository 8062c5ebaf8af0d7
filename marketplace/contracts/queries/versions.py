"""The text of a paper as a reader may see it, its versions with what both sides said of them, and its events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.contracts.models import Acceptance, Agreement, AgreementEvent, TermsDraft, TermsVersion
from marketplace.contracts.states.agreements import AgreementState, PaperKind, Side, Turn
from marketplace.contracts.terms import differing
from marketplace.contracts.terms.differing import Changes
from marketplace.core.database import db


@dataclass(frozen=True, slots=True)
class Text:
    """What the page shows: the terms, from which version (none: a side's own draft), written when a newer one came."""

    terms: dict[str, Any]
    version: TermsVersion | None = None
    draft: TermsDraft | None = None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the list of the negotiation."""

    version: TermsVersion
    accepted_by: frozenset[Side]

    @property
    def is_agreed(self) -> bool:
        """Both sides have accepted it."""
        return len(self.accepted_by) == len(Side)


def text_shown(agreement: Agreement, side: Side | None) -> Text | None:
    """What is in force, or lies on the table; before the first version the draft of the side that makes it."""
    if agreement.last_version == 0:
        draft = draft_of(agreement, side) if side else None
        return Text(draft.terms, draft=draft) if draft else None
    version = version_numbered(agreement, agreement.active_version or agreement.last_version)
    return Text(version.terms, version=version) if version else None


def text_to_write(agreement: Agreement, side: Side) -> Text | None:
    """What a side goes on writing: its draft, else the version on the table."""
    draft = draft_of(agreement, side)
    if draft is not None:
        return Text(draft.terms, version_numbered(agreement, draft.based_on), draft)
    version = version_numbered(agreement, agreement.last_version)
    return Text(version.terms, version) if version else None


def may_write(agreement: Agreement, side: Side | None) -> bool:
    """Whether a side may change its text now: its own draft, or in a negotiation when it has the turn."""
    if side is None:
        return False
    if agreement.state is AgreementState.DRAFT:
        return side is agreement.made_by
    return agreement.state is AgreementState.NEGOTIATING and agreement.turn in (Turn(side.value), Turn.BOTH)


def draft_of(agreement: Agreement, side: Side) -> TermsDraft | None:
    """What a side is writing."""
    mine = (TermsDraft.agreement_id == agreement.id) & (TermsDraft.side == side)
    return db.session.scalar(select(TermsDraft).where(mine))


def version_numbered(agreement: Agreement, number: int) -> TermsVersion | None:
    """One version of a paper."""
    mine = (TermsVersion.agreement_id == agreement.id) & (TermsVersion.number == number)
    return db.session.scalar(select(TermsVersion).where(mine).options(joinedload(TermsVersion.person)))


def base_of(agreement: Agreement) -> TermsVersion | None:
    """What the next version is measured by: the one on the table; for the first of an annex what the contract says."""
    if agreement.last_version:
        return version_numbered(agreement, agreement.last_version)
    return amended_by(agreement)


def changes_since_base(agreement: Agreement, terms: Mapping[str, Any]) -> Changes | None:
    """What a text changes of that base; None where there is none."""
    base = base_of(agreement)
    if base is None:
        return None
    return differing.changes(base.terms, terms) if agreement.last_version else annex_changes(base, terms)


def annex_changes(before: TermsVersion, terms: Mapping[str, Any]) -> Changes:
    """What an annex makes of a contract's text; what the paper is called and refers to is no change."""
    return differing.changes({**before.terms, "title": terms["title"], "references": terms["references"]}, terms)


def amended_by(annex: Agreement) -> TermsVersion | None:
    """The text of the contract that an annex was begun on; None for every other paper."""
    if annex.belongs_to is None or annex.paper is not PaperKind.AMENDMENT:
        return None
    return version_numbered(annex.belongs_to, annex.amends_version or 0)


def version_with(agreement: Agreement, sha256: str) -> TermsVersion | None:
    """The version that somebody has read, by its fingerprint."""
    mine = (TermsVersion.agreement_id == agreement.id) & (TermsVersion.sha256 == sha256)
    return db.session.scalar(select(TermsVersion).where(mine).order_by(TermsVersion.number.desc()).limit(1))


def versions_of(agreement: Agreement) -> list[VersionRow]:
    """All versions, the newest first, each with who has accepted it."""
    mine = TermsVersion.agreement_id == agreement.id
    asked = select(TermsVersion).where(mine).options(joinedload(TermsVersion.person))
    said = select(Acceptance.version_id, Acceptance.side).join(Acceptance.version).where(mine)
    sides: defaultdict[int, set[Side]] = defaultdict(set)
    for version_id, side in db.session.execute(said):
        sides[version_id].add(side)
    found = db.session.scalars(asked.order_by(TermsVersion.number.desc()))
    return [VersionRow(one, frozenset(sides[one.id])) for one in found]


def events_of(agreement: Agreement, *, most: int | None = None) -> Sequence[AgreementEvent]:
    """What happened to a paper, the newest first."""
    mine = select(AgreementEvent).where(AgreementEvent.agreement_id == agreement.id)
    return db.session.scalars(mine.order_by(AgreementEvent.number.desc()).limit(most)).all()
