"""A signature of the demonstration says in its own picture that it is worth nothing, whichever way it was made."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from flask import Flask

from config import Settings
from marketplace.contracts.services import trial
from marketplace.contracts.signatures.preparing import prepare
from marketplace.contracts.views import command
from marketplace.core.database import writing
from tests.contracts import pens
from tests.contracts.browsing import browser_of

CODE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")


@pytest.mark.parametrize("demo", [True, False])
def test_the_commands_signature_is_marked_in_the_demonstration_alone(
    app_with: Callable[..., Flask], settings: Settings, tmp_path: Path, demo: bool
) -> None:
    media = str(tmp_path / "media")
    app = app_with(demo=demo, media_url=media)
    with app.app_context():
        sides, agreement = pens.ready_to_sign()
        with writing():
            trial.install(replace(settings, media_url=media))
        client = browser_of(app, sides.seller_signatory)
        found = CODE.search(client.post(f"/agreements/{agreement.ref}/signing-codes").text)
        assert found
        certificate = base64.b64encode(pens.token_of(sides.seller).certificate).decode()
        sent: dict[str, Any] = {"json": {"certificates": [certificate]}}
        with mock.patch.object(command, "prepare", wraps=prepare) as prepared:
            assert client.post(f"/sign/{found[0]}/certificate", **sent).status_code == 200
    assert prepared.call_args.kwargs == {"is_trial": demo}
