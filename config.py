"""Every setting of the marketplace, read once from the environment and checked before anything starts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
INSTANCE = ROOT / "instance"


class WrongSetting(SystemExit):
    """A setting that cannot be used: the start ends with one sentence that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process; times are in seconds, money in whole đồng, sizes in bytes."""

    database_url: str = f"sqlite:///{INSTANCE / 'market.sqlite3'}"
    secret_key: str = field(default="", repr=False)
    audit_key: str = field(default="", repr=False)
    media_url: str = str(INSTANCE / "media")
    mail_url: str = "mailbox:"
    mail_from: str = "Chợ OCOP liên tỉnh <khong-tra-loi@cho-ocop.example>"
    # the user part of a gateway's address is its secret
    sms_url: str = field(default="", repr=False)
    site_url: str = "http://127.0.0.1:8000"
    redis_url: str = ""
    pg_bin: str = ""
    demo: bool = False
    testing: bool = False
    https: bool = False
    trusted_proxies: int = 0
    upload_bytes: int = 10 * 1024 * 1024
    writes_per_minute: int = 600
    own_writes_per_minute: int = 120
    api_calls_per_minute: int = 600
    webhooks_to_private: bool = False
    database_pool: int = 10
    operator_name: str = ""
    operator_address: str = ""
    operator_tax_code: str = ""
    operator_contact: str = ""
    operator_bank_bin: str = ""
    operator_bank_account: str = ""
    operator_bank_holder: str = ""
    payout_minimum_vnd: int = 50_000
    # the day on which the words of /terms last changed
    terms_version: str = "2026-11-23"
    # six letters or digits after "ocds-" that the Open Contracting Partnership gives a publisher; these are no one's
    ocid_prefix: str = "ocds-000000"
    commission_basis_points: int = 0
    confirm_within_hours: int = 48
    return_answer_days: int = 3
    # Luật Kế toán 2015, Điều 41, as read on 2026-11-22; the operator confirms it with an accountant
    keep_orders_years: int = 10
    weight_tolerance_percent: int = 10
    # PEM: the key that papers are sealed with, its certificate, those above it
    seal_file: str = ""
    stripe_secret_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    stripe_api_base: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """The settings that the environment names; what it does not name keeps its default."""
        given = os.environ if environment is None else environment
        known = {name: _read(name, given[name.upper()]) for name in cls.__slots__ if given.get(name.upper())}
        if "database_url" in known:
            known["database_url"] = _database_url(str(known["database_url"]))
        if known.get("demo") and str(known.get("mail_url", "mailbox:")).startswith("mailbox:"):
            known.setdefault("sms_url", "mailbox:")
        return cls(**_with_local_keys(known))  # type: ignore[arg-type]  # each value was read by its field's type


_NUMBERS = {
    "trusted_proxies",
    "upload_bytes",
    "writes_per_minute",
    "own_writes_per_minute",
    "api_calls_per_minute",
    "database_pool",
    "commission_basis_points",
    "confirm_within_hours",
    "return_answer_days",
    "keep_orders_years",
    "weight_tolerance_percent",
    "payout_minimum_vnd",
}
_SWITCHES = {"demo", "testing", "https", "webhooks_to_private"}


def _read(name: str, text: str) -> object:
    if name in _NUMBERS:
        if not text.isdecimal():
            raise WrongSetting(f"{name.upper()} must be a whole number, not {text!r}.")
        return int(text)
    if name in _SWITCHES:
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise WrongSetting(f"{name.upper()} must be 1 or 0, not {text!r}.")
        return text.lower() in {"1", "true", "yes"}
    return text


def _database_url(url: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme in {"postgres", "postgresql"}:
        return url.replace(scheme, "postgresql+psycopg", 1)
    if scheme in {"sqlite", "postgresql+psycopg"}:
        return url
    raise WrongSetting(f"DATABASE_URL must start with sqlite:// or postgresql+psycopg://, not {scheme!r}.")


def _with_local_keys(known: dict[str, object]) -> dict[str, object]:
    """Keys are asked for with PostgreSQL; a local SQLite market makes its own once and keeps them beside its data."""
    for name in ("secret_key", "audit_key"):
        if known.get(name):
            continue
        if str(known.get("database_url", "sqlite:")).startswith("postgresql"):
            raise WrongSetting(f"{name.upper()} must be set: a long random text that only this site knows.")
        known[name] = _local_key(name)
    return known


def _local_key(name: str) -> str:
    path = INSTANCE / name
    if not path.exists():
        INSTANCE.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()
