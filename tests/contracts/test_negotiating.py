"""From a private draft to a text that both sides have accepted, and the ways back and out, over the real pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.contracts.states.agreements import AgreementState
from tests.clients import Client
from tests.contracts import making

Members = Callable[[Any], Client]


@pytest.mark.parametrize("state", list(AgreementState))
def test_every_state_is_reached(app: Flask, state: AgreementState) -> None:
    with app.app_context():
        assert making.agreement_in(state).state is state
