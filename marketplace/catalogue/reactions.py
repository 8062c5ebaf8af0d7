"""How the catalogue answers: goods of a renamed producer are found anew, pages with new answers are drawn anew."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.accounts.events import OrganisationRenamed
from marketplace.catalogue.jobs import INDEX_SELLER
from marketplace.catalogue.models import PageChange, Product
from marketplace.core.actors import OrganisationKind
from marketplace.core.database import db
from marketplace.core.events import on
from marketplace.core.outbox import enqueue
from marketplace.messages.events import PublicQuestionsChanged


@on(OrganisationRenamed)
def find_under_the_new_name(event: OrganisationRenamed) -> None:
    """The worker writes the entries of all her goods anew; there may be thousands."""
    if event.organisation.kind is OrganisationKind.PRODUCER:
        enqueue(INDEX_SELLER, seller=event.organisation.ref)


@on(PublicQuestionsChanged)
def draw_the_page_anew(event: PublicQuestionsChanged) -> None:
    """A product's page that is kept for guests shows other questions from now on."""
    product_id = db.session.scalar(select(Product.id).where(Product.slug == event.subject_ref))
    if event.subject_kind == "product" and product_id is not None:
        db.session.add(PageChange(scope=product_id))
