"""Tokens of programs, and addresses that are told of orders."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, PlainJson, UtcDateTime

revision = "0018_api"
down_revision = "0017_money"
branch_labels = None
depends_on = None

SERIES = ("token", "webhook")
STATES = sa.Enum("active", "paused", "disabled", name="state", native_enum=False, create_constraint=True, length=32)
TABLES = ("webhook_attempts", "webhook_messages", "webhooks", "api_answers", "api_tokens")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "api_tokens",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organisation_id", BigId, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", PlainJson, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_api_tokens_person_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_api_tokens_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("ref", name=op.f("uq_api_tokens_ref")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
    )
    op.create_index(op.f("ix_api_tokens_person_id"), "api_tokens", ["person_id"])
    op.create_index(op.f("ix_api_tokens_organisation_id"), "api_tokens", ["organisation_id"])
    op.create_table(
        "api_answers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token_id", BigId, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("body", PlainJson, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_tokens.id"], name=op.f("fk_api_answers_token_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_answers")),
        sa.UniqueConstraint("token_id", "key", name=op.f("uq_api_answers_token_id_key")),
    )
    op.create_index(op.f("ix_api_answers_created_at"), "api_answers", ["created_at"])
    _make_webhooks()
    if op.get_bind().dialect.name == "postgresql":
        for name in SERIES:
            op.execute(f"CREATE SEQUENCE {name}_refs AS bigint")


def _make_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", BigId, nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("happenings", PlainJson, nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("nonce", sa.String(length=48), nullable=False),
        sa.Column("old_nonce", sa.String(length=48), nullable=True),
        sa.Column("old_until", UtcDateTime(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("again_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_webhooks_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sa.UniqueConstraint("ref", name=op.f("uq_webhooks_ref")),
    )
    op.create_index(op.f("ix_webhooks_organisation_id"), "webhooks", ["organisation_id"])
    op.create_table(
        "webhook_messages",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("webhook_id", BigId, nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("given_up_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_messages_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_messages")),
        sa.UniqueConstraint("ref", name=op.f("uq_webhook_messages_ref")),
    )
    op.create_index("ix_webhook_messages_webhook_id", "webhook_messages", ["webhook_id", "id"])
    op.create_index(op.f("ix_webhook_messages_created_at"), "webhook_messages", ["created_at"])
    op.create_table(
        "webhook_attempts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "status IS NULL OR status BETWEEN 100 AND 999", name=op.f("ck_webhook_attempts_status_known")
        ),
        sa.CheckConstraint("milliseconds >= 0", name=op.f("ck_webhook_attempts_milliseconds_not_negative")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["webhook_messages.id"], name=op.f("fk_webhook_attempts_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
    )
    op.create_index(op.f("ix_webhook_attempts_message_id"), "webhook_attempts", ["message_id"])


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in SERIES:
            op.execute(f"DROP SEQUENCE {name}_refs")
