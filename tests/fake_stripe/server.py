"""The server: sessions, charges, refunds and events in memory, faults on demand."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import Request as Outgoing
from urllib.request import urlopen

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.fake_stripe.shapes import Wrong, check, nested, whole_number

KEY, SECRET = "sk_test_fake", "whsec_fake"
LEAST_VND, MOST_VND = 20_000, 99_999_999
HALF_HOUR, DAY = 30 * 60, 24 * 3600
Thing = dict[str, Any]


def signed(event: Thing, secret: str = SECRET, *, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    """An event's body and the header that proves it."""
    body = json.dumps(event, ensure_ascii=False).encode()
    moment = int(time.time() if at is None else at)
    proof = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={moment},v1={proof}", "Content-Type": "application/json"}


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, kind: str, message: str, *words: Any) -> None:
        pass


@dataclass
class Fault:
    """What goes wrong, for calls whose address holds `where`, so many times."""

    what: str
    where: str
    times: int
    seconds: float = 0


@dataclass
class FakeStripe:
    """Stripe on loopback; `outcome` is what becomes of new refunds: succeeded, pending or failed."""

    webhook_url: str = ""
    outcome: str = "succeeded"
    now: Callable[[], float] = time.time
    port: int = 0
    sessions: dict[str, Thing] = field(default_factory=dict)
    intents: dict[str, Thing] = field(default_factory=dict)
    refunds: dict[str, Thing] = field(default_factory=dict)
    events: list[Thing] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    replies: dict[str, tuple[str, int, Thing]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = itertools.count(1)
        self.lock = threading.RLock()
        self.server = make_server("127.0.0.1", self.port, self.answer, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- faults ---

    def fail(self, what: str, where: str = "/v1/", *, times: int = 1, seconds: float = 0) -> None:
        """`error`: 500 and nothing done; `lost`: done, but the connection drops; `slow`: done after a while."""
        self.faults.append(Fault(what, where, times, seconds))

    def _fault(self, path: str, *kinds: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.times and fault.what in kinds and fault.where in path:
                    fault.times -= 1
                    return fault
        return None

    # --- HTTP ---

    def answer(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        respond = self._page if request.path.startswith("/pay/") else self._api
        response = respond(request)
        if self._fault(request.path, "lost"):
            with suppress(OSError):
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return response(environ, start)

    def _api(self, request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        with self.lock:
            self.calls.append((request.method, request.path, key))
        slow = self._fault(request.path, "slow")
        time.sleep(slow.seconds if slow else 0)
        if self._fault(request.path, "error"):
            return _json(500, Wrong(500, "An unknown error occurred.", kind="api_error").body)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _json(401, Wrong(401, "Invalid API Key provided.").body)
        with self.lock:
            return self._once(request, key)

    def _once(self, request: Request, key: str) -> Response:
        """A key seen before is answered as before; with other parameters it is an error."""
        body = dict(request.form) if request.method == "POST" else dict(request.args)
        print_ = json.dumps([request.path, body], sort_keys=True)
        if key in self.replies:
            known, status, said = self.replies[key]
            if known != print_:
                same = "Keys for idempotent requests can only be used with the same parameters."
                return _json(400, Wrong(400, same, kind="idempotency_error").body)
            return _json(status, said, replayed=True)
        status, said = self._acted(request, nested(body))
        if key:
            self.replies[key] = (print_, status, said)
        return _json(status, said)

    def _acted(self, request: Request, params: Thing) -> tuple[int, Thing]:
        try:
            call, act, names = self._route(request.method, request.path)
            check(call, params)
            return 200, json.loads(json.dumps(act(*names, params)))
        except Wrong as wrong:
            return wrong.status, wrong.body

    def _route(self, method: str, path: str) -> tuple[str, Callable[..., Thing], list[str]]:
        parts = path.strip("/").split("/")
        match method, parts:
            case "POST", ["v1", "checkout", "sessions"]:
                return "create session", self._create_session, []
            case "GET", ["v1", "checkout", "sessions", name]:
                return "retrieve session", lambda name, _params: self._found(self.sessions, name), [name]
            case "POST", ["v1", "checkout", "sessions", name, "expire"]:
                return "expire session", self._expire, [name]
            case "GET", ["v1", "payment_intents", name]:
                return "retrieve intent", lambda name, _params: self._found(self.intents, name), [name]
            case "POST", ["v1", "refunds"]:
                return "create refund", self._refund, []
            case "GET", ["v1", "refunds"]:
                return "list refunds", self._list_refunds, []
            case "GET", ["v1", "refunds", name]:
                return "retrieve refund", lambda name, _params: self._found(self.refunds, name), [name]
        raise Wrong(404, f"Unrecognized request URL ({method}: {path}).")

    def _found(self, things: dict[str, Thing], name: str) -> Thing:
        if name not in things:
            raise Wrong(404, f"No such object: '{name}'", code="resource_missing")
        return things[name]

    def _name(self, kind: str) -> str:
        return f"{kind}_{next(self.numbers):014d}"

    # --- sessions ---

    def _create_session(self, params: Thing) -> Thing:
        if params.get("mode") != "payment" or not params.get("line_items") or not params.get("success_url"):
            raise Wrong(400, "Missing required param: mode, line_items or success_url.", code="parameter_missing")
        ends = whole_number(params, "expires_at") if "expires_at" in params else int(self.now()) + DAY
        if not HALF_HOUR <= ends - self.now() <= DAY:
            raise Wrong(400, "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.")
        amount = sum(self._line(item) for item in params["line_items"].values())
        if amount < LEAST_VND:
            raise Wrong(400, "The total amount due must convert to a higher sum.", code="amount_too_small")
        if amount > MOST_VND:
            raise Wrong(400, "Amount must be no more than ₫99,999,999.", code="amount_too_large")
        name = self._name("cs_test")
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "mode": "payment",
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": amount,
            "currency": "vnd",
            "payment_intent": None,
            "url": f"{self.url}/pay/{name}",
            "expires_at": ends,
            "client_reference_id": params.get("client_reference_id"),
            "metadata": params.get("metadata", {}),
            "success_url": params["success_url"],
            "cancel_url": params.get("cancel_url"),
        }
        return self.sessions[name]

    def _line(self, item: Thing) -> int:
        price = item.get("price_data", {})
        if price.get("currency") != "vnd" or not price.get("product_data", {}).get("name"):
            raise Wrong(400, "Missing required param: line_items[][price_data].", code="parameter_missing")
        return whole_number(price, "unit_amount") * whole_number(item, "quantity", least=1)

    def _expire(self, name: str, _params: Thing) -> Thing:
        session = self._found(self.sessions, name)
        if session["status"] != "open":
            raise Wrong(400, "Only Checkout Sessions with a status in [open] can be expired.")
        return self._close(session)

    def _close(self, session: Thing) -> Thing:
        session |= {"status": "expired", "url": None}
        self._tell("checkout.session.expired", session)
        return session

    def pay(self, name: str, **changes: Any) -> Thing:
        """The buyer's card is charged; `changes` make the session say something that was not agreed."""
        with self.lock:
            session = self.sessions[name]
            if session["status"] == "open" and session["expires_at"] <= self.now():
                self._close(session)
            if session["status"] != "open":
                raise Wrong(400, "This session is closed.")
            intent = self._name("pi")
            self.intents[intent] = {
                "id": intent,
                "object": "payment_intent",
                "status": "succeeded",
                "amount": session["amount_total"],
                "amount_received": session["amount_total"],
                "currency": "vnd",
                "metadata": {"session": session["client_reference_id"]},
            }
            session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent, "url": None}
            session |= changes
            return self._tell("checkout.session.completed", session)

    # --- refunds ---

    def _refund(self, params: Thing) -> Thing:
        intent = self._found(self.intents, str(params.get("payment_intent", "")))
        back = sum(one["amount"] for one in self._refunds_of(intent["id"]) if one["status"] in ("succeeded", "pending"))
        left = intent["amount_received"] - back
        amount = whole_number(params, "amount", least=1) if "amount" in params else left
        if left <= 0:
            raise Wrong(400, "This charge has already been refunded.", code="charge_already_refunded")
        if amount > left:
            raise Wrong(400, f"Refund amount (₫{amount}) is greater than unrefunded amount on charge (₫{left})")
        name = self._name("re")
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "amount": amount,
            "currency": "vnd",
            "payment_intent": intent["id"],
            "status": self.outcome,
            "failure_reason": "lost_or_stolen_card" if self.outcome == "failed" else None,
            "metadata": params.get("metadata", {}),
        }
        self._tell("refund.created", self.refunds[name])
        if self.outcome == "failed":
            self._tell("refund.failed", self.refunds[name])
        return self.refunds[name]

    def _refunds_of(self, intent: str) -> list[Thing]:
        return [one for one in self.refunds.values() if one["payment_intent"] == intent]

    def _list_refunds(self, params: Thing) -> Thing:
        wanted = str(params.get("payment_intent", ""))
        found = self._refunds_of(wanted) if wanted else list(self.refunds.values())
        return {"object": "list", "url": "/v1/refunds", "has_more": False, "data": found}

    def end_refund(self, name: str, status: str) -> Thing:
        """A refund succeeds, or fails, some time later."""
        with self.lock:
            refund = self.refunds[name]
            refund["status"] = status
            refund["failure_reason"] = "expired_or_canceled_card" if status == "failed" else None
            return self._tell("refund.failed" if status == "failed" else "refund.updated", refund)

    # --- events ---

    def _tell(self, kind: str, thing: Thing) -> Thing:
        event = {
            "id": self._name("evt"),
            "object": "event",
            "type": kind,
            "created": int(self.now()),
            "livemode": False,
            "data": {"object": json.loads(json.dumps(thing))},
        }
        self.events.append(event)
        if self.webhook_url:
            threading.Thread(target=self._send, args=(event,), daemon=True).start()
        return event

    def _send(self, event: Thing) -> None:
        """As Stripe: sent again until it is taken, here sooner and for a minute."""
        for pause in (0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0):
            body, headers = signed(event)
            try:
                urlopen(Outgoing(self.webhook_url, body, headers), timeout=10).close()  # noqa: S310 - loopback
                return
            except (HTTPError, URLError, OSError):
                time.sleep(pause)

    # --- the page ---

    def _page(self, request: Request) -> Response:
        session = self.sessions.get(request.path.rsplit("/", 1)[-1])
        if session is None:
            return Response("Không có trang này", 404)
        act = request.form.get("act", "") if request.method == "POST" else ""
        if act == "pay" and session["status"] == "open":
            with suppress(Wrong):
                self.pay(session["id"])
        if act == "cancel":
            return _onward(session["cancel_url"])
        if session["status"] == "complete":
            return _onward(session["success_url"])
        return Response(_PAGE.format(
            said="Thẻ bị từ chối. Hãy thử thẻ khác." if act == "decline" else "",
            amount=f"{session['amount_total']:,}".replace(",", "."),
            state="" if session["status"] == "open" else "disabled",
            reference=escape(str(session["client_reference_id"])),
        ), mimetype="text/html")  # fmt: skip


def _onward(url: str) -> Response:
    return Response(status=303, headers={"Location": url})


def _json(status: int, said: Thing, *, replayed: bool = False) -> Response:
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    return Response(json.dumps(said), status, headers, mimetype="application/json")


_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Thẻ thử nghiệm</title><h1>Thẻ thử nghiệm</h1>
<p>Trang giả của công ty thẻ: không có tiền thật. {reference}</p><p role="alert">{said}</p><p><b>{amount} ₫</b></p>
<form method="post"><button name="act" value="pay" {state}>Trả tiền</button>
<button name="act" value="decline" {state}>Thẻ bị từ chối</button>
<button name="act" value="cancel">Huỷ và quay lại</button></form></html>"""
