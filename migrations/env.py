"""Runs migrations on the database of the current application."""

from importlib import import_module
from pathlib import Path

from alembic import context
from sqlalchemy import Connection

from marketplace.core.database import Base, UtcDateTime, db

ROOT = Path(__file__).resolve().parent.parent
for path in sorted((ROOT / "marketplace").rglob("*.py")):
    if path.stem == "models" or path.parent.name == "models" or "core" in path.parts:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        import_module(name.removesuffix(".__init__"))


def keep(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Search indexes of one engine and indexes in falling order are not models: migrations look after them."""
    is_search = kind == "table" and str(name).startswith("search_")
    return not (reflected and (is_search or (kind == "index" and str(name).endswith("_popular"))))


def write_type(kind: str, thing: object, autogen: object) -> str | bool:
    """Migrations name plain types, so that they keep running when the code's own types move."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UtcDateTime) else False


def run(connection: Connection) -> None:
    """Migrate in one transaction; SQLite's foreign keys are off meanwhile and checked at the end."""
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=sqlite,
        include_object=keep,
        render_item=write_type,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if sqlite else []
        if broken:
            raise RuntimeError(f"rows that point nowhere: {broken[:5]}")


with db.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.rollback()
    connection.execution_options(write=True)
    with connection.begin():
        run(connection)
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=ON")
