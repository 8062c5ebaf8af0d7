"""Threads of messages about a thing: words that are never rewritten, what was read, made public or reported."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import REFUSING_FUNCTION, BigId, UtcDateTime, append_only, refusal_trigger

revision = "0011_messages"
down_revision = "0010_people"
branch_labels = None
depends_on = None

SIDES = ("asker", "answerer")
REASONS = ("spam", "fraud", "rude", "private", "other")
NEVER_CHANGED = ("thread_id", "number", "token_digest", "side", "person_id", "at")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _guards(dialect: str) -> list[str]:
    """Words are never rewritten, only emptied; who said them when and where stays."""
    other = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f"NEW.{column} {other} OLD.{column}" for column in NEVER_CHANGED)
    rewritten = f"NEW.body <> OLD.body AND NEW.body <> '' OR {changed}"
    own = refusal_trigger("messages", "change", "UPDATE", dialect, when=rewritten)
    return [
        own if statement.startswith("CREATE TRIGGER messages_refuses_change ") else statement
        for statement in append_only("messages", dialect)
        if statement != REFUSING_FUNCTION
    ]


def upgrade() -> None:
    """Make the tables, the sequence of refs and the guards."""
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("CREATE SEQUENCE thread_refs AS bigint")
    _threads()
    _messages()
    _about_messages()
    _reports_and_drafts()
    for statement in _guards(dialect):
        op.execute(statement)


def _threads() -> None:
    counts = ("message_count", "last_asked", "last_answered", "asker_told", "answerer_told")
    people = ("asker_person_id", "opened_by_id")
    organisations = ("organisation_id", "asker_organisation_id")
    op.create_table(
        "threads",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_ref", sa.String(length=90), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", BigId, nullable=False),
        sa.Column("asker_key", sa.String(length=40), nullable=False),
        sa.Column("asker_person_id", BigId, nullable=True),
        sa.Column("asker_organisation_id", BigId, nullable=True),
        sa.Column("opened_by_id", BigId, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("last_message_at", UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.CheckConstraint(
            "(asker_person_id IS NULL) <> (asker_organisation_id IS NULL)", name=op.f("ck_threads_one_asker")
        ),
        *(sa.CheckConstraint(f"{name} >= 0", name=op.f(f"ck_threads_{name}_not_negative")) for name in counts),
        *(_points("threads", name, "people") for name in people),
        *(_points("threads", name, "organisations") for name in organisations),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sa.UniqueConstraint("ref", name=op.f("uq_threads_ref")),
        sa.UniqueConstraint(
            "subject_kind", "subject_ref", "asker_key", name=op.f("uq_threads_subject_kind_subject_ref_asker_key")
        ),
    )
    for name in (*organisations, "asker_person_id"):
        op.create_index(f"ix_threads_{name}", "threads", [name, "last_message_at"])
    op.create_index("ix_threads_opened_by_id", "threads", ["opened_by_id", "opened_at"])


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", BigId, nullable=False),
        sa.Column("thread_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("side", _one_of("side", *SIDES), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("may_be_public", sa.Boolean(), nullable=False),
        sa.Column("state", _one_of("state", "shown", "hidden"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _points("messages", "thread_id", "threads"),
        _points("messages", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_messages_token_digest")),
        sa.UniqueConstraint("thread_id", "number", name=op.f("uq_messages_thread_id_number")),
    )
    op.create_index("ix_messages_person_id", "messages", ["person_id", "at"])


def _about_messages() -> None:
    op.create_table(
        "message_pictures",
        sa.Column("id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _points("message_pictures", "message_id", "messages"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_pictures")),
        sa.UniqueConstraint("message_id", "sha256", name=op.f("uq_message_pictures_message_id_sha256")),
    )
    op.create_table(
        "read_marks",
        sa.Column("id", BigId, nullable=False),
        sa.Column("thread_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _points("read_marks", "thread_id", "threads"),
        _points("read_marks", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_marks")),
        sa.UniqueConstraint("thread_id", "person_id", name=op.f("uq_read_marks_thread_id_person_id")),
    )
    op.create_index("ix_read_marks_person_id", "read_marks", ["person_id"])
    op.create_table(
        "public_questions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_ref", sa.String(length=90), nullable=False),
        sa.Column("question_id", BigId, nullable=False),
        sa.Column("answer_id", BigId, nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        _points("public_questions", "question_id", "messages"),
        _points("public_questions", "answer_id", "messages"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_questions")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_public_questions_answer_id")),
    )
    op.create_index("ix_public_questions_subject", "public_questions", ["subject_kind", "subject_ref", "id"])
    op.create_index("ix_public_questions_question_id", "public_questions", ["question_id"])


def _reports_and_drafts() -> None:
    op.create_table(
        "message_reports",
        sa.Column("id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("reason", _one_of("reason", *REASONS), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        _points("message_reports", "message_id", "messages"),
        _points("message_reports", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_reports")),
        sa.UniqueConstraint("message_id", "person_id", name=op.f("uq_message_reports_message_id_person_id")),
    )
    op.create_index("ix_message_reports_person_id", "message_reports", ["person_id"])
    op.create_index("ix_message_reports_settled_at", "message_reports", ["settled_at"])
    op.create_table(
        "message_drafts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token", sa.String(length=48), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("may_be_public", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_drafts")),
        sa.UniqueConstraint("token", name=op.f("uq_message_drafts_token")),
    )
    op.create_index("ix_message_drafts_created_at", "message_drafts", ["created_at"])


def downgrade() -> None:
    """Take all of it away."""
    for table in ("message_drafts", "message_reports", "public_questions", "read_marks", "message_pictures"):
        op.drop_table(table)
    op.drop_table("messages")
    op.drop_table("threads")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE thread_refs")
