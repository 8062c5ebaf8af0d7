"""The trail only grows, by triggers of its own; pictures are named by the hash of what they hold."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.audit import triggers
from marketplace.core.database import BigId, UtcDateTime

revision = "0003_trail_and_pictures"
down_revision = "0002_append_only"
branch_labels = None
depends_on = None

TRAIL = ("audit_entries", "audit_subjects")


def upgrade() -> None:
    """Guard the trail and make the table of pictures."""
    for statement in triggers(op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "pictures",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name=op.f("ck_pictures_size_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("sha256", name=op.f("uq_pictures_sha256")),
    )


def downgrade() -> None:
    """Take both away."""
    op.drop_table("pictures")
    on_table = op.get_bind().dialect.name == "postgresql"
    for table in TRAIL:
        for what in ("change", "removal", *(["emptying"] if on_table else [])):
            op.execute(f"DROP TRIGGER {table}_refuses_{what}" + (f" ON {table}" if on_table else ""))
