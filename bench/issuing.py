"""Issuing papers: a whole issue (draw, seal, number, store) against the compiler alone on papers of the same length."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from bench import inside
from bench.data import Postgres, Sqlite, name_of
from bench.servers import environment

PAPERS, WARM = 24, 4
WANTED_RATIO = 3
SELLER, BUYER = "producer.quangtri@demo.example", "supermarket@demo.example"


def measure(engine: Sqlite | Postgres, size: int, folder: Path) -> dict[str, float]:
    """The medians over some papers, in turns with the compiler's own, on a copy of one data set."""
    url = engine.copy(name_of(size), "papers")
    return dict(inside.apart(issues_of, url, str(folder)))


def issues_of(url: str, folder: str) -> dict[str, float]:
    """Runs in a process of its own."""
    from marketplace.contracts.jobs import papers

    issued, bare = [], []
    with _market(url, Path(folder)).app_context():
        for ref in _ready(WARM + PAPERS):
            bare.append(_timed(_compiled, ref))
            issued.append(_timed(lambda one: papers.issue(agreement=one), ref))
    issue, typst = (1000 * statistics.median(times[WARM:]) for times in (issued, bare))
    ratio = statistics.median(one / other for one, other in zip(issued[WARM:], bare[WARM:], strict=True))
    return {"issue_ms": issue, "typst_ms": typst, "ratio": ratio}


def _market(url: str, folder: Path) -> Any:
    """The market on a data set, with a seal of its own."""
    from config import Settings
    from marketplace import create_app
    from marketplace.contracts.signatures.sealing import own_seal
    from marketplace.core import clock

    pem = folder / "seal.pem"
    pem.write_bytes(own_seal("Bench", made_at=clock.now()).pem)
    return create_app(Settings.from_environment(environment(url, folder) | {"SEAL_FILE": str(pem)}))


def _timed(act: Any, ref: str) -> float:
    begun = time.perf_counter()
    act(ref)
    return time.perf_counter() - begun


def _compiled(ref: str) -> None:
    """The same paper with another number, made by the compiler and by nothing else."""
    import typst

    from marketplace.core import papers

    typst.compile(
        papers.TEMPLATES / "contracts/papers/contract.typ",
        root=papers.TEMPLATES / "contracts/papers",
        ignore_system_fonts=True,
        font_paths=papers._families(),
        sys_inputs={"data": papers._written(_data(ref))},
        pdf_standards="a-2a",
    )


def _data(ref: str) -> dict[str, Any]:
    from marketplace.contracts.queries.papers import Issuing, contract_paper
    from marketplace.contracts.services.documents import agreed_version
    from marketplace.core import clock

    issuing = Issuing(f"{ref}/BENCH", clock.today(), "0" * 64, f"http://127.0.0.1/verify/{ref}")
    return contract_paper(agreed_version(_found(ref)).terms, issuing)


def _found(ref: str) -> Any:
    from marketplace.contracts.models import Agreement
    from marketplace.core.database import db

    return db.session.query(Agreement).filter_by(ref=ref).one()


def _ready(count: int) -> list[str]:
    """Sale contracts that both sides have accepted and no department has to see."""
    from marketplace.contracts.services import rules
    from marketplace.core.database import writing

    with writing():
        rules.load()
    seller, buyer = (_people(email) for email in (SELLER, BUYER))
    return [_agreed(number, seller, buyer) for number in range(count)]


def _people(email: str) -> tuple[Any, Any]:
    """A manager as an actor, and her organisation."""
    from marketplace.accounts.models import Person
    from marketplace.core.database import db
    from tests import factories

    person = db.session.query(Person).filter_by(email=email).one()
    organisation = person.memberships[0].organisation
    return factories.actor(person, organisation), organisation


def _agreed(number: int, seller: tuple[Any, Any], buyer: tuple[Any, Any]) -> str:
    from marketplace.catalogue.models import Variant
    from marketplace.contracts.services import agreements
    from marketplace.contracts.services.starting import NewPaper
    from marketplace.contracts.states.agreements import AgreementKind, Review, Side
    from marketplace.core.database import db, writing
    from tests.contracts import making

    (selling, producer), (buying, firm) = seller, buyer
    variant = db.session.query(Variant).filter_by(seller_id=producer.id).first()
    assert variant is not None
    with writing():
        made = agreements.create(NewPaper(AgreementKind.SALE, producer, firm, Side.SELLER), by=selling)
        made.review_policy = Review.NONE
        draft = agreements.draft_of(made, Side.SELLER)
        assert draft is not None
        terms = making.complete(draft.terms, variant, title=f"Hợp đồng gạo sạch, lô {number}")
        agreements.save_draft(made, Side.SELLER, terms, selling)
        agreements.send(made, selling)
        agreements.accept(made, making.last_version(made).sha256, buying)
    return str(made.ref)
