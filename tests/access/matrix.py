"""Who gets what from every route: 200 a page, 302 a way on, 303 an act done, SIGN_IN, 403 seen but not allowed, 404."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.access import by_card, desks, organisations, people, programs, purses, returning, talks, things
from tests.access.world import ANONYMOUS, BUYERS, GUEST, ROLES, SELLERS, World

SIGN_IN = "to /sign-in"
Status = int | str
Thing = Callable[[World, str], things.Asked]


@dataclass(frozen=True)
class Row:
    """What each role gets; `thing` makes what the address names and what the form holds, anew for each act."""

    status: dict[str, Status]
    thing: Thing = things.nothing
    form: dict[str, Any] = field(default_factory=dict)


def row(everyone: Status, thing: Thing = things.nothing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """The same for everyone but those who are named; `buyers`, `sellers` and `visitors` stand for several roles."""
    groups = {"buyers": BUYERS, "sellers": SELLERS, "visitors": (ANONYMOUS, GUEST)}
    status: dict[str, Status] = dict.fromkeys(ROLES, everyone)
    for name, value in by.items():
        status |= dict.fromkeys(groups.get(name, (name,)), value)
    return Row(status, thing, form or {})


def public(thing: Thing = things.nothing) -> Row:
    """A page for everyone."""
    return row(200, thing)


def desk(status: Status, thing: Thing = things.nothing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """A page of every producer's desk: visitors sign in first, for others there is none."""
    return row(404, thing, form, **{"visitors": SIGN_IN, "sellers": status, "other_manager": status, **by})


def own(status: Status, thing: Thing, form: dict[str, Any] | None = None, *, others: Status = 404, **by: Status) -> Row:
    """Something of this producer alone."""
    return row(others, thing, form, **{"visitors": SIGN_IN, "sellers": status, **by})


def by_seller(thing: Thing, form: dict[str, Any] | None = None) -> Row:
    """An act of the seller on an order that the buyer sees too."""
    return row(404, thing, form, sellers=303, buyers=403)


def by_buyer(thing: Thing, form: dict[str, Any] | None = None) -> Row:
    """An act of the buyer on an order that the seller sees too."""
    return row(404, thing, form, sellers=403, buyers=303)


