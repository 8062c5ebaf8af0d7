"""The search index: documents with their words, found by FTS5 on SQLite and by a GIN index on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

revision = "0004_search"
down_revision = "0003_trail_and_pictures"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# rows of the FTS5 table are kept in step by triggers; a change that leaves the words alone costs it nothing
FTS5 = (
    "CREATE VIRTUAL TABLE search_index USING fts5(lexemes, content='search_documents', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0', detail='none', prefix='2 3 4')",
    "CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN "
    "INSERT INTO search_index (rowid, lexemes) VALUES (NEW.id, NEW.lexemes); END",
    "CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN "
    "INSERT INTO search_index (search_index, rowid, lexemes) VALUES ('delete', OLD.id, OLD.lexemes); END",
    "CREATE TRIGGER search_documents_changed AFTER UPDATE OF lexemes ON search_documents "
    "WHEN NEW.lexemes <> OLD.lexemes BEGIN "
    "INSERT INTO search_index (search_index, rowid, lexemes) VALUES ('delete', OLD.id, OLD.lexemes); "
    "INSERT INTO search_index (rowid, lexemes) VALUES (NEW.id, NEW.lexemes); END",
)
VECTOR = (
    "ALTER TABLE search_documents ADD COLUMN vector tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(lexemes, ' '))) STORED",
    "CREATE INDEX ix_search_documents_vector ON search_documents USING gin (vector)",
)


def upgrade() -> None:
    """Make the tables and what the engine needs to find words in them."""
    op.create_table(
        "search_documents",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("folded_title", sa.String(240), nullable=False),
        sa.Column("folded_names", sa.Text(), nullable=False),
        sa.Column("lexemes", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.UniqueConstraint("kind", "owner_id", name="uq_search_documents_kind_owner_id"),
    )
    op.create_table(
        "search_words",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("word", sa.String(40), nullable=False),
        sa.UniqueConstraint("kind", "word", name="uq_search_words_kind_word"),
    )
    for statement in VECTOR if op.get_bind().dialect.name == "postgresql" else FTS5:
        op.execute(statement)


def downgrade() -> None:
    """Take them away; triggers and indexes go with their tables."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("search_index")
    op.drop_table("search_words")
    op.drop_table("search_documents")
