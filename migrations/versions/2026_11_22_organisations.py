"""Organisations that join by themselves, their invitations and their verification."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, UtcDateTime

revision = "0009_organisations"
down_revision = "0008_place_codes"
branch_labels = None
depends_on = None

LEGAL_FORMS = (
    *("cooperative", "cooperative_group", "llc", "jsc", "private_enterprise"),
    *("household_business", "farm", "state_body"),
)
KINDS = ("joining", "change")
STATES = ("waiting", "asked", "accepted", "declined", "withdrawn")
RULINGS = ("verified", "accepted", "asked", "declined", "suspended", "reinstated")
ROLES = ("manager", "staff", "signatory", "officer", "leader")
TABLES = ("member_invitations", "rulings", "applications")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def _organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"))


def upgrade() -> None:
    """Make the tables, and the sequence of the applications' refs."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE application_refs AS bigint")
    op.create_table(
        "applications",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", BigId, nullable=False),
        sa.Column("kind", _one_of("kind", KINDS), nullable=False),
        sa.Column("state", _one_of("state", STATES), nullable=False),
        sa.Column("legal_form", _one_of("legal_form", LEGAL_FORMS), nullable=True),
        sa.Column("legal_name", sa.String(length=200), nullable=True),
        sa.Column("tax_code", sa.String(length=14), nullable=True),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        _organisation("applications"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("ref", name=op.f("uq_applications_ref")),
    )
    op.create_index(op.f("ix_applications_organisation_id"), "applications", ["organisation_id"])
    op.create_index(op.f("ix_applications_submitted_at"), "applications", ["submitted_at"])
    op.create_table(
        "rulings",
        sa.Column("id", BigId, nullable=False),
        sa.Column("organisation_id", BigId, nullable=False),
        sa.Column("kind", _one_of("kind", RULINGS), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        _organisation("rulings"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_rulings_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
    )
    op.create_index(op.f("ix_rulings_organisation_id"), "rulings", ["organisation_id"])
    op.create_index(op.f("ix_rulings_person_id"), "rulings", ["person_id"])
    op.create_table(
        "member_invitations",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=48), nullable=False),
        sa.Column("organisation_id", BigId, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", _one_of("role", ROLES), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("invited_by_id", BigId, nullable=True),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        _organisation("member_invitations"),
        sa.ForeignKeyConstraint(["invited_by_id"], ["people.id"], name=op.f("fk_member_invitations_invited_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_invitations")),
        sa.UniqueConstraint("ref", name=op.f("uq_member_invitations_ref")),
        sa.UniqueConstraint("digest", name=op.f("uq_member_invitations_digest")),
    )
    for column in ("organisation_id", "invited_by_id", "invited_at"):
        op.create_index(op.f(f"ix_member_invitations_{column}"), "member_invitations", [column])


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE application_refs")
