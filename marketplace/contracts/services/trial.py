"""The trial authority of the demonstration: certificates for invented organisations, its list, its place among ours.

Only where the settings say `demo`; nothing that it signs is worth anything anywhere else.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from config import INSTANCE, Settings
from marketplace.accounts.models import Organisation
from marketplace.contracts.models import RevocationList, TrustRoot
from marketplace.contracts.services import trust
from marketplace.contracts.signatures import trial_authority
from marketplace.contracts.signatures.identity import fingerprint_of
from marketplace.contracts.signatures.trial_authority import Issued, Subject
from marketplace.core import clock, tax_codes
from marketplace.core.actors import SYSTEM
from marketplace.core.database import db

FOLDER = "trial-authority"
FRESH = timedelta(days=1)


def folder_of(settings: Settings) -> Path:
    """Where its keys lie: beside the media folder, else beside the local data; never committed."""
    return (INSTANCE if "://" in settings.media_url else Path(settings.media_url).resolve().parent) / FOLDER


def token_of(settings: Settings, organisation: Organisation) -> Issued:
    """The certificate and key that stand in for an organisation's USB token; slow the first time."""
    code = organisation.tax_code or ""
    kind = "CCCD" if tax_codes.is_personal(code) else "MST"
    uids = (f"{kind}:{code}",) if code else ()
    subject = Subject(name=organisation.legal_name[:64], organisation=organisation.name[:64], uids=uids)
    return trial_authority.certificate_in(folder_of(settings), organisation.ref, subject)


def token_file(settings: Settings, organisation: Organisation) -> Path:
    """The same as a .p12 file for the command; it exists once `token_of` was asked."""
    return folder_of(settings) / f"{organisation.ref}.p12"


def fresh_list(settings: Settings) -> bytes:
    """Today's list of the trial authority (nothing is revoked)."""
    return trial_authority.opened(folder_of(settings)).revocations()


def install(settings: Settings) -> None:
    """Let the market of the demonstration trust it, and hold its list."""
    authority = trial_authority.opened(folder_of(settings))
    fingerprint = fingerprint_of(authority.certificate)
    if db.session.scalar(select(TrustRoot.id).where(TrustRoot.fingerprint == fingerprint)) is None:
        words = {"name": trial_authority.ROOT_NAME, "is_illustrative": True}
        db.session.add(TrustRoot(fingerprint=fingerprint, der=authority.certificate, **words))
    trust.take_list(authority.revocations(), by=SYSTEM)


def is_due() -> bool:
    """Whether the newest list of any authority is older than a day, so that the demonstration needs a fresh one."""
    newest = db.session.scalar(select(RevocationList.this_update).order_by(RevocationList.this_update.desc()).limit(1))
    return newest is None or newest < clock.now() - FRESH
