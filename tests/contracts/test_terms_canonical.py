"""The same terms have the same fingerprint, however they were typed; other terms have another."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.contracts.terms.canonical import canonical, fingerprint
from tests.contracts.wording import LETTERS, decomposed, sale, terms

PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(alphabet=LETTERS + ' "\\\n₫', max_size=9)),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet=LETTERS, max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)
OBJECTS = st.dictionaries(st.text(alphabet=LETTERS, min_size=1, max_size=5), PLAIN, max_size=5)


def turned(value: Any) -> Any:
    """The same data with every text decomposed and every object in another order."""
    if isinstance(value, str):
        return decomposed(value)
    if isinstance(value, list):
        return [turned(one) for one in value]
    if isinstance(value, dict):
        return {decomposed(name): turned(one) for name, one in reversed(value.items())}
    return value


@settings(deadline=None)
@given(OBJECTS)
def test_order_and_decomposed_letters_do_not_count(data: dict[str, Any]) -> None:
    assert canonical(turned(data)) == canonical(data)


@settings(deadline=None)
@given(OBJECTS)
def test_it_reads_back_as_the_same_data_in_nfc(data: dict[str, Any]) -> None:
    written = canonical(data)
    assert canonical(json.loads(written)) == written
    assert unicodedata.is_normalized("NFC", written.decode())


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_other_data_is_written_otherwise(one: dict[str, Any], other: dict[str, Any]) -> None:
    alike = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (fingerprint(one) == fingerprint(other)) == alike


@settings(deadline=None)
@given(terms())
def test_terms_that_were_stored_keep_their_fingerprint(made: dict[str, Any]) -> None:
    assert fingerprint(json.loads(json.dumps(made))) == fingerprint(made)


@pytest.mark.parametrize("value", [1.5, float("nan"), date(2027, 1, 1), b"x", {1: "a"}, {"a": {2}}])
def test_what_is_no_plain_data_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical({"value": value})


def test_the_form_is_that_of_rfc_8785_for_our_data() -> None:
    assert canonical({"b": [1, True, None], "a": "Chè “Shan”\n"}) == '{"a":"Chè “Shan”\\n","b":[1,true,null]}'.encode()


def test_one_changed_letter_changes_the_fingerprint() -> None:
    made = sale()
    made["clauses"][0]["text"] += " "
    assert fingerprint(made) != fingerprint(sale())
