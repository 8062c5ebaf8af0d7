"""The schema by itself: money is whole đồng, every foreign key has an index, every constraint a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import BigInteger, CheckConstraint, Column, Float, ForeignKey, Index, Integer, MetaData, Numeric, Table
from sqlalchemy.schema import SchemaItem, UniqueConstraint

from tests.architecture.sources import application, assert_none

# columns that are no money and need a fraction, and why
FRACTIONS = {"provinces.latitude": "degrees", "provinces.longitude": "degrees"}
# sums that may fall below zero, and why
SIGNED = {
    "provider_events.amount_vnd": "kept as the provider told it, to be looked at when it is wrong",
    "withholdings.base_vnd": "below zero where an order came to cost less",
    "withholdings.vat_vnd": "below zero where tax is given back",
    "withholdings.pit_vnd": "below zero where tax is given back",
    "fee_bills.commission_vnd": "below zero in a month in which more was called off than sold",
    "fee_bills.tax_vnd": "below zero in a month in which more was called off than sold",
    "ledger_transactions.commission_vnd": "of an older table that grows only; the one verb that writes it refuses less",
}


def money_faults(metadata: MetaData) -> Iterator[str]:
    """Money that could lose a đồng: fractions, narrow integers, and sums that nothing keeps from falling below zero."""
    for table in metadata.tables.values():
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if isinstance(column.type, (Numeric, Float)) and name not in FRACTIONS:
                yield f"{name}: a fraction; money is whole đồng, rates and measures are integers of a small unit"
            if column.name.endswith("_vnd"):
                yield from (f"{name}: {fault}" for fault in _vnd_faults(table, column))


def _vnd_faults(table: Table, column: Column[object]) -> Iterator[str]:
    if not isinstance(column.type, BigInteger):
        yield "money is BIGINT"
    texts = [str(check.sqltext) for check in table.constraints if isinstance(check, CheckConstraint)]
    guarded = any(column.name in text and ("0" in text or "=" in text) for text in texts)
    if not guarded and f"{table.name}.{column.name}" not in SIGNED:
        yield "no CHECK keeps it from falling below zero"


def foreign_keys_without_index(metadata: MetaData) -> Iterator[str]:
    for table in metadata.tables.values():
        led = [tuple(columns) for columns in _leading_columns(table)]
        for constraint in table.foreign_key_constraints:
            names = tuple(constraint.column_keys)
            if not any(set(names) == set(columns[: len(names)]) for columns in led):
                yield f"{table.name}.{', '.join(names)}: a foreign key without an index"


def _leading_columns(table: Table) -> Iterator[list[str]]:
    yield [column.name for column in table.primary_key.columns]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        yield [column.name for column in index.columns]


def unnamed_constraints(metadata: MetaData) -> Iterator[str]:
    for table in metadata.tables.values():
        for constraint in table.constraints:
            if constraint.name is None:
                yield f"{table.name}: {constraint!r} has no name, so no migration can change it"


RULES = [money_faults, foreign_keys_without_index, unnamed_constraints]


@pytest.fixture(scope="module")
def real() -> MetaData:
    from marketplace.core.database import Base

    application()
    return Base.metadata


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_schema_keeps_the_rule(rule: Callable[[MetaData], Iterator[str]], real: MetaData) -> None:
    assert real.tables
    assert_none(rule(real))


def made(*columns: SchemaItem) -> MetaData:
    metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s"})
    Table("people", metadata, Column("id", Integer, primary_key=True))
    Table("orders", metadata, Column("id", Integer, primary_key=True), *columns)
    return metadata


def test_money_that_could_be_lost_is_named() -> None:
    check = CheckConstraint("total_vnd >= 0", name="not_negative")
    assert len(list(money_faults(made(Column("total", Numeric(10, 2)))))) == 1
    assert len(list(money_faults(made(Column("weight", Float))))) == 1
    assert len(list(money_faults(made(Column("total_vnd", Integer), check)))) == 1
    assert len(list(money_faults(made(Column("total_vnd", BigInteger))))) == 1
    right = CheckConstraint("total_vnd >= 0", name="not_negative")
    assert list(money_faults(made(Column("total_vnd", BigInteger), right))) == []


def test_a_foreign_key_without_an_index_is_named() -> None:
    assert len(list(foreign_keys_without_index(made(Column("buyer_id", ForeignKey("people.id")))))) == 1
    second = made(Column("a", Integer), Column("buyer_id", ForeignKey("people.id")), Index("ix", "a", "buyer_id"))
    assert len(list(foreign_keys_without_index(second))) == 1
    assert list(foreign_keys_without_index(made(Column("buyer_id", ForeignKey("people.id"), index=True)))) == []


def test_a_constraint_without_a_name_is_named() -> None:
    assert len(list(unnamed_constraints(made(Column("n", Integer), CheckConstraint("n > 0"))))) == 1
