"""What the public reads of contracts: only those whose two sides agree, only what their level of consent names."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from marketplace.contracts.models import Agreement, Release
from marketplace.contracts.queries.releases import ocid_prefix, shown
from marketplace.contracts.states.agreements import Consent, PaperKind
from marketplace.core.database import db

CONTRACTS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """The public releases of some contracts, and whether more contracts follow."""

    releases: list[dict[str, Any]]
    has_more: bool


def count() -> int:
    """How many contracts show anything."""
    return db.session.scalar(select(func.count()).select_from(_public().subquery())) or 0


def page_of_releases(page: int) -> ReleasePage:
    """The releases of one page of contracts, each with what its sides allow today."""
    start = (page - 1) * CONTRACTS_A_PAGE
    wanted = _public().order_by(Agreement.id).offset(start).limit(CONTRACTS_A_PAGE + 1)
    contracts = list(db.session.scalars(wanted))
    here = contracts[:CONTRACTS_A_PAGE]
    return ReleasePage(_shown(here), len(contracts) > CONTRACTS_A_PAGE)


def releases_of(ref: str) -> list[dict[str, Any]]:
    """The public releases of one contract; none where nothing of it is public."""
    return _shown(db.session.scalars(_public().where(Agreement.ref == ref[:32])))


def _public() -> Select[Agreement]:
    return select(Agreement).where(
        Agreement.consent != Consent.CLOSED,
        Agreement.paper == PaperKind.CONTRACT,
        select(Release.id).where(Release.agreement_id == Agreement.id).exists(),
    )


def _shown(contracts: Iterable[Agreement]) -> list[dict[str, Any]]:
    consents = {one.id: one.consent for one in contracts}
    rows = select(Release).where(Release.agreement_id.in_(consents)).order_by(Release.agreement_id, Release.number)
    seen = (shown(json.loads(row.release), consents[row.agreement_id]) for row in db.session.scalars(rows))
    return _without_closed([one for one in seen if one is not None])


def _without_closed(releases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """No release names a contract of which the public learns nothing."""
    named = {one["identifier"] for release in releases for one in release.get("relatedProcesses", ())}
    refs = {ocid.removeprefix(ocid_prefix()): ocid for ocid in named}
    public = _public().where(Agreement.ref.in_(refs)) if refs else None
    known = {refs[one.ref] for one in db.session.scalars(public)} if public is not None else set()
    return [_related_to(release, known) for release in releases]


def _related_to(release: dict[str, Any], known: set[str]) -> dict[str, Any]:
    kept = [one for one in release.get("relatedProcesses", ()) if one["identifier"] in known]
    plain = {name: value for name, value in release.items() if name != "relatedProcesses"}
    return {**plain, "relatedProcesses": kept} if kept else plain
