"""Phones proven by a code, choices of notices, exports of what is known of a person, accounts that are erased."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, UtcDateTime

revision = "0010_people"
down_revision = "0009_organisations"
branch_labels = None
depends_on = None

TOPICS = ("buying", "selling", "messages", "money", "organisation", "news", "security")
WAYS = ("email", "sms")
TABLES = ("erasures", "data_exports", "phone_limits", "phone_codes", "proven_phones", "notice_choices")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id"))


def _keys(table: str, *unique: str) -> list[sa.Constraint]:
    ones = [sa.UniqueConstraint(column, name=op.f(f"uq_{table}_{column}")) for column in unique]
    return [sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")), *ones]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notice_choices",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("topic", _one_of("topic", TOPICS), nullable=False),
        sa.Column("way", _one_of("way", WAYS), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        _person("notice_choices"),
        sa.UniqueConstraint("person_id", "topic", "way", name=op.f("uq_notice_choices_person_id_topic_way")),
        *_keys("notice_choices"),
    )
    op.create_index(op.f("ix_notice_choices_person_id"), "notice_choices", ["person_id"])
    _phones()
    op.create_table(
        "data_exports",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=48), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("file_key", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _person("data_exports"),
        *_keys("data_exports", "ref"),
    )
    op.create_index(op.f("ix_data_exports_person_id"), "data_exports", ["person_id"])
    op.create_index(op.f("ix_data_exports_asked_at"), "data_exports", ["asked_at"])
    op.create_table(
        "erasures",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("undo_digest", sa.String(length=64), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("effective_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        _person("erasures"),
        *_keys("erasures", "person_id", "undo_digest"),
    )
    op.create_index(op.f("ix_erasures_effective_at"), "erasures", ["effective_at"])


def _phones() -> None:
    op.create_table(
        "proven_phones",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("proven_at", UtcDateTime(), nullable=False),
        _person("proven_phones"),
        *_keys("proven_phones", "person_id", "phone"),
    )
    op.create_table(
        "phone_codes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("nonce", sa.String(length=48), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        *_keys("phone_codes", "holder"),
    )
    op.create_index(op.f("ix_phone_codes_phone"), "phone_codes", ["phone"])
    op.create_index(op.f("ix_phone_codes_sent_at"), "phone_codes", ["sent_at"])
    op.create_table(
        "phone_limits",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        *_keys("phone_limits", "key"),
    )
    op.create_index(op.f("ix_phone_limits_since"), "phone_limits", ["since"])


def downgrade() -> None:
    """Forget the choices, the proofs and what was on its way; accounts that were erased stay so."""
    for table in TABLES:
        op.drop_table(table)
