"""What payments does by itself, and what it asks the card company."""

from marketplace.payments.jobs import cards
from marketplace.payments.jobs.rounds import check_ledger, end_reviews, look_for_overdue_refunds, report_overdue_refund

__all__ = ["cards", "check_ledger", "end_reviews", "look_for_overdue_refunds", "report_overdue_refund"]
