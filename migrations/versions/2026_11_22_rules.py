"""People choose by which ways they read of agreements, too."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId

revision = "0024_rules"
down_revision = "0023_sourcing"
branch_labels = None
depends_on = None

OLD = ("buying", "selling", "messages", "money", "organisation", "news", "security")
COLUMNS = "id, person_id, topic, way, wanted"


def upgrade() -> None:
    """One more topic."""
    _topics((*OLD, "contracts"))


def downgrade() -> None:
    """Choices on it are forgotten."""
    _topics(OLD)


def _topics(topics: tuple[str, ...]) -> None:
    known = ", ".join(f"'{one}'" for one in topics)
    op.execute(f"DELETE FROM notice_choices WHERE topic NOT IN ({known})")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE notice_choices DROP CONSTRAINT ck_notice_choices_topic")
        op.execute(f"ALTER TABLE notice_choices ADD CONSTRAINT ck_notice_choices_topic CHECK (topic IN ({known}))")
        return
    op.execute("DROP INDEX ix_notice_choices_person_id")
    op.execute("ALTER TABLE notice_choices RENAME TO notice_choices_before")
    op.create_table(
        "notice_choices",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("topic", _one_of("topic", topics), nullable=False),
        sa.Column("way", _one_of("way", ("email", "sms")), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notice_choices_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choices")),
        sa.UniqueConstraint("person_id", "topic", "way", name=op.f("uq_notice_choices_person_id_topic_way")),
    )
    op.execute(f"INSERT INTO notice_choices ({COLUMNS}) SELECT {COLUMNS} FROM notice_choices_before")
    op.execute("DROP TABLE notice_choices_before")
    op.create_index(op.f("ix_notice_choices_person_id"), "notice_choices", ["person_id"])


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
