"""A test client that fills in the CSRF token a browser would have got with the form."""

from __future__ import annotations

import hashlib
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from marketplace.accounts import services
from marketplace.core.database import writing

WRITING = {"POST", "PUT", "PATCH", "DELETE"}


class Client(FlaskClient):
    """Posts as a page would; `csrf=False` posts without the token, to see it refused."""

    def open(self, *args: Any, csrf: bool = True, **options: Any) -> TestResponse:
        if csrf and str(options.get("method", "GET")).upper() in WRITING and "json" not in options:
            data = options.get("data")
            if data is None or isinstance(data, dict):
                options["data"] = {"csrf_token": self.csrf_token(), **(data or {})}
        return super().open(*args, **options)

    def csrf_token(self) -> str:
        """The token that this client's session would find in a form."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", hashlib.sha1(b"tests").hexdigest())  # noqa: S324 - not a secret
        signer = URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token")
        return str(signer.dumps(raw))


def sign_in(client: Client, person: Any) -> Client:
    """Put the person into the client's session, as a finished sign-in leaves it: written down, all codes shown."""
    with client.application.app_context(), client.session_transaction() as session:
        with writing():
            key = services.begin(person, user_agent="", address="127.0.0.1", second_factor=True)
        session["_user_id"] = str(person.get_id())
        session["_fresh"] = True
        session["sign_in"] = key
    return client
