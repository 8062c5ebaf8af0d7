"""Every permission by name, and the one place that asks a feature's predicate for it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from marketplace.core.actors import Actor
from marketplace.core.refusals import Forbidden, NotSeen

T = TypeVar("T")
Predicate = Callable[[Actor, Any], bool]


class Permission(StrEnum):
    """What an actor may do; the predicate stands in the policies of the feature that owns the thing."""

    ACCOUNT_EDIT = "account.edit"
    ORGANISATION_SEE = "organisation.see"
    ORGANISATION_RUN = "organisation.run"
    ORGANISATION_JUDGE = "organisation.judge"
    MAILBOX_READ = "mailbox.read"
    JOBS_READ = "jobs.read"
    PRODUCT_SEE = "product.see"
    PRODUCT_CREATE = "product.create"
    PRODUCT_EDIT = "product.edit"
    STOCK_SEE = "stock.see"
    STOCK_EDIT = "stock.edit"
    DESK_SEE = "desk.see"
    SHOP_SEE = "shop.see"
    SHOP_EDIT = "shop.edit"
    IMPORT_SEE = "import.see"
    GOODS_IMPORT = "goods.import"
    CERTIFICATE_JUDGE = "certificate.judge"
    PURCHASE_SEE = "purchase.see"
    ORDER_SEE = "order.see"
    ORDER_CONFIRM = "order.confirm"
    ORDER_SHIP = "order.ship"
    ORDER_DELIVER = "order.deliver"
    ORDER_RECEIVE = "order.receive"
    ORDER_CANCEL = "order.cancel"
    ORDER_MARK_UNDELIVERED = "order.mark_undelivered"
    ORDER_TAKE_BACK = "order.take_back"
    ORDER_REVIEW = "order.review"
    ORDER_ASK_TO_CANCEL = "order.ask_to_cancel"
    ORDER_ANSWER_CANCEL = "order.answer_cancel"
    ORDER_REORDER = "order.reorder"
    ORDER_PAPER_SEE = "order.paper_see"
    ORDER_PACKING_SLIP_SEE = "order.packing_slip_see"
    RETURN_ASK = "return.ask"
    RETURN_SEE = "return.see"
    RETURN_ANSWER = "return.answer"
    RETURN_SEND = "return.send"
    RETURN_DECIDE = "return.decide"
    FREIGHT_EDIT = "freight.edit"
    RETURNS_OVERSEE = "returns.oversee"
    REVIEW_ANSWER = "review.answer"
    PAYMENT_SEE = "payment.see"
    PAYMENT_DECLARE = "payment.declare"
    PAYMENT_CONFIRM = "payment.confirm"
    REFUND_NAME_ACCOUNT = "refund.name_account"
    REFUND_CONFIRM = "refund.confirm"
    BANK_ACCOUNT_EDIT = "bank_account.edit"
    THREAD_SEE = "thread.see"
    THREAD_WRITE = "thread.write"
    QUESTION_PUBLISH = "question.publish"
    QUESTION_WITHDRAW = "question.withdraw"
    MESSAGE_REPORT = "message.report"
    MESSAGES_MODERATE = "messages.moderate"
    PAYMENTS_OVERSEE = "payments.oversee"
    MONEY_SEE = "money.see"
    MONEY_RUN = "money.run"
    STATEMENT_MATCH = "statement.match"
    FEE_BILL_SEE = "fee_bill.see"
    TOKEN_EDIT = "token.edit"
    WEBHOOK_EDIT = "webhook.edit"
    REQUESTS_WRITE = "requests.write"
    REQUEST_SEE = "request.see"
    REQUEST_EDIT = "request.edit"
    QUOTE_GIVE = "quote.give"
    QUOTE_SEE = "quote.see"
    QUOTE_ANSWER = "quote.answer"
    SUPPLY_EDIT = "supply.edit"
    AGREEMENTS_WRITE = "agreements.write"
    AGREEMENT_SEE = "agreement.see"
    AGREEMENT_EDIT = "agreement.edit"
    AGREEMENT_SIGN = "agreement.sign"
    AGREEMENT_SUSPEND = "agreement.suspend"
    VERSION_SEE = "version.see"
    REVIEW_DECIDE = "review.decide"
    DEPARTMENT_DESK_SEE = "department_desk.see"
    AGREEMENT_MONITOR = "agreement.monitor"
    MONITORING_SEE = "monitoring.see"
    MONITORING_ANSWER = "monitoring.answer"
    MONITORING_RUN = "monitoring.run"
    DOCUMENT_SEE = "document.see"
    UPLOAD_SEE = "upload.see"
    MANDATE_EDIT = "mandate.edit"
    CALL_OFF_SEE = "call_off.see"
    CALL_OFF_PLACE = "call_off.place"
    CALL_OFF_RECEIVE = "call_off.receive"
    DISPUTE_SEE = "dispute.see"
    DISPUTE_SPEAK = "dispute.speak"
    DISPUTE_MEDIATE = "dispute.mediate"
    DISPUTE_END = "dispute.end"
    RULES_SEE = "rules.see"
    RULES_CHANGE = "rules.change"
    AGREEMENT_BREAK_GLASS = "agreement.break_glass"


_predicates: dict[Permission, Predicate] = {}


def permits(permission: Permission) -> Callable[[Predicate], Predicate]:
    """Name the predicate of a permission; a second one for the same name is a mistake."""

    def register(predicate: Predicate) -> Predicate:
        if _predicates.setdefault(permission, predicate).__qualname__ != predicate.__qualname__:
            raise RuntimeError(f"{permission} has two predicates")
        return predicate

    return register


def predicates() -> dict[Permission, Predicate]:
    """Every permission that has a predicate."""
    return dict(_predicates)


def allows(actor: Actor, permission: Permission, thing: Any = None) -> bool:
    """Whether the actor may."""
    return _predicates[permission](actor, thing)


def require(actor: Actor, permission: Permission, thing: Any = None) -> None:
    """Go on only if the actor may (403)."""
    if not allows(actor, permission, thing):
        raise Forbidden


def reach(actor: Actor, thing: T | None, see: Permission, permission: Permission | None = None) -> T:
    """The thing, if the actor sees it (else 404) and may do what is named with it (else 403)."""
    if thing is None or not allows(actor, see, thing):
        raise NotSeen
    if permission is not None:
        require(actor, permission, thing)
    return thing
