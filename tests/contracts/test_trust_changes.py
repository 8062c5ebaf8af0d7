"""What operators propose around trust: registered certificates and authorities, shown and refused as they deserve."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.contracts.models import RegisteredCertificate, RuleChange, TrustRoot
from marketplace.contracts.signatures.identity import fingerprint_of
from marketplace.contracts.signatures.trial_authority import Subject
from marketplace.core import clock
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from tests import factories
from tests.contracts import paperwork
from tests.contracts.browsing import Browser, browser_of
from tests.contracts.making import load_rules

ROOTS, CERTIFICATES = "/operator/agreements/trust/roots", "/operator/agreements/trust/certificates"
CHANGES = "/operator/agreements/rules/changes/"


@dataclass
class Desk:
    """Two operators, each in a browser."""

    first: Browser
    second: Browser

    def propose_root(self, certificate: bytes, crl_url: str = "") -> Any:
        words = {"crl_url": crl_url, "words": "Đã so dấu vân tay"}
        return self.first.post(ROOTS, data={"certificate": (io.BytesIO(certificate), "ca.cer"), **words})

    def register(self, certificate: bytes, organisation: Organisation) -> Any:
        words = {"organisation": organisation.ref, "words": "Đã so dấu vân tay"}
        return self.first.post(CERTIFICATES, data={"certificate": (io.BytesIO(certificate), "a.cer"), **words})

    def apply(self) -> None:
        change = db.session.scalars(select(RuleChange).order_by(RuleChange.id.desc()).limit(1)).one()
        assert self.second.post(f"{CHANGES}{change.ref}/application").status_code == 303
        db.session.rollback()


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    with app.app_context():
        load_rules()
        operator = factories.organisation(OrganisationKind.OPERATOR)
        yield Desk(*(browser_of(app, factories.manager_of(operator)) for _ in range(2)))


def plain_certificate(*uids: str, **how: Any) -> bytes:
    """A certificate of the state's own authority: no tax code in it, unless said otherwise."""
    return paperwork.authority().issue(Subject(name="Trung tâm Khuyến nông", uids=uids), **how).certificate


def in_groups(der: bytes) -> str:
    return " ".join(re.findall(".{16}", fingerprint_of(der)))


def changes() -> int:
    return len(db.session.scalars(select(RuleChange.id)).all())


def test_a_certificate_is_registered_by_two(desk: Desk) -> None:
    organisation, certificate = factories.organisation(), plain_certificate()
    answer = desk.register(certificate, organisation)
    assert answer.status_code == 303
    page = desk.second.get(answer.headers["Location"]).text
    assert in_groups(certificate) in page
    assert "Hãy so từng chữ số" in page
    assert "Chứng thư có hiệu lực đến" in page
    assert "Dịp" not in page
    assert "+00:00" not in page
    desk.apply()
    found = db.session.scalars(select(RegisteredCertificate)).one()
    assert (found.fingerprint, found.organisation_id) == (fingerprint_of(certificate), organisation.id)


def test_the_second_operator_reads_the_fingerprint_of_an_authority(desk: Desk) -> None:
    certificate = paperwork.authority().certificate
    page = desk.second.get(desk.propose_root(certificate).headers["Location"]).text
    assert in_groups(certificate) in page
    assert "Dịp" not in page


def refused(answer: Any, sentence: str) -> None:
    assert answer.status_code == 422
    assert sentence in answer.text
    assert changes() == 0


def test_an_authority_is_registered_to_nobody(desk: Desk) -> None:
    answer = desk.register(paperwork.authority().certificate, factories.organisation())
    refused(answer, "Đây là chứng thư của tổ chức cấp chứng thư, không phải của người dùng.")


def test_a_certificate_with_a_tax_code_is_bound_to_no_other(desk: Desk) -> None:
    certificate = plain_certificate("MST:0100233488")
    refused(desk.register(certificate, factories.organisation()), "có ghi mã số thuế (0100233488)")


def test_a_refusal_is_said_once_above_and_once_at_its_field(desk: Desk) -> None:
    answer = desk.register(paperwork.authority().certificate, factories.organisation())
    assert answer.text.count("không phải của người dùng.") == 2


def test_what_has_expired_is_not_registered(desk: Desk) -> None:
    certificate = plain_certificate(begins=clock.now() - timedelta(days=30), days=20)
    refused(desk.register(certificate, factories.organisation()), "Chứng thư này đã hết hạn.")


def test_what_counts_already_is_not_proposed_again(desk: Desk) -> None:
    organisation, certificate = factories.organisation(), plain_certificate()
    root = paperwork.authority().certificate
    desk.register(certificate, organisation)
    desk.apply()
    desk.propose_root(root, "http://ca.example/a.crl")
    desk.apply()
    for answer in (desk.register(certificate, organisation), desk.propose_root(root, "http://ca.example/a.crl")):
        assert (answer.status_code, changes()) == (422, 2)
        assert "không có gì thay đổi" in answer.text
    assert desk.propose_root(root, "http://ca.example/b.crl").status_code == 303


def test_a_certificate_that_counts_for_one_is_bound_to_no_other(desk: Desk) -> None:
    certificate = plain_certificate()
    desk.register(certificate, factories.organisation())
    desk.apply()
    answer = desk.register(certificate, factories.organisation())
    assert (answer.status_code, changes()) == (422, 1)
    assert "Chứng thư này đã gắn với tổ chức khác." in answer.text


def test_an_ending_says_what_ends_and_nothing_else(desk: Desk) -> None:
    root = paperwork.authority().certificate
    desk.propose_root(root, "http://ca.example/a.crl")
    desk.apply()
    ending = desk.first.post(f"{ROOTS}/{fingerprint_of(root)}/ending", data={"words": "Thôi công bố"})
    page = desk.second.get(ending.headers["Location"]).text
    assert "Được công nhận" in page
    assert "Địa chỉ danh sách thu hồi" not in page
    assert "đề nghị thôi công nhận" in desk.second.get("/operator/agreements/trust").text
    desk.apply()
    assert db.session.scalars(select(TrustRoot)).one().ended_at is not None
    assert desk.propose_root(root, "http://ca.example/a.crl").status_code == 303
    desk.apply()
    assert db.session.scalars(select(TrustRoot)).one().ended_at is None
