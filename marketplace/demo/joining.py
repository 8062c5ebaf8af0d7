"""Organisations that wait for the operator, brought here as people do it: two producers and a buyer, one asked back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.accounts import queries, services
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.services import Profile, verifying
from marketplace.accounts.states import LegalForm
from marketplace.core.actors import Actor, ActorKind, OrganisationKind
from marketplace.core.database import db, writing
from marketplace.places import queries as places


@dataclass(frozen=True, slots=True)
class Applicant:
    """Whose organisation waits; tax codes are of the reserved list, which belongs to nobody."""

    email: str
    kind: OrganisationKind
    form: LegalForm
    legal_name: str
    name: str
    tax_code: str
    representative: str
    title: str
    province: str
    street: str
    phone: str


WAITING = (
    Applicant(
        "applicant@demo.example", OrganisationKind.PRODUCER, LegalForm.COOPERATIVE, "Hợp tác xã Rươi Tứ Kỳ",
        "HTX Rươi Tứ Kỳ", "9900100370", "Nguyễn Văn Khiêm", "Giám đốc", "hai-phong", "Thôn An Định", "0900000901",
    ),
    Applicant(
        "kitchen@demo.example", OrganisationKind.BUYER, LegalForm.LLC, "Công ty TNHH Bếp ăn Sông Hương",
        "Bếp ăn Sông Hương", "9900100740", "Tôn Nữ Diệu Linh", "Giám đốc", "hue", "Số 5, tổ 12", "0900000902",
    ),
    Applicant(
        "household@demo.example", OrganisationKind.PRODUCER, LegalForm.HOUSEHOLD_BUSINESS,
        "Hộ kinh doanh Chè Shan Tà Xùa", "Chè Shan Tà Xùa", "014085000123", "Mùa A Páo", "Chủ hộ", "son-la",
        "Bản Tà Xùa", "0900000903",
    ),
)  # fmt: skip
ASKED = WAITING[-1].tax_code
QUESTION = "Số điện thoại chưa liên lạc được. Xin kiểm tra lại số và gửi lại hồ sơ."


def make() -> None:
    """Three organisations wait; one of them was asked a question. Their people have demo accounts."""
    with writing():
        for applicant in WAITING:
            person = queries.person_by_email(applicant.email)
            if person is not None:
                services.found(applicant.kind, _profile(applicant), by=_actor(person))
    with writing():
        operator = queries.person_by_email("operator@demo.example")
        asked = db.session.scalars(select(Organisation).where(Organisation.tax_code == ASKED)).one()
        if operator is not None:
            verifying.ask(asked, words=QUESTION, by=_actor(operator))


def _actor(person: Person) -> Actor:
    return Actor(kind=ActorKind.PERSON, ref=person.ref, person_id=person.id, display_name=person.name)


def _profile(applicant: Applicant) -> Profile:
    province = places.province_by_slug(applicant.province)
    assert province is not None
    return Profile(
        legal_form=applicant.form,
        legal_name=applicant.legal_name,
        name=applicant.name,
        tax_code=applicant.tax_code,
        representative=applicant.representative,
        representative_title=applicant.title,
        province=province,
        ward=places.wards_of(province)[-1],
        street=applicant.street,
        phone=applicant.phone,
        email=None,
    )
