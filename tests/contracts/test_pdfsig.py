"""Poppler's pdfsig judges the same files where it can see them; what it cannot see is written down for operators."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.questions import Judgement
from tests.architecture.sources import ROOT
from tests.contracts import paperwork as paper
from tests.contracts.poppler import looked_at, nss_database
from tests.contracts.test_forgeries import FORGERIES

TOLD = ROOT / "docs" / "operators" / "signatures.md"
FITS, TRUSTED = "Signature is Valid.", "Certificate is Trusted."
# what pdfsig says of the new signature: it fits, its certificate is trusted, it covers the whole file
BLIND = {
    "another price, signed afresh": "BenBan",
    "another price in the signing part": "BenBan",
    "a signature that locks the other's field": "Signature1",
    "a picture over the prices": "Signature1",
    "a field that grows": "BenBan",
    "a picture in the other's field": "BenBan",
    "a picture that does not shrink": "BenBan",
    "a field with a script": "Signature1",
    "in the other's block": "BenMua",
    "SHA-1": "BenBan",
    "a short key": "BenBan",
    "a certificate for something else": "BenBan",
    "another organisation's": "BenBan",
    "a tax code in the name only": "BenBan",
    "back-dated": "BenBan",
    "from the future": "BenBan",
}
# it says valid, but that the file goes on after what was signed
NOT_WHOLE = ("drawn over after signing", "junk after the end", "a tree that holds itself")
SEES = {
    "a flipped byte of ours": "Digest Mismatch.",
    "our history passed over": "Digest Mismatch.",
    "saved anew": "Signature has not yet been verified.",
}

pytestmark = pytest.mark.skipif(
    not (shutil.which("pdfsig") and shutil.which("certutil")),
    reason="poppler-utils and libnss3-tools are not installed",
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nss_database(tmp_path_factory.mktemp("nss"))


def forged(name: str) -> bytes:
    return FORGERIES[name][0]()


def test_both_accept_an_honest_file(database: Path) -> None:
    seen = looked_at(paper.seller_signed(), database)["BenBan"]
    assert (seen.fits, seen.trusted, seen.whole) == (FITS, TRUSTED, True)
    assert paper.judged(paper.seller_signed()).judgement is Judgement.ACCEPT


@pytest.mark.parametrize("name", BLIND)
def test_pdfsig_believes_what_we_refuse(name: str, database: Path) -> None:
    seen = looked_at(forged(name), database)[BLIND[name]]
    assert (seen.fits, seen.trusted, seen.whole) == (FITS, TRUSTED, True)
    assert paper.judged(forged(name)).fault is FORGERIES[name][2]


@pytest.mark.parametrize("name", NOT_WHOLE)
def test_pdfsig_calls_it_valid_though_not_whole(name: str, database: Path) -> None:
    seen = looked_at(forged(name), database)["BenBan"]
    assert (seen.fits, seen.whole) == (FITS, False)
    assert paper.judged(forged(name)).judgement is Judgement.REFUSE


@pytest.mark.parametrize("name", SEES)
def test_both_see_what_is_broken(name: str, database: Path) -> None:
    assert looked_at(forged(name), database)["BenBan"].fits == SEES[name]


def test_both_see_a_false_authority_and_an_expired_certificate(database: Path) -> None:
    false = looked_at(forged("a false authority of the same name"), database)["BenBan"]
    assert false.trusted != TRUSTED
    assert looked_at(forged("expired"), database)["BenBan"].trusted == "Certificate has Expired"


def test_without_any_list_pdfsig_trusts_and_we_hold(database: Path) -> None:
    assert looked_at(paper.seller_signed(), database)["BenBan"].trusted == TRUSTED
    assert paper.judged(paper.seller_signed(), lists=()).judgement is Judgement.HOLD


def test_the_difference_is_written_down() -> None:
    text = TOLD.read_text(encoding="utf-8")
    missing = [name for name in (*BLIND, *NOT_WHOLE, *SEES) if f"| {name} |" not in text]
    assert missing == []
    assert [fault for fault in Fault if f"`{fault.value}`" not in text] == []
