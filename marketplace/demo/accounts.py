"""The demonstration's accounts and the organisations they act for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marketplace.accounts.models import Membership, Organisation, Person
from marketplace.accounts.services import passwords
from marketplace.accounts.states import LegalForm, OrganisationState
from marketplace.core.actors import OrganisationKind, Role
from marketplace.core.database import db
from marketplace.core.refs import new_token, next_ref
from marketplace.demo.reading import rows
from marketplace.places.models import Province

PASSWORD = "ocop-demo-2026"


@dataclass(frozen=True, slots=True)
class Known:
    """One account that is told to whoever tries the demonstration."""

    email: str
    name: str
    who: str
    organisation: str | None = None
    roles: tuple[Role, ...] = (Role.MANAGER,)


# whoever runs a small firm signs for it, too
HEAD = (Role.MANAGER, Role.SIGNATORY)
ACCOUNTS = (
    Known("operator@demo.example", "Đỗ Hải Yến", "operates the marketplace", "operator"),
    Known("operator2@demo.example", "Trịnh Quốc Bảo", "second operator", "operator"),
    Known("producer.haiduong@demo.example", "Phạm Thị Minh Nguyệt", "mung-bean cakes, Hải Dương", "haiduong", HEAD),
    Known("producer.quangtri@demo.example", "Lê Văn Thành", "clean-rice cooperative, Quảng Trị", "quangtri"),
    Known("producer.caobang@demo.example", "Nông Thị Hoa", "household producer, Cao Bằng", "caobang"),
    Known("producer.namdinh@demo.example", "Vũ Đình Khải", "company, Nam Định", "namdinh", HEAD),
    Known(
        "signatory.quangtri@demo.example", "Hoàng Thị Thu", "signs for the cooperative", "quangtri", (Role.SIGNATORY,)
    ),
    Known("buyer@demo.example", "Trần Thu Hà", "a private buyer in Hà Nội"),
    Known("applicant@demo.example", "Nguyễn Văn Khiêm", "a producer that waits for verification"),
    Known("household@demo.example", "Mùa A Páo", "a household that was asked for more"),
    Known("kitchen@demo.example", "Tôn Nữ Diệu Linh", "a business buyer that waits for verification"),
    Known("supermarket@demo.example", "Bùi Đức Long", "purchasing manager, Quảng Ninh", "supermarket"),
    Known("signatory.supermarket@demo.example", "Ngô Mai Anh", "may sign", "supermarket", (Role.SIGNATORY,)),
    *(
        Known(f"{prefix}sct.{slug}@demo.example", name, f"{word}, {place}", f"sct.{slug}", (role,))
        for slug, place, officer, leader in (
            ("haiphong", "Hải Phòng", "Nguyễn Thị Lan Phương", "Đặng Văn Hùng"),
            ("quangtri", "Quảng Trị", "Trương Công Minh", "Hồ Thị Thanh"),
            ("quangninh", "Quảng Ninh", "Phan Thị Hạnh", "Vũ Mạnh Cường"),
            ("hanoi", "Hà Nội", "Lưu Quang Huy", "Tạ Thị Bích"),
        )
        for prefix, name, word, role in (
            ("", officer, "officer", Role.OFFICER),
            ("leader.", leader, "leader", Role.LEADER),
        )
    ),
)

DEPARTMENTS = {
    "sct.haiphong": "hai-phong",
    "sct.quangtri": "quang-tri",
    "sct.quangninh": "quang-ninh",
    "sct.hanoi": "ha-noi",
}


def table() -> str:
    """What `dev.py run` prints."""
    width = max(len(account.email) for account in ACCOUNTS)
    lines = [f"{account.email:<{width}}  {account.who}" for account in ACCOUNTS]
    return "\n".join([f"Password of every demo account: {PASSWORD}", *lines])


def make(provinces: dict[str, Province], producers: dict[str, Organisation]) -> None:
    """Every account with its organisation and roles, and the invented buyers; one password hash serves all."""
    digest = passwords.hashed(PASSWORD)
    organisations = {**producers, **_other_organisations(provinces)}
    people = {known.email: _person(known.name, known.email, digest) for known in ACCOUNTS}
    buyers = [_person(row["name"], row["email"], digest, row["phone"]) for row in rows("people")]
    db.session.add_all([*people.values(), *buyers])
    db.session.flush()
    for known in ACCOUNTS:
        for role in known.roles if known.organisation else ():
            organisation = organisations[str(known.organisation)]
            db.session.add(Membership(person=people[known.email], organisation=organisation, role=role))


def _person(name: str, email: str, digest: str, phone: str | None = None) -> Person:
    return Person(
        ref=next_ref("person"), name=name, email=email, phone=phone, password_hash=digest, sign_in_epoch=new_token()
    )


def _other_organisations(provinces: dict[str, Province]) -> dict[str, Organisation]:
    made = {
        "operator": _organisation(
            OrganisationKind.OPERATOR,
            "ban-quan-tri-cho",
            "Ban quản trị chợ OCOP liên tỉnh",
            provinces["ha-noi"],
            legal_form=LegalForm.STATE_BODY,
        ),
        "supermarket": _organisation(
            OrganisationKind.BUYER,
            "sieu-thi-vinh-xanh",
            "Chuỗi siêu thị Vịnh Xanh",
            provinces["quang-ninh"],
            legal_name="Công ty cổ phần Siêu thị Vịnh Xanh",
            legal_form=LegalForm.JSC,
            tax_code="9900099990",
            representative="Ngô Mai Anh",
            representative_title="Tổng giám đốc",
            street="Số 18 đường Trần Quốc Nghiễn",
            phone="02033800018",
            email="muahang@vinhxanh.example",
        ),
    }
    for key, slug in DEPARTMENTS.items():
        name = f"Sở Công Thương {provinces[slug].name}"
        made[key] = _organisation(
            OrganisationKind.DEPARTMENT,
            f"so-cong-thuong-{slug}",
            name,
            provinces[slug],
            legal_name=f"Sở Công Thương {provinces[slug].full_name}",
            legal_form=LegalForm.STATE_BODY,
        )
    db.session.add_all(made.values())
    return made


def _organisation(kind: OrganisationKind, slug: str, name: str, province: Province, **columns: Any) -> Organisation:
    columns = {"legal_name": name, "representative": "", "street": "", **columns}
    return Organisation(
        ref=next_ref("organisation"),
        kind=kind,
        slug=slug,
        name=name,
        province=province,
        state=OrganisationState.VERIFIED,
        is_illustrative=True,
        **columns,
    )
