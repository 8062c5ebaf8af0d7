"""Accepting a signed file: all eleven checks against pyHanko's own validation of every signature in the same file."""

from __future__ import annotations

import io
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import inside, issuing
from bench.data import Postgres, Sqlite, name_of

ROUNDS, WARM = 24, 4
WANTED_RATIO = 3


def measure(engine: Sqlite | Postgres, size: int, folder: Path) -> dict[str, float]:
    """The medians over some rounds, in turns, on a paper that was really issued."""
    url = engine.copy(name_of(size), "signatures")
    return dict(inside.apart(checks_of, url, str(folder)))


def checks_of(url: str, folder: str) -> dict[str, float]:
    """Runs in a process of its own; the file is the buyer's, with the seal and two signatures in it."""
    with issuing._market(url, Path(folder)).app_context():
        question, roots = _question()
    ours, theirs = [], []
    for _round in range(WARM + ROUNDS):
        theirs.append(_timed(lambda: _validated(question, roots)))
        ours.append(_timed(lambda: _accepted(question)))
    accept, validate = (1000 * statistics.median(times[WARM:]) for times in (ours, theirs))
    ratio = statistics.median(one / other for one, other in zip(ours[WARM:], theirs[WARM:], strict=True))
    return {"accept_ms": accept, "validate_ms": validate, "ratio": ratio}


def _question() -> tuple[Any, list[bytes]]:
    """A paper that both sides have signed, as it is asked about when the buyer's file comes in."""
    from sqlalchemy import select

    from marketplace.contracts.jobs import papers
    from marketplace.contracts.models import Agreement
    from marketplace.contracts.queries import signing as known
    from marketplace.contracts.signatures import preparing, trial_authority
    from marketplace.contracts.signatures.questions import Question
    from marketplace.contracts.states.agreements import Side
    from marketplace.core import clock
    from marketplace.core.database import db
    from marketplace.core.files import store

    (ref,) = issuing._ready(1)
    papers.issue(agreement=ref)
    agreement = db.session.scalars(select(Agreement).where(Agreement.ref == ref)).one()
    document = known.live_document(agreement)
    assert document is not None
    authority = trial_authority.new_authority()
    files = [store().get(document.file_key)]
    for side in Side:
        code = agreement.organisation_of(side).tax_code or ""
        token = authority.issue(trial_authority.Subject(name=side.value, uids=(f"MST:{code}",)))
        block, field = known.block_of(document, side), known.field_of(side)
        files.append(preparing.signed_by(files[-1], field, block, [token.certificate], token.key, is_trial=True))
    now = clock.now()
    question = Question(
        file=files[2], base=files[1], issued_bytes=len(files[0]), block=known.block_of(document, Side.BUYER),
        tax_code=agreement.buyer.tax_code or "", issued_at=now - timedelta(hours=1), received_at=now,
        roots=(authority.certificate,), lists=(authority.revocations(at=now - timedelta(hours=1)),),
        is_representative=True, kind="sale", value_vnd=1,
    )  # fmt: skip
    return question, [authority.certificate, _seal_of(files[0])]


def _seal_of(issued: bytes) -> bytes:
    from pyhanko.pdf_utils.reader import PdfFileReader

    (seal,) = PdfFileReader(io.BytesIO(issued)).embedded_regular_signatures
    return bytes(seal.signer_cert.dump())


def _accepted(question: Any) -> None:
    from marketplace.contracts.signatures.accepting import accept

    if accept(question).judgement != "accept":
        raise RuntimeError("the file was not accepted")


def _validated(question: Any, roots: list[bytes]) -> None:
    """What pyHanko says of each signature in the file, with the same root and the same list."""
    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    trusted = [x509.Certificate.load(der) for der in roots]
    for one in PdfFileReader(io.BytesIO(question.file)).embedded_regular_signatures:
        context = ValidationContext(trust_roots=trusted, crls=list(question.lists), allow_fetching=False)
        if not validate_pdf_signature(one, context).intact:
            raise RuntimeError("a signature is broken")


def _timed(act: Any) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
