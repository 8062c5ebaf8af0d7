"""Fields: what they say of input that cannot be."""

from __future__ import annotations

import pytest
from flask import Flask, get_template_attribute
from werkzeug.datastructures import MultiDict

from marketplace.web.forms import Form, choice_field, number_field, radio_field, text_field


class Counted(Form):
    """How many pieces."""

    pieces = number_field("Pieces", least=1)


def test_bounds_are_written_with_the_marks_of_the_language(app: Flask) -> None:
    with app.test_request_context():
        form = Counted(MultiDict({"pieces": "0"}))
        assert not form.validate()
        assert [str(said) for said in form.pieces.errors] == ["Xin gõ một số từ 1 đến 100.000."]


class Asked(Form):
    """One label that names a thing, one that asks."""

    reason = text_field("Reason")
    note = text_field("Why not?")


@pytest.mark.parametrize(("name", "said"), [("reason", "Reason</a>: "), ("note", "Why not?</a> ")])
def test_the_summary_puts_no_colon_after_a_question(app: Flask, name: str, said: str) -> None:
    with app.test_request_context():
        form = Asked(MultiDict())
        assert not form.validate()
        summary = str(get_template_attribute("components/field.html", "error_summary")(form))
    assert f'<a href="#{name}">{said}{form[name].errors[0]}' in summary


class Chosen(Form):
    """One of several, seen or dropped down."""

    seen = radio_field("Seen", [("a", "A"), ("b", "B")])
    listed = choice_field("Listed", [("", "–"), ("a", "A")])


@pytest.mark.parametrize("name", ["seen", "listed"])
def test_what_was_not_chosen_is_asked_for_as_a_choice(app: Flask, name: str) -> None:
    with app.test_request_context():
        form = Chosen(MultiDict())
        assert not form.validate()
        assert [str(said) for said in form[name].errors] == ["Xin chọn một mục."]