def between(status: Status, thing: Thing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """Something in a conversation: its two sides, of which a guest can be none."""
    sides: dict[str, Status] = {"visitors": SIGN_IN, "buyer": status, "colleague": status, "sellers": status}
    return row(404, thing, form, **{**sides, **by})


def by_token(thing: Thing = things.nothing, form: dict[str, Any] | None = None, **by: Status) -> Row:
    """Something that only the producer's own programs may do: without a token none is asked whose it is."""
    return row(404, thing, form, **{"visitors": 401, "sellers": 200, **by})


def managing(status: Status, thing: Thing = things.nothing, **by: Status) -> Row:
    """Something for the managers of an organisation that trades."""
    return row(404, thing, **{"visitors": SIGN_IN, "manager": status, **by})


def in_organisation(
    status: Status, thing: Thing = things.nothing, form: dict[str, Any] | None = None, **by: Status
) -> Row:
    """A page of whoever acts for an organisation; visitors sign in first, private people have none."""
    return row(status, thing, form, **{"visitors": SIGN_IN, "buyer": 404, "other_buyer": 404, **by})


def operators(status: Status, thing: Thing = things.nothing, form: dict[str, Any] | None = None) -> Row:
    """A page of the operator alone: visitors sign in first, for others there is none."""
    return row(404, thing, form, visitors=SIGN_IN, operator=status)


ACCOUNT = {"bank": "970436", "number": "0011012345678", "holder": "NGUYEN THI LAN"}

ROWS: dict[str, Row] = {
    # the public pages
    **{
        f"GET storefronts.{name}": public()
        for name in (
            "home",
            "products",
            "shops",
            "provinces",
            "about",
            "terms",
            "privacy",
            "delivery",
            "complaints",
            "healthz",
            "readyz",
            "robots",
            "sitemap",
            "manifest",
        )
    },
    "GET storefronts.product": public(things.product),
    "GET storefronts.product_cards": public(),
    "GET storefronts.suggestions": public(),
    "GET storefronts.compare": public(things.compared),
    "GET storefronts.sitemap_part": public(things.first_part),
    "GET storefronts.favourites": public(things.favourites),
    "GET storefronts.favourites_list": public(),
    "POST storefronts.keep_favourites": row(303, things.product_to_keep, visitors=SIGN_IN),
    "POST storefronts.let_go": row(303, things.product, visitors=SIGN_IN),
    "GET storefronts.shop": public(things.shop),
    "GET storefronts.province": public(things.province),
    "GET places.wards": public(things.province),
    "GET places.communes": public(),
    "GET places.codes": public(),
    "GET assets.favicon": public(),
    "GET assets.stylesheet": public(things.version),
    "GET assets.file": public(things.static_file),
    "GET media.picture": public(things.picture),
    "GET mailbox.index": public(),
    "GET mailbox.show": public(things.letter),
    "GET workshop.index": row(404, operator=200),
    "POST workshop.retry": row(404, things.nothing, {"kind": "core.deliver_notice"}, operator=303),
    "POST workshop.retry_one": row(404, programs.given_up_job, operator=303),
    "POST workshop.drop": row(404, programs.given_up_job, operator=303),
    # accounts
    "GET accounts.sign_in": public(),
    "POST accounts.begin_session": row(303, things.password),
    "POST accounts.sign_out": row(303),
    "GET accounts.sign_up": public(),
    "POST accounts.ask_to_join": row(303, things.new_person),
    "GET accounts.asked": public(),
    "GET accounts.join": public(things.invitation),
    "POST accounts.create_account": row(303, things.invitation, {"password": "ba con trâu trắng"}),
    "GET accounts.forgotten": public(),
    "POST accounts.ask_for_reset": row(303, things.forgotten),
    "GET accounts.reset_sent": public(),
    "GET accounts.new_password": public(things.reset),
    "POST accounts.reset_password": row(303, things.reset, {"password": "bốn con ngựa ô"}),
    "GET accounts.me": row(200, visitors=SIGN_IN),
    "POST accounts.save_details": row(303, things.nothing, {"name": "Lan Mới", "locale": "vi"}, visitors=SIGN_IN),
    "POST accounts.change_password": row(303, things.passwords, visitors=SIGN_IN),
    "POST accounts.choose_organisation": row(303, visitors=SIGN_IN),
    "POST accounts.change_email": row(303, things.another_email, visitors=SIGN_IN),
    "GET accounts.confirming_email": public(things.email_to_confirm),
    "POST accounts.confirm_email": row(303, things.email_to_confirm),
    "GET accounts.refusing_email": public(things.email_to_refuse),
    "POST accounts.refuse_email": row(303, things.email_to_refuse),
    "POST accounts.end_session": row(303, things.device, visitors=SIGN_IN),
    "POST accounts.end_other_sessions": row(303, visitors=SIGN_IN),
    "GET accounts.ask_code": public(),
    "POST accounts.show_code": row(303, things.nothing, {"code": "123456"}),
    "GET accounts.second_factor": row(200, visitors=SIGN_IN),
    "POST accounts.begin_second_factor": row(303, things.no_factor, visitors=SIGN_IN),
    "GET accounts.set_up_second_factor": row(200, things.begun_factor, visitors=SIGN_IN),
    "GET accounts.second_factor_qr": row(200, things.begun_factor, visitors=SIGN_IN),
    "POST accounts.confirm_second_factor": row(200, things.begun_factor, visitors=SIGN_IN),
    "POST accounts.renew_recovery_codes": row(200, things.factor, visitors=SIGN_IN),
    "POST accounts.drop_second_factor": row(303, things.factor, visitors=SIGN_IN),
    "GET accounts.notices": row(200, visitors=SIGN_IN),
    "POST accounts.read_notices": row(303, visitors=SIGN_IN),
    "GET accounts.notice_choices": row(200, visitors=SIGN_IN),
    "POST accounts.choose_notices": row(303, visitors=SIGN_IN),
    "GET accounts.ask_to_unsubscribe": public(people.letters_end),
    "POST accounts.unsubscribe": row(200, people.letters_end),
    "GET accounts.my_phone": row(200, visitors=SIGN_IN),
    "POST accounts.send_phone_code": row(303, people.number_to_prove, visitors=SIGN_IN),
    "GET accounts.phone_code": row(200, visitors=SIGN_IN),
    "POST accounts.prove_phone": row(303, things.nothing, {"code": "123456"}, visitors=SIGN_IN),
    "POST accounts.give_up_phone": row(303, people.proven, visitors=SIGN_IN),
    "GET accounts.join_by_phone": public(),
    "POST accounts.create_by_phone": row(303, things.nothing, {"code": "123456", "password": "bốn con ngựa ô"}),
    "GET accounts.reset_code": public(),
    "POST accounts.reset_by_code": row(303, things.nothing, {"code": "123456", "password": "bốn con ngựa ô"}),
    "GET accounts.my_data": row(200, visitors=SIGN_IN),
    "POST accounts.ask_for_export": row(303, people.nothing_exported, visitors=SIGN_IN),
    "POST accounts.fetch_export": row(200, people.export, visitors=SIGN_IN),
    "GET accounts.erasure": row(200, visitors=SIGN_IN),
    # whoever runs an organisation alone stays until somebody else does
    "POST accounts.ask_for_erasure": row(
        303, people.no_wish, visitors=SIGN_IN, manager=422, other_manager=422, operator=422
    ),
    "POST accounts.undo_erasure": row(303, people.wish_on_page, visitors=SIGN_IN),
    "GET accounts.stop_erasure": public(people.wish),
    "POST accounts.stop_erasure_now": row(303, people.wish),
    # organisations
    "GET accounts.new_organisation": row(200, organisations.kind_of_organisation, visitors=SIGN_IN),
    "GET accounts.organisation": in_organisation(200),
    "GET accounts.members": in_organisation(200),
    "GET accounts.profile": in_organisation(403, manager=200, other_manager=200, operator=404),
    "POST accounts.save_profile": in_organisation(
        403, organisations.profile, manager=303, other_manager=303, operator=404
    ),
    "POST accounts.invite": in_organisation(
        403, organisations.invited, {"role": "staff"}, manager=303, other_manager=303, operator=303
    ),
    "POST accounts.withdraw_invitation": in_organisation(
        403, organisations.open_invitation, manager=303, other_manager=303, operator=303
    ),
    "POST accounts.set_roles": in_organisation(
        403, organisations.colleague, {"staff": "y"}, manager=303, other_manager=303, operator=303
    ),
    "POST accounts.remove_member": in_organisation(
        403, organisations.colleague, manager=303, other_manager=303, operator=303
    ),
    "POST accounts.leave": row(303, organisations.second_organisation, visitors=SIGN_IN),
    "GET accounts.invitation": public(organisations.letter_of_invitation),
    "POST accounts.accept_invitation": row(303, organisations.letter_of_invitation),
    "GET accounts.operator": operators(200),
    "GET accounts.judged_organisations": operators(200),
    "GET accounts.judged": operators(200, organisations.waiting_organisation),
    "POST accounts.verify_organisation": operators(303, organisations.waiting_organisation, {"note": "Đã xem giấy tờ"}),
    "POST accounts.ask_organisation": operators(303, organisations.applied_organisation, {"words": "Xin bổ sung"}),
    "POST accounts.decline_organisation": operators(303, organisations.applied_organisation, {"words": "Chưa đủ"}),
    "POST accounts.suspend_organisation": operators(303, organisations.verified_organisation, {"reason": "Hàng giả"}),
    "POST accounts.reinstate_organisation": operators(303, organisations.suspended_organisation, {"note": "Đã rõ"}),
    # buying
    "GET orders.cart": public(),
    "POST orders.add_line": row(303, things.stranger_line),
    "POST orders.change_line": row(303, things.line_in_cart, {"quantity": "2"}),
    "GET orders.checkout": public(things.full_cart),
    "POST orders.place": row(303, things.full_cart),
    "GET orders.purchase": row(404, things.purchase, buyers=200),
    "GET orders.index": public(),
    "GET orders.show": row(404, things.placed, buyers=200, sellers=302),
    "POST orders.receive": by_buyer(things.shipped),
    "POST orders.cancel": row(404, things.placed, {"reason": "other"}, buyers=303, sellers=303),
    "GET orders.write_review": row(404, things.delivered, buyers=200, sellers=403),
    "POST orders.review": row(404, things.delivered, {"rating": "5"}, buyers=303, sellers=403),
    "GET orders.write_reply": row(404, things.reviewed, buyers=403, sellers=200),
    "POST orders.reply": row(404, things.reviewed, {"text": "Cảm ơn bạn"}, buyers=403, sellers=303),
    # messages
    "GET messages.index": row(200, visitors=SIGN_IN),
    "GET messages.ask": row(200, talks.question, sellers=403),
    "POST messages.begin": row(303, talks.question, {"text": "Còn hàng không?"}, sellers=403),
    "GET messages.show": between(200, talks.talk),
    "POST messages.write": between(303, talks.talk, {"text": "Cảm ơn bạn"}),
    "POST messages.read": between(303, talks.talk, {"number": "1"}),
    "GET messages.picture": between(200, talks.sent_picture),
    "POST messages.publish": between(303, talks.answered_question, buyers=403, guest=SIGN_IN),
    "POST messages.withdraw": between(303, talks.public_question),
    "GET messages.write_report": between(200, talks.answer_to_judge, sellers=403),
    "POST messages.report": between(303, talks.answer_to_judge, {"reason": "spam"}, sellers=403),
    "GET messages.reported": row(404, operator=200),
    "POST messages.hide": row(404, talks.reported_answer, operator=303),
    "POST messages.dismiss": row(404, talks.reported_answer, operator=303),
    "POST messages.show_again": row(404, talks.hidden_answer, operator=303),
    "POST orders.ask_to_cancel": by_buyer(things.confirmed, {"note": "Tôi đặt nhầm"}),
    "POST orders.reorder": by_buyer(things.placed),
    "GET orders.receipt": row(404, things.placed, buyers=200, sellers=200),
    "GET orders.new_return": row(404, returning.delivered, buyers=200, sellers=403),
    "POST orders.ask_for_return": by_buyer(returning.to_ask),
    "GET orders.show_return": row(404, returning.requested, buyers=200, sellers=200, operator=200),
    "GET orders.return_photo": row(404, returning.photo, buyers=200, sellers=200, operator=200),
    "POST orders.withdraw_return": row(404, returning.requested, buyers=303, sellers=403, operator=403),
    "POST orders.send_return": row(
        404, returning.approved, {"carrier": "VNPost"}, buyers=303, sellers=403, operator=403
    ),
    "POST orders.escalate_return": row(
        404, returning.declined, {"note": "Ảnh rõ mà"}, buyers=303, sellers=403, operator=403
    ),
    # selling
    "GET orders.desk": desk(200),
    "GET orders.desk_order": own(200, things.placed),
    "POST orders.confirm": by_seller(things.placed_for_today),
    "POST orders.ship": by_seller(things.confirmed, {"carrier": "VNPost", "tracking": "EV1VN"}),
    "POST orders.deliver": by_seller(things.shipped_for_today),
    "POST orders.fail_delivery": by_seller(things.shipped, {"note": "Không ai nhận"}),
    "POST orders.take_back": by_seller(things.undelivered),
    "GET orders.packing_slip": row(404, things.placed, buyers=403, sellers=200),
    "POST orders.agree_to_cancel": by_seller(returning.asked_to_cancel),
    "POST orders.keep_to_order": by_seller(returning.asked_to_cancel, {"note": "Hàng đã đóng gói"}),
    "GET orders.desk_returns": desk(200),
    "GET orders.freight": desk(200),
    "POST orders.save_freight": desk(303, desks.freight),
    "POST orders.change_steps": desk(200, desks.more_steps),
    "POST orders.agree_to_return": row(
        404, returning.requested, {"how": "send"}, buyers=403, sellers=303, operator=403
    ),
    "POST orders.decline_return": row(
        404, returning.requested, {"note": "Hàng gửi đi còn tốt"}, buyers=403, sellers=303, operator=403
    ),
    "POST orders.receive_return": row(404, returning.approved, buyers=403, sellers=303, operator=403),
    "GET orders.operator_returns": row(404, visitors=SIGN_IN, operator=200),
    "POST orders.decide_return": row(
        404, returning.escalated, {"verdict": "refund", "note": "Ảnh rõ lỗi"}, buyers=403, sellers=403, operator=303
    ),
    # paying
    "POST payments.declare": by_buyer(things.awaiting),
    "POST payments.confirm_receipt": by_seller(things.awaiting_amount),
    "POST payments.dispute": by_seller(things.declared),
    "GET payments.qr_svg": row(404, things.awaiting, buyers=200, sellers=200),
    "GET payments.qr_png": row(404, things.awaiting, buyers=200, sellers=200),
    "POST payments.name_refund_account": by_buyer(things.refund, ACCOUNT),
    "POST payments.confirm_refund": by_seller(things.refund_due, {"transfer_ref": "FT26326"}),
    "GET payments.bank_account": row(403, visitors=SIGN_IN, manager=200, other_manager=200),
    "POST payments.name_bank_account": row(
        403, things.nothing, ACCOUNT, visitors=SIGN_IN, manager=303, other_manager=303
    ),
    # the money of producers
    "GET payments.money_page": desk(200, staff=403),
    **{
        f"GET payments.{name}": desk(200, purses.month, staff=403)
        for name in ("month_statement", "month_sheet", "month_paper")
    },
    "GET payments.fee_bill": row(404, purses.bill, visitors=SIGN_IN, manager=200, operator=200),
    "GET payments.fee_bill_qr": row(404, purses.bill, visitors=SIGN_IN, manager=200, operator=200),
    "GET payments.bank_statements": desk(200),
    "POST payments.send_bank_statement": desk(303, purses.bank_file),
    "GET payments.bank_statement": own(200, purses.bank_statement),
    "POST payments.settle_bank_statement": own(303, purses.bank_statement),
    "GET payments.operator_bills": operators(200),
    "POST payments.settle_fee_bill": operators(303, purses.bill_to_pay),
    "POST payments.withdraw_fee_bill": operators(303, purses.bill),
    "GET payments.operator_payouts": operators(200),
    "POST payments.make_payouts": operators(303, purses.due),
    "POST payments.ask_for_accounts": operators(303),
    "GET payments.payout_batch": operators(200, purses.batch),
    "GET payments.payout_list": operators(200, purses.batch),
    "GET payments.payout_qr": operators(200, purses.payout),
    "POST payments.confirm_payout_sent": operators(303, purses.payout),
    "POST payments.fail_payout_sent": operators(303, purses.lost_payout),
    "GET payments.tax_rules": operators(200),
    "POST payments.add_rule": operators(303, purses.new_rule),
    "POST payments.load_rules": operators(303),
    "POST payments.remove_rule": operators(303, purses.rule),
    # paying by card
    "GET payments.card_payment": row(404, by_card.card_purchase, buyers=200),
    "POST payments.pay_by_card": row(404, by_card.card_purchase, buyers=303),
    "POST payments.check_card_payment": row(404, by_card.card_purchase, buyers=303),
    "GET payments.oversight": row(404, operator=200),
    "POST payments.retry_refund": row(404, by_card.failed_refund, operator=303),
    "POST payments.resolve_refund": row(
        404, by_card.failed_refund, {"payer": "platform", "reference": "FT26327"}, operator=303
    ),
    "POST payments.return_payment": row(404, by_card.card_review, operator=303),
    "POST payments.resolve_event": row(404, by_card.card_event, {"note": "Đã trả lời công ty thẻ"}, operator=303),
    "POST payments.stripe_event": row(404),
    # the desk
    "GET storefronts.desk": desk(200),
    "GET storefronts.desk_products": desk(200),
    "GET storefronts.new_product": desk(200),
    "POST storefronts.create_product": desk(303, things.new_product),
    "GET storefronts.desk_shop": desk(200, staff=403),
    "POST storefronts.edit_shop": desk(303, things.nothing, {"story": "Ba đời làm bánh."}, staff=403),
    "POST storefronts.add_shop_photo": desk(303, things.photo, staff=403),
    "POST storefronts.delete_shop_photo": desk(303, staff=403),
    "GET storefronts.desk_product": own(200, things.product, others=403),
    "POST storefronts.edit_product": own(303, things.product, {"name": "Bánh mới"}, others=403),
    "POST storefronts.edit_price": own(303, things.pack, {"price": "70.000"}, others=403),
    "POST storefronts.publish_product": own(303, things.withdrawn, operator=403),
    "POST storefronts.withdraw_product": own(303, things.product, others=403),
    "POST storefronts.add_photo": own(303, things.product_photo, others=403),
    "POST storefronts.delete_photo": own(303, things.product_with_photo, others=403),
    "POST storefronts.edit_details": own(303, desks.details, others=403),
    "POST storefronts.describe_photo": own(303, things.product_with_photo, {"description": "Hộp"}, others=403),
    "POST storefronts.place_photo": own(303, things.product_with_photo, {"to": "first"}, others=403),
    "GET storefronts.new_pack": own(200, things.product, others=403),
    "POST storefronts.add_pack": own(303, desks.new_pack, others=403),
    "GET storefronts.desk_pack": own(200, desks.pack, others=403),
    "POST storefronts.edit_pack": own(303, desks.pack, others=403),
    "POST storefronts.retire_pack": own(303, desks.second_pack, others=403),
    "POST storefronts.offer_pack": own(303, desks.pack, others=403),
    "GET storefronts.new_certificate": own(200, things.product, others=403),
    "POST storefronts.declare_certificate": own(303, desks.certificate_to_enter, others=403),
    "POST storefronts.take_back_certificate": own(303, desks.waiting_certificate, others=403),
    "GET storefronts.operator_certificates": operators(200, desks.waiting_certificates),
    "POST storefronts.verify_certificate": operators(303, desks.waiting_certificate),
    "POST storefronts.refuse_certificate": operators(303, desks.waiting_certificate),
    "GET storefronts.desk_imports": desk(200),
    "GET storefronts.goods_sheet": desk(200),
    "GET storefronts.goods_csv": desk(200),
    "POST storefronts.send_import": desk(303, desks.a_sheet),
    "GET storefronts.desk_import": own(200, desks.sent_sheet),
    "GET storefronts.import_errors": own(200, desks.sent_sheet),
    "POST storefronts.confirm_import": own(303, desks.sent_sheet),
    "POST storefronts.discard_import": own(303, desks.sent_sheet),
    "GET inventory.stock": desk(200),
    "GET inventory.shelf": own(200, things.shelf),
    "POST inventory.receive": own(303, things.shelf, {"quantity": "5"}),
    "POST inventory.correct": own(303, things.shelf, {"counted": "5", "reason": "đếm lại"}),
    "POST inventory.spoil": own(303, things.shelf, {"quantity": "1", "reason": "hỏng"}),
    # programs
    **{f"GET api.{name}": public() for name in ("openapi", "products", "shops", "provinces", "product_sets")},
    "GET api.product": public(things.product),
    "GET api.shop": public(things.shop),
    "GET api.province": public(things.province),
    "GET api.own_orders": row(200, visitors=401),
    "GET api.own_order": row(404, things.placed, visitors=401, buyer=200, colleague=200, sellers=200),
    "POST api.confirm_order": by_token(things.placed_for_today, buyer=403, colleague=403),
    "POST api.ship_order": by_token(things.confirmed, {"carrier": "VNPost"}, buyer=403, colleague=403),
    "GET api.own_stock": by_token(other_manager=200),
    "GET api.own_stock_of": by_token(things.shelf),
    "PUT api.set_stock": by_token(things.shelf, {"on_hand": 7}),
    "GET api.own_prices": by_token(other_manager=200),
    "GET api.own_price_of": by_token(things.shelf),
    "PUT api.set_price": by_token(things.shelf, {"price_vnd": 70_000}),
    "GET programs.about": public(),
    "GET programs.own_tokens": row(200, visitors=SIGN_IN),
    "POST programs.make_token": row(200, programs.new_token, visitors=SIGN_IN),
    "POST programs.revoke_token": row(303, programs.token, visitors=SIGN_IN),
    "GET programs.own_webhooks": managing(200, other_manager=200),
    "POST programs.name_webhook": managing(200, programs.new_webhook, other_manager=200),
    "GET programs.own_webhook": managing(200, programs.webhook),
    "POST programs.change_webhook": managing(303, programs.webhook_form),
    "POST programs.renew_secret": managing(200, programs.webhook),
    "POST programs.send_test": managing(303, programs.webhook),
    "POST programs.pause_webhook": managing(303, programs.webhook),
    "POST programs.resume_webhook": managing(303, programs.paused_webhook),
    "POST programs.remove_webhook": managing(303, programs.webhook),
    "POST programs.send_again": managing(303, programs.message),
    # the last one: whoever has founded an organisation acts for it from then on
    "POST accounts.found_organisation": row(303, organisations.founded, visitors=SIGN_IN),
}
