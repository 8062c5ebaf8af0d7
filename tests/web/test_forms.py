"""Fields: what they say of input that cannot be."""

from __future__ import annotations

from flask import Flask
from werkzeug.datastructures import MultiDict

from marketplace.web.forms import Form, number_field


class Counted(Form):
    """How many pieces."""

    pieces = number_field("Pieces", least=1)


def test_bounds_are_written_with_the_marks_of_the_language(app: Flask) -> None:
    with app.test_request_context():
        form = Counted(MultiDict({"pieces": "0"}))
        assert not form.validate()
        assert [str(said) for said in form.pieces.errors] == ["Xin gõ một số từ 1 đến 100.000."]
