"""What the tests of joining organisations share: a filled-in profile, an operator, an applicant."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from marketplace.accounts import queries
from marketplace.accounts.models import Organisation, Person
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.core.outbox import Notice
from tests import factories


def profile(**changes: Any) -> dict[str, Any]:
    """A form that is filled in well."""
    place = factories.province("hai-phong")
    return {
        "legal_form": "cooperative",
        "legal_name": "Hợp tác xã Nông nghiệp Thanh Hà",
        "name": f"HTX Thanh Hà {factories.number()}",
        "tax_code": factories.tax_code(),
        "representative": "Nguyễn Văn Khánh",
        "representative_title": "Giám đốc",
        "province": place.slug,
        "ward": factories.ward("hai-phong").code,
        "street": "Thôn Thúy Lâm",
        "phone": "0912 345 678",
        "email": "htx@vidu.vn",
        **changes,
    }


def operator() -> Person:
    """Somebody who runs the market."""
    return factories.manager_of(factories.organisation(OrganisationKind.OPERATOR, province_slug="ha-noi"))


def only(kind: OrganisationKind = OrganisationKind.PRODUCER) -> Organisation:
    """The one organisation of a kind."""
    return db.session.scalars(select(Organisation).where(Organisation.kind == kind)).one()


def standing(organisation: Organisation) -> queries.Standing:
    """Where it stands, read anew."""
    found = queries.organisation_by_ref(organisation.ref)
    assert found is not None
    return queries.standing_of(found)


def told() -> list[tuple[str, str]]:
    """Every notice: to whom, and which."""
    return [(one.recipient_kind, one.template) for one in db.session.scalars(select(Notice).order_by(Notice.id))]
