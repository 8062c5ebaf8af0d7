"""How the catalogue answers when a producer is called otherwise: her goods are found under the new name."""

from __future__ import annotations

from marketplace.accounts.events import OrganisationRenamed
from marketplace.catalogue.jobs import INDEX_SELLER
from marketplace.core.actors import OrganisationKind
from marketplace.core.events import on
from marketplace.core.outbox import enqueue


@on(OrganisationRenamed)
def find_under_the_new_name(event: OrganisationRenamed) -> None:
    """The worker writes the entries of all her goods anew; there may be thousands."""
    if event.organisation.kind is OrganisationKind.PRODUCER:
        enqueue(INDEX_SELLER, seller=event.organisation.ref)
