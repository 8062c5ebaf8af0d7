"""Requests and quotes, agreements with their versions, reviews, papers and signatures, call-offs, disputes."""

import sqlalchemy as sa
from alembic import op

from marketplace.core.database import BigId, PlainJson, append_only

revision = "0021_contracts"
down_revision = "0020_placing"
branch_labels = None
depends_on = None


SERIES = (
    "request", "quote", "agreement", "annex", "minutes", "review", "upload", "mandate", "rule_change", "call_off",
    "dispute", "monitoring", "supply",
)  # fmt: skip
RUNNING = {"postgresql_where": sa.text("closed_at IS NULL"), "sqlite_where": sa.text("closed_at IS NULL")}
GROWING = (
    "terms_versions", "acceptances", "agreement_events", "agreement_documents", "document_voidings",
    "agreement_signatures", "signature_checks", "revocation_lists", "agreement_releases", "model_clauses",
    "quote_rounds", "quote_lines", "dispute_words", "glass_breaks",
)  # fmt: skip


def one_of(name: str, values: str) -> sa.Enum:
    """Text with a named CHECK."""
    return sa.Enum(*values.split(), name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """The tables, the series of refs, and the guards of what only grows."""
    op.create_table('calendar_days',
    sa.Column('id', BigId, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('is_working', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('certainty', one_of("certainty", "high medium low"), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_days')),
    sa.UniqueConstraint('day', name=op.f('uq_calendar_days_day'))
    )
    op.create_table('kind_policies',
    sa.Column('id', BigId, nullable=False),
    sa.Column('kind', one_of("kind", "mou framework sale distribution"), nullable=False),
    sa.Column('review', one_of("review", "required notify none"), nullable=False),
    sa.Column('evidence', one_of("evidence", "L0 L1 L2"), nullable=False),
    sa.Column('seller_signs_first', sa.Boolean(), nullable=False),
    sa.Column('silence_passes', sa.Boolean(), nullable=False),
    sa.Column('answer_days', sa.Integer(), nullable=False),
    sa.Column('review_days', sa.Integer(), nullable=False),
    sa.Column('signing_days', sa.Integer(), nullable=False),
    sa.Column('confirmation_days', sa.Integer(), nullable=False),
    sa.Column('receipt_days', sa.Integer(), nullable=False),
    sa.Column('dispute_days', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kind_policies')),
    sa.UniqueConstraint('kind', name=op.f('uq_kind_policies_kind'))
    )
    op.create_table('model_clauses',
    sa.Column('id', BigId, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('kind', one_of("kind", "mou framework sale distribution"), nullable=False),
    sa.Column('paper', one_of("paper", "contract amendment termination liquidation"), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('explanation', sa.Text(), nullable=False),
    sa.Column('law', sa.String(length=300), nullable=False),
    sa.Column('is_mandatory', sa.Boolean(), nullable=False),
    sa.Column('is_offered', sa.Boolean(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_clauses')),
    sa.CheckConstraint('version > 0', name=op.f('ck_model_clauses_version_positive')),
    sa.UniqueConstraint('kind', 'paper', 'key', 'version', name=op.f('uq_model_clauses_kind_paper_key_version'))
    )
    op.create_table('revocation_lists',
    sa.Column('id', BigId, nullable=False),
    sa.Column('issuer_key', sa.String(length=64), nullable=False),
    sa.Column('issuer', sa.String(length=300), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=False),
    sa.Column('this_update', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_update', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('der', sa.LargeBinary(), nullable=False),
    sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revocation_lists')),
    sa.UniqueConstraint('sha256', name=op.f('uq_revocation_lists_sha256'))
    )
    op.create_index('ix_revocation_lists_issuer_until', 'revocation_lists', ['issuer_key', 'next_update'], unique=False)

    op.create_table('trust_roots',
    sa.Column('id', BigId, nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('der', sa.LargeBinary(), nullable=False),
    sa.Column('crl_url', sa.String(length=300), nullable=False),
    sa.Column('is_illustrative', sa.Boolean(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trust_roots')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_trust_roots_fingerprint'))
    )
    op.create_table('rule_changes',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('kind', one_of("kind", "policy clause root fingerprint holiday"), nullable=False),
    sa.Column('state', one_of("state", "proposed applied declined withdrawn"), nullable=False),
    sa.Column('payload', PlainJson, nullable=False),
    sa.Column('words', sa.String(length=1000), nullable=False),
    sa.Column('answer', sa.String(length=1000), nullable=False),
    sa.Column('proposed_by_id', BigId, nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', BigId, nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id OR state = 'withdrawn'", name=op.f('ck_rule_changes_four_eyes')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['people.id'], name=op.f('fk_rule_changes_decided_by_id')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['people.id'], name=op.f('fk_rule_changes_proposed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_changes')),
    sa.UniqueConstraint('ref', name=op.f('uq_rule_changes_ref'))
    )
    op.create_index(op.f('ix_rule_changes_decided_by_id'), 'rule_changes', ['decided_by_id'], unique=False)
    op.create_index(op.f('ix_rule_changes_proposed_by_id'), 'rule_changes', ['proposed_by_id'], unique=False)

    op.create_table('mandates',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('organisation_id', BigId, nullable=False),
    sa.Column('person_id', BigId, nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('kinds', PlainJson, nullable=False),
    sa.Column('limit_vnd', sa.BigInteger(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('file_key', sa.String(length=120), nullable=False),
    sa.Column('given_by_id', BigId, nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('limit_vnd >= 0', name=op.f('ck_mandates_limit_vnd_not_negative')),
    sa.CheckConstraint('valid_from <= valid_to', name=op.f('ck_mandates_runs_forward')),
    sa.ForeignKeyConstraint(['given_by_id'], ['people.id'], name=op.f('fk_mandates_given_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_mandates_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_mandates_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandates')),
    sa.UniqueConstraint('ref', name=op.f('uq_mandates_ref'))
    )
    op.create_index(op.f('ix_mandates_given_by_id'), 'mandates', ['given_by_id'], unique=False)
    op.create_index(op.f('ix_mandates_organisation_id'), 'mandates', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_mandates_person_id'), 'mandates', ['person_id'], unique=False)

    op.create_table('paper_books',
    sa.Column('id', BigId, nullable=False),
    sa.Column('organisation_id', BigId, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('paper', one_of("paper", "contract amendment termination liquidation"), nullable=False),
    sa.Column('kind', one_of("kind", "mou framework sale distribution"), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_paper_books_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_books')),
    sa.UniqueConstraint('organisation_id', 'year', 'paper', 'kind', name=op.f('uq_paper_books_organisation_id_year_paper_kind'))
    )
    op.create_index(op.f('ix_paper_books_organisation_id'), 'paper_books', ['organisation_id'], unique=False)

    op.create_table('registered_certificates',
    sa.Column('id', BigId, nullable=False),
    sa.Column('organisation_id', BigId, nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('issuer', sa.String(length=300), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_registered_certificates_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registered_certificates')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_registered_certificates_fingerprint'))
    )
    op.create_index(op.f('ix_registered_certificates_organisation_id'), 'registered_certificates', ['organisation_id'], unique=False)

    op.create_table('requests',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('buyer_id', BigId, nullable=False),
    sa.Column('person_id', BigId, nullable=True),
    sa.Column('state', one_of("state", "draft open closed awarded withdrawn"), nullable=False),
    sa.Column('audience', one_of("audience", "named matching board"), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('note', sa.String(length=4000), nullable=False),
    sa.Column('province_id', BigId, nullable=False),
    sa.Column('place', sa.String(length=300), nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=False),
    sa.Column('is_standing', sa.Boolean(), nullable=False),
    sa.Column('is_named', sa.Boolean(), nullable=False),
    sa.Column('token', sa.String(length=48), nullable=True),
    sa.Column('introduced_by', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisations.id'], name=op.f('fk_requests_buyer_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_requests_person_id')),
    sa.ForeignKeyConstraint(['province_id'], ['provinces.id'], name=op.f('fk_requests_province_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requests')),
    sa.UniqueConstraint('ref', name=op.f('uq_requests_ref')),
    sa.UniqueConstraint('token', name=op.f('uq_requests_token'))
    )
    op.create_index('ix_requests_board', 'requests', ['audience', 'state', 'answer_by'], unique=False)
    op.create_index(op.f('ix_requests_buyer_id'), 'requests', ['buyer_id'], unique=False)
    op.create_index('ix_requests_buyer_id_at', 'requests', ['buyer_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_requests_person_id'), 'requests', ['person_id'], unique=False)
    op.create_index(op.f('ix_requests_province_id'), 'requests', ['province_id'], unique=False)

    op.create_table('quotes',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('request_id', BigId, nullable=False),
    sa.Column('seller_id', BigId, nullable=False),
    sa.Column('state', one_of("state", "open accepted declined withdrawn expired"), nullable=False),
    sa.Column('turn', one_of("turn", "seller buyer"), nullable=False),
    sa.Column('last_round', sa.Integer(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['request_id'], ['requests.id'], name=op.f('fk_quotes_request_id')),
    sa.ForeignKeyConstraint(['seller_id'], ['organisations.id'], name=op.f('fk_quotes_seller_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quotes')),
    sa.UniqueConstraint('ref', name=op.f('uq_quotes_ref')),
    sa.UniqueConstraint('request_id', 'seller_id', name=op.f('uq_quotes_request_id_seller_id'))
    )
    op.create_index(op.f('ix_quotes_request_id'), 'quotes', ['request_id'], unique=False)
    op.create_index(op.f('ix_quotes_seller_id'), 'quotes', ['seller_id'], unique=False)
    op.create_index('ix_quotes_state_until', 'quotes', ['state', 'valid_until'], unique=False)

    op.create_table('request_invitations',
    sa.Column('id', BigId, nullable=False),
    sa.Column('request_id', BigId, nullable=False),
    sa.Column('seller_id', BigId, nullable=False),
    sa.Column('declined_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['request_id'], ['requests.id'], name=op.f('fk_request_invitations_request_id')),
    sa.ForeignKeyConstraint(['seller_id'], ['organisations.id'], name=op.f('fk_request_invitations_seller_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_invitations')),
    sa.UniqueConstraint('request_id', 'seller_id', name=op.f('uq_request_invitations_request_id_seller_id'))
    )
    op.create_index(op.f('ix_request_invitations_request_id'), 'request_invitations', ['request_id'], unique=False)
    op.create_index(op.f('ix_request_invitations_seller_id'), 'request_invitations', ['seller_id'], unique=False)

    op.create_table('supply_offers',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('seller_id', BigId, nullable=False),
    sa.Column('product_id', BigId, nullable=True),
    sa.Column('set_id', BigId, nullable=False),
    sa.Column('province_id', BigId, nullable=False),
    sa.Column('description', sa.String(length=200), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('first_month', sa.Integer(), nullable=False),
    sa.Column('last_month', sa.Integer(), nullable=False),
    sa.Column('kilograms', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.Column('state', one_of("state", "open closed"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('first_month BETWEEN 1 AND 12 AND last_month BETWEEN 1 AND 12', name=op.f('ck_supply_offers_months_exist')),
    sa.CheckConstraint('kilograms > 0', name=op.f('ck_supply_offers_kilograms_positive')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_supply_offers_product_id')),
    sa.ForeignKeyConstraint(['province_id'], ['provinces.id'], name=op.f('fk_supply_offers_province_id')),
    sa.ForeignKeyConstraint(['seller_id'], ['organisations.id'], name=op.f('fk_supply_offers_seller_id')),
    sa.ForeignKeyConstraint(['set_id'], ['product_sets.id'], name=op.f('fk_supply_offers_set_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supply_offers')),
    sa.UniqueConstraint('ref', name=op.f('uq_supply_offers_ref'))
    )
    op.create_index('ix_supply_offers_open', 'supply_offers', ['state', 'year', 'first_month'], unique=False)
    op.create_index(op.f('ix_supply_offers_product_id'), 'supply_offers', ['product_id'], unique=False)
    op.create_index(op.f('ix_supply_offers_province_id'), 'supply_offers', ['province_id'], unique=False)
    op.create_index(op.f('ix_supply_offers_seller_id'), 'supply_offers', ['seller_id'], unique=False)
    op.create_index(op.f('ix_supply_offers_set_id'), 'supply_offers', ['set_id'], unique=False)

    op.create_table('agreements',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('kind', one_of("kind", "mou framework sale distribution"), nullable=False),
    sa.Column('paper', one_of("paper", "contract amendment termination liquidation"), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('state', one_of("state", "draft negotiating agreed in_review ready signing active winding_down completed expired terminated cancelled"), nullable=False),
    sa.Column('turn', one_of("turn", "seller buyer both departments system nobody"), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seller_id', BigId, nullable=False),
    sa.Column('buyer_id', BigId, nullable=False),
    sa.Column('made_by', one_of("made_by", "seller buyer"), nullable=False),
    sa.Column('seller_province_id', BigId, nullable=False),
    sa.Column('buyer_province_id', BigId, nullable=False),
    sa.Column('seller_department_id', BigId, nullable=True),
    sa.Column('buyer_department_id', BigId, nullable=True),
    sa.Column('belongs_to_id', BigId, nullable=True),
    sa.Column('parent_id', BigId, nullable=True),
    sa.Column('prior_id', BigId, nullable=True),
    sa.Column('quote_id', BigId, nullable=True),
    sa.Column('review_policy', one_of("review_policy", "required notify none"), nullable=False),
    sa.Column('evidence', one_of("evidence", "L0 L1 L2"), nullable=False),
    sa.Column('policy', PlainJson, nullable=False),
    sa.Column('consent', one_of("consent", "closed band exact"), nullable=False),
    sa.Column('seller_consent', one_of("seller_consent", "closed band exact"), nullable=False),
    sa.Column('buyer_consent', one_of("buyer_consent", "closed band exact"), nullable=False),
    sa.Column('last_version', sa.Integer(), nullable=False),
    sa.Column('last_side', one_of("last_side", "seller buyer"), nullable=True),
    sa.Column('active_version', sa.Integer(), nullable=True),
    sa.Column('amends_version', sa.Integer(), nullable=True),
    sa.Column('paper_number', sa.String(length=40), nullable=False),
    sa.Column('search_text', sa.String(length=700), nullable=False),
    sa.Column('value_vnd', sa.BigInteger(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('effective_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shown_to_departments_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suspended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disputed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('monitored_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('challenged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', one_of("cancel_reason", "withdrawn refused lapsed dept_objection"), nullable=True),
    sa.Column('cancel_words', sa.String(length=2000), nullable=False),
    sa.Column('rationale', one_of("rationale", "price quantity schedule term goods clauses"), nullable=True),
    sa.Column('ground', one_of("ground", "breach agreed_condition force_majeure notice"), nullable=True),
    sa.Column('ending_side', one_of("ending_side", "seller buyer"), nullable=True),
    sa.Column('notice_until', sa.Date(), nullable=True),
    sa.Column('notice_words', sa.String(length=2000), nullable=False),
    sa.Column('renewal_days', sa.Integer(), nullable=True),
    sa.Column('seller_closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('buyer_closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(paper = 'contract') = (belongs_to_id IS NULL)", name=op.f('ck_agreements_later_papers_belong')),
    sa.CheckConstraint('seller_id <> buyer_id', name=op.f('ck_agreements_two_organisations')),
    sa.CheckConstraint('valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to', name=op.f('ck_agreements_term_runs_forward')),
    sa.CheckConstraint('value_vnd >= 0', name=op.f('ck_agreements_value_vnd_not_negative')),
    sa.ForeignKeyConstraint(['belongs_to_id'], ['agreements.id'], name=op.f('fk_agreements_belongs_to_id')),
    sa.ForeignKeyConstraint(['buyer_department_id'], ['organisations.id'], name=op.f('fk_agreements_buyer_department_id')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisations.id'], name=op.f('fk_agreements_buyer_id')),
    sa.ForeignKeyConstraint(['buyer_province_id'], ['provinces.id'], name=op.f('fk_agreements_buyer_province_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['agreements.id'], name=op.f('fk_agreements_parent_id')),
    sa.ForeignKeyConstraint(['prior_id'], ['agreements.id'], name=op.f('fk_agreements_prior_id')),
    sa.ForeignKeyConstraint(['quote_id'], ['quotes.id'], name=op.f('fk_agreements_quote_id')),
    sa.ForeignKeyConstraint(['seller_department_id'], ['organisations.id'], name=op.f('fk_agreements_seller_department_id')),
    sa.ForeignKeyConstraint(['seller_id'], ['organisations.id'], name=op.f('fk_agreements_seller_id')),
    sa.ForeignKeyConstraint(['seller_province_id'], ['provinces.id'], name=op.f('fk_agreements_seller_province_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreements')),
    sa.UniqueConstraint('belongs_to_id', 'paper', 'ordinal', name=op.f('uq_agreements_belongs_to_id_paper_ordinal')),
    sa.UniqueConstraint('ref', name=op.f('uq_agreements_ref'))
    )
    op.create_index(op.f('ix_agreements_belongs_to_id'), 'agreements', ['belongs_to_id'], unique=False)
    op.create_index(op.f('ix_agreements_buyer_department_id'), 'agreements', ['buyer_department_id'], unique=False)
    op.create_index(op.f('ix_agreements_buyer_id'), 'agreements', ['buyer_id'], unique=False)
    op.create_index('ix_agreements_buyer_id_touched', 'agreements', ['buyer_id', 'paper', 'touched_at', 'id'], unique=False)
    op.create_index(op.f('ix_agreements_buyer_province_id'), 'agreements', ['buyer_province_id'], unique=False)
    op.create_index(op.f('ix_agreements_parent_id'), 'agreements', ['parent_id'], unique=False)
    op.create_index(op.f('ix_agreements_prior_id'), 'agreements', ['prior_id'], unique=False)
    op.create_index(op.f('ix_agreements_quote_id'), 'agreements', ['quote_id'], unique=False)
    op.create_index(op.f('ix_agreements_seller_department_id'), 'agreements', ['seller_department_id'], unique=False)
    op.create_index(op.f('ix_agreements_seller_id'), 'agreements', ['seller_id'], unique=False)
    op.create_index('ix_agreements_seller_id_touched', 'agreements', ['seller_id', 'paper', 'touched_at', 'id'], unique=False)
    op.create_index('ix_agreements_seller_id_state', 'agreements', ['seller_id', 'state', 'touched_at', 'id'], unique=False)
    op.create_index('ix_agreements_buyer_id_state', 'agreements', ['buyer_id', 'state', 'touched_at', 'id'], unique=False)
    op.create_index(op.f('ix_agreements_seller_province_id'), 'agreements', ['seller_province_id'], unique=False)
    op.create_index('ix_agreements_state_due', 'agreements', ['state', 'due_at'], unique=False)
    op.create_index('ix_agreements_state_valid_to', 'agreements', ['state', 'valid_to'], unique=False)

    op.create_table('quote_rounds',
    sa.Column('id', BigId, nullable=False),
    sa.Column('quote_id', BigId, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('side', one_of("side", "seller buyer"), nullable=False),
    sa.Column('person_id', BigId, nullable=True),
    sa.Column('freight_terms', one_of("freight_terms", "included extra collected"), nullable=False),
    sa.Column('freight_vnd', sa.BigInteger(), nullable=False),
    sa.Column('loss_percent', sa.Integer(), nullable=False),
    sa.Column('payment_days', sa.Integer(), nullable=False),
    sa.Column('lead_days', sa.Integer(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=2000), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('freight_vnd >= 0', name=op.f('ck_quote_rounds_freight_vnd_not_negative')),
    sa.CheckConstraint('loss_percent BETWEEN 0 AND 50', name=op.f('ck_quote_rounds_loss_sensible')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_quote_rounds_person_id')),
    sa.ForeignKeyConstraint(['quote_id'], ['quotes.id'], name=op.f('fk_quote_rounds_quote_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote_rounds')),
    sa.UniqueConstraint('quote_id', 'number', name=op.f('uq_quote_rounds_quote_id_number'))
    )
    op.create_index(op.f('ix_quote_rounds_person_id'), 'quote_rounds', ['person_id'], unique=False)
    op.create_index(op.f('ix_quote_rounds_quote_id'), 'quote_rounds', ['quote_id'], unique=False)

    op.create_table('request_lines',
    sa.Column('id', BigId, nullable=False),
    sa.Column('request_id', BigId, nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('product_id', BigId, nullable=True),
    sa.Column('variant_id', BigId, nullable=True),
    sa.Column('set_id', BigId, nullable=True),
    sa.Column('description', sa.String(length=300), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('quality', sa.String(length=300), nullable=False),
    sa.Column('packaging', sa.String(length=300), nullable=False),
    sa.Column('calendar', sa.String(length=300), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_request_lines_quantity_positive')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_request_lines_product_id')),
    sa.ForeignKeyConstraint(['request_id'], ['requests.id'], name=op.f('fk_request_lines_request_id')),
    sa.ForeignKeyConstraint(['set_id'], ['product_sets.id'], name=op.f('fk_request_lines_set_id')),
    sa.ForeignKeyConstraint(['variant_id'], ['variants.id'], name=op.f('fk_request_lines_variant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_lines')),
    sa.UniqueConstraint('request_id', 'position', name=op.f('uq_request_lines_request_id_position'))
    )
    op.create_index(op.f('ix_request_lines_product_id'), 'request_lines', ['product_id'], unique=False)
    op.create_index(op.f('ix_request_lines_request_id'), 'request_lines', ['request_id'], unique=False)
    op.create_index(op.f('ix_request_lines_set_id'), 'request_lines', ['set_id'], unique=False)
    op.create_index(op.f('ix_request_lines_variant_id'), 'request_lines', ['variant_id'], unique=False)

    op.create_table('agreement_events',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_kind', sa.String(length=16), nullable=False),
    sa.Column('actor_ref', sa.String(length=64), nullable=False),
    sa.Column('organisation_ref', sa.String(length=64), nullable=True),
    sa.Column('before', sa.String(length=32), nullable=True),
    sa.Column('after', sa.String(length=32), nullable=True),
    sa.Column('figures', PlainJson, nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_agreement_events_agreement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_events')),
    sa.UniqueConstraint('agreement_id', 'number', name=op.f('uq_agreement_events_agreement_id_number')),
    sa.UniqueConstraint('agreement_id', 'previous', name=op.f('uq_agreement_events_agreement_id_previous'))
    )
    op.create_index(op.f('ix_agreement_events_agreement_id'), 'agreement_events', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_agreement_events_at'), 'agreement_events', ['at'], unique=False)

    op.create_table('agreement_lines',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('key', sa.String(length=20), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('variant_id', BigId, nullable=True),
    sa.Column('contracted', sa.Integer(), nullable=False),
    sa.Column('most', sa.Integer(), nullable=False),
    sa.Column('called', sa.Integer(), nullable=False),
    sa.Column('confirmed', sa.Integer(), nullable=False),
    sa.Column('delivered', sa.Integer(), nullable=False),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('price_vnd', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('accepted + rejected <= delivered', name=op.f('ck_agreement_lines_checked_within_delivered')),
    sa.CheckConstraint('accepted >= 0', name=op.f('ck_agreement_lines_accepted_not_negative')),
    sa.CheckConstraint('called <= most', name=op.f('ck_agreement_lines_called_within_contract')),
    sa.CheckConstraint('called >= 0', name=op.f('ck_agreement_lines_called_not_negative')),
    sa.CheckConstraint('confirmed <= called', name=op.f('ck_agreement_lines_confirmed_within_called')),
    sa.CheckConstraint('confirmed >= 0', name=op.f('ck_agreement_lines_confirmed_not_negative')),
    sa.CheckConstraint('contracted >= 0', name=op.f('ck_agreement_lines_contracted_not_negative')),
    sa.CheckConstraint('delivered <= confirmed', name=op.f('ck_agreement_lines_delivered_within_confirmed')),
    sa.CheckConstraint('delivered >= 0', name=op.f('ck_agreement_lines_delivered_not_negative')),
    sa.CheckConstraint('most >= 0', name=op.f('ck_agreement_lines_most_not_negative')),
    sa.CheckConstraint('price_vnd >= 0', name=op.f('ck_agreement_lines_price_vnd_not_negative')),
    sa.CheckConstraint('rejected >= 0', name=op.f('ck_agreement_lines_rejected_not_negative')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_agreement_lines_agreement_id')),
    sa.ForeignKeyConstraint(['variant_id'], ['variants.id'], name=op.f('fk_agreement_lines_variant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_lines')),
    sa.UniqueConstraint('agreement_id', 'key', name=op.f('uq_agreement_lines_agreement_id_key'))
    )
    op.create_index(op.f('ix_agreement_lines_agreement_id'), 'agreement_lines', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_agreement_lines_variant_id'), 'agreement_lines', ['variant_id'], unique=False)

    op.create_table('agreement_releases',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('tags', PlainJson, nullable=False),
    sa.Column('release', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_agreement_releases_agreement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_releases')),
    sa.UniqueConstraint('agreement_id', 'number', name=op.f('uq_agreement_releases_agreement_id_number'))
    )
    op.create_index(op.f('ix_agreement_releases_agreement_id'), 'agreement_releases', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_agreement_releases_at'), 'agreement_releases', ['at'], unique=False)

    op.create_table('awards',
    sa.Column('id', BigId, nullable=False),
    sa.Column('request_line_id', BigId, nullable=False),
    sa.Column('quote_id', BigId, nullable=False),
    sa.Column('round_number', sa.Integer(), nullable=False),
    sa.Column('became', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['quote_id'], ['quotes.id'], name=op.f('fk_awards_quote_id')),
    sa.ForeignKeyConstraint(['request_line_id'], ['request_lines.id'], name=op.f('fk_awards_request_line_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_awards')),
    sa.UniqueConstraint('request_line_id', name=op.f('uq_awards_request_line_id'))
    )
    op.create_index(op.f('ix_awards_quote_id'), 'awards', ['quote_id'], unique=False)

    op.create_table('call_offs',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('state', one_of("state", "draft placed dropped"), nullable=False),
    sa.Column('order_id', BigId, nullable=True),
    sa.Column('token', sa.String(length=48), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('place', sa.String(length=300), nullable=False),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.Column('version_number', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'placed') = (order_id IS NOT NULL)", name=op.f('ck_call_offs_placed_has_an_order')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_call_offs_agreement_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_call_offs_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_offs')),
    sa.UniqueConstraint('agreement_id', 'ordinal', name=op.f('uq_call_offs_agreement_id_ordinal')),
    sa.UniqueConstraint('order_id', name=op.f('uq_call_offs_order_id')),
    sa.UniqueConstraint('ref', name=op.f('uq_call_offs_ref')),
    sa.UniqueConstraint('token', name=op.f('uq_call_offs_token'))
    )
    op.create_index(op.f('ix_call_offs_agreement_id'), 'call_offs', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_call_offs_due_on'), 'call_offs', ['due_on'], unique=False)

    op.create_table('deadlines',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('kind', one_of("kind", "answer review signing confirmation receipt dispute_answer hold renewal termination"), nullable=False),
    sa.Column('subject_ref', sa.String(length=40), nullable=False),
    sa.Column('turn', one_of("turn", "seller buyer both departments system nobody"), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reminded', sa.Integer(), nullable=False),
    sa.Column('lapsed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('begins_at <= due_at', name=op.f('ck_deadlines_runs_forward')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_deadlines_agreement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadlines'))
    )
    op.create_index(op.f('ix_deadlines_agreement_id'), 'deadlines', ['agreement_id'], unique=False)
    op.create_index("ix_deadlines_next", "deadlines", ['next_at'], unique=False, **RUNNING)
    op.create_index(op.f('ix_deadlines_subject_ref'), 'deadlines', ['subject_ref'], unique=False)
    op.create_index("uq_deadlines_running", "deadlines", ['kind', 'subject_ref'], unique=True, **RUNNING)

    op.create_table('monitoring_cases',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('department_id', BigId, nullable=False),
    sa.Column('indicator', one_of("indicator", "late slow price certificate signature same_signatory"), nullable=False),
    sa.Column('state', one_of("state", "draft active addressed declined completed closed stopped cancelled"), nullable=False),
    sa.Column('words', sa.String(length=4000), nullable=False),
    sa.Column('seller_acted', sa.Boolean(), nullable=True),
    sa.Column('seller_answer', sa.String(length=4000), nullable=False),
    sa.Column('buyer_acted', sa.Boolean(), nullable=True),
    sa.Column('buyer_answer', sa.String(length=4000), nullable=False),
    sa.Column('result', sa.String(length=4000), nullable=False),
    sa.Column('person_id', BigId, nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_monitoring_cases_agreement_id')),
    sa.ForeignKeyConstraint(['department_id'], ['organisations.id'], name=op.f('fk_monitoring_cases_department_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_monitoring_cases_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_monitoring_cases')),
    sa.UniqueConstraint('ref', name=op.f('uq_monitoring_cases_ref'))
    )
    op.create_index(op.f('ix_monitoring_cases_agreement_id'), 'monitoring_cases', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_monitoring_cases_department_id'), 'monitoring_cases', ['department_id'], unique=False)
    op.create_index('ix_monitoring_cases_department_state', 'monitoring_cases', ['department_id', 'state'], unique=False)
    op.create_index(op.f('ix_monitoring_cases_person_id'), 'monitoring_cases', ['person_id'], unique=False)

    op.create_table('quote_lines',
    sa.Column('id', BigId, nullable=False),
    sa.Column('round_id', BigId, nullable=False),
    sa.Column('request_line_id', BigId, nullable=False),
    sa.Column('variant_id', BigId, nullable=True),
    sa.Column('price_vnd', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('price_vnd >= 0', name=op.f('ck_quote_lines_price_vnd_not_negative')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_quote_lines_quantity_not_negative')),
    sa.ForeignKeyConstraint(['request_line_id'], ['request_lines.id'], name=op.f('fk_quote_lines_request_line_id')),
    sa.ForeignKeyConstraint(['round_id'], ['quote_rounds.id'], name=op.f('fk_quote_lines_round_id')),
    sa.ForeignKeyConstraint(['variant_id'], ['variants.id'], name=op.f('fk_quote_lines_variant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote_lines')),
    sa.UniqueConstraint('round_id', 'request_line_id', name=op.f('uq_quote_lines_round_id_request_line_id'))
    )
    op.create_index(op.f('ix_quote_lines_request_line_id'), 'quote_lines', ['request_line_id'], unique=False)
    op.create_index(op.f('ix_quote_lines_round_id'), 'quote_lines', ['round_id'], unique=False)
    op.create_index(op.f('ix_quote_lines_variant_id'), 'quote_lines', ['variant_id'], unique=False)

    op.create_table('suspensions',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('organisation_id', BigId, nullable=False),
    sa.Column('reason', sa.String(length=2000), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_words', sa.String(length=2000), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_suspensions_agreement_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_suspensions_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspensions'))
    )
    op.create_index(op.f('ix_suspensions_agreement_id'), 'suspensions', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_suspensions_organisation_id'), 'suspensions', ['organisation_id'], unique=False)

    op.create_table('terms_drafts',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('side', one_of("side", "seller buyer"), nullable=False),
    sa.Column('based_on', sa.Integer(), nullable=False),
    sa.Column('terms', PlainJson, nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_terms_drafts_agreement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_terms_drafts')),
    sa.UniqueConstraint('agreement_id', 'side', name=op.f('uq_terms_drafts_agreement_id_side'))
    )
    op.create_index(op.f('ix_terms_drafts_agreement_id'), 'terms_drafts', ['agreement_id'], unique=False)

    op.create_table('terms_versions',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('parent_id', BigId, nullable=True),
    sa.Column('side', one_of("side", "seller buyer"), nullable=False),
    sa.Column('person_id', BigId, nullable=True),
    sa.Column('canonical', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('patch', PlainJson, nullable=False),
    sa.Column('comment', sa.String(length=2000), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(number = 1) = (parent_id IS NULL)', name=op.f('ck_terms_versions_each_but_the_first_has_a_parent')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_terms_versions_sha256_whole')),
    sa.CheckConstraint('number > 0', name=op.f('ck_terms_versions_number_positive')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_terms_versions_agreement_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['terms_versions.id'], name=op.f('fk_terms_versions_parent_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_terms_versions_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_terms_versions')),
    sa.UniqueConstraint('agreement_id', 'number', name=op.f('uq_terms_versions_agreement_id_number')),
    sa.UniqueConstraint('parent_id', name=op.f('uq_terms_versions_parent_id'))
    )
    op.create_index(op.f('ix_terms_versions_agreement_id'), 'terms_versions', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_terms_versions_person_id'), 'terms_versions', ['person_id'], unique=False)
    op.create_index(op.f('ix_terms_versions_sha256'), 'terms_versions', ['sha256'], unique=False)

    op.create_table('acceptances',
    sa.Column('id', BigId, nullable=False),
    sa.Column('version_id', BigId, nullable=False),
    sa.Column('side', one_of("side", "seller buyer"), nullable=False),
    sa.Column('person_id', BigId, nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_acceptances_person_id')),
    sa.ForeignKeyConstraint(['version_id'], ['terms_versions.id'], name=op.f('fk_acceptances_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptances')),
    sa.UniqueConstraint('version_id', 'side', name=op.f('uq_acceptances_version_id_side'))
    )
    op.create_index(op.f('ix_acceptances_person_id'), 'acceptances', ['person_id'], unique=False)
    op.create_index(op.f('ix_acceptances_version_id'), 'acceptances', ['version_id'], unique=False)

    op.create_table('agreement_documents',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('version_id', BigId, nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('paper_number', sa.String(length=40), nullable=False),
    sa.Column('terms_sha256', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('file_key', sa.String(length=120), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('boxes', PlainJson, nullable=False),
    sa.Column('template', sa.String(length=80), nullable=False),
    sa.Column('renderer', sa.String(length=80), nullable=False),
    sa.Column('fonts', sa.String(length=200), nullable=False),
    sa.Column('token', sa.String(length=48), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_agreement_documents_agreement_id')),
    sa.ForeignKeyConstraint(['version_id'], ['terms_versions.id'], name=op.f('fk_agreement_documents_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_documents')),
    sa.UniqueConstraint('agreement_id', 'ordinal', name=op.f('uq_agreement_documents_agreement_id_ordinal')),
    sa.UniqueConstraint('sha256', name=op.f('uq_agreement_documents_sha256')),
    sa.UniqueConstraint('token', name=op.f('uq_agreement_documents_token'))
    )
    op.create_index(op.f('ix_agreement_documents_agreement_id'), 'agreement_documents', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_agreement_documents_version_id'), 'agreement_documents', ['version_id'], unique=False)

    op.create_table('call_off_lines',
    sa.Column('id', BigId, nullable=False),
    sa.Column('call_off_id', BigId, nullable=False),
    sa.Column('line_id', BigId, nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_call_off_lines_quantity_positive')),
    sa.ForeignKeyConstraint(['call_off_id'], ['call_offs.id'], name=op.f('fk_call_off_lines_call_off_id')),
    sa.ForeignKeyConstraint(['line_id'], ['agreement_lines.id'], name=op.f('fk_call_off_lines_line_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_off_lines')),
    sa.UniqueConstraint('call_off_id', 'line_id', name=op.f('uq_call_off_lines_call_off_id_line_id'))
    )
    op.create_index(op.f('ix_call_off_lines_call_off_id'), 'call_off_lines', ['call_off_id'], unique=False)
    op.create_index(op.f('ix_call_off_lines_line_id'), 'call_off_lines', ['line_id'], unique=False)

    op.create_table('department_reviews',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('version_id', BigId, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('department_id', BigId, nullable=True),
    sa.Column('province_id', BigId, nullable=False),
    sa.Column('state', one_of("state", "waiting approved no_objection no_department overdue returned closed"), nullable=False),
    sa.Column('reason', one_of("reason", "law goods price delivery parties unclear other"), nullable=True),
    sa.Column('words', sa.String(length=4000), nullable=False),
    sa.Column('person_id', BigId, nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_department_reviews_agreement_id')),
    sa.ForeignKeyConstraint(['department_id'], ['organisations.id'], name=op.f('fk_department_reviews_department_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_department_reviews_person_id')),
    sa.ForeignKeyConstraint(['province_id'], ['provinces.id'], name=op.f('fk_department_reviews_province_id')),
    sa.ForeignKeyConstraint(['version_id'], ['terms_versions.id'], name=op.f('fk_department_reviews_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_department_reviews')),
    sa.UniqueConstraint('ref', name=op.f('uq_department_reviews_ref')),
    sa.UniqueConstraint('version_id', 'department_id', name=op.f('uq_department_reviews_version_id_department_id'))
    )
    op.create_index(op.f('ix_department_reviews_agreement_id'), 'department_reviews', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_department_reviews_department_id'), 'department_reviews', ['department_id'], unique=False)
    op.create_index(op.f('ix_department_reviews_person_id'), 'department_reviews', ['person_id'], unique=False)
    op.create_index(op.f('ix_department_reviews_province_id'), 'department_reviews', ['province_id'], unique=False)
    op.create_index('ix_department_reviews_queue', 'department_reviews', ['department_id', 'state', 'due_at'], unique=False)
    op.create_index(op.f('ix_department_reviews_version_id'), 'department_reviews', ['version_id'], unique=False)

    op.create_table('disputes',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('call_off_id', BigId, nullable=True),
    sa.Column('side', one_of("side", "seller buyer"), nullable=False),
    sa.Column('subject', one_of("subject", "quality quantity delay payment termination other"), nullable=False),
    sa.Column('state', one_of("state", "open answered mediation settled escalated withdrawn"), nullable=False),
    sa.Column('words', sa.String(length=4000), nullable=False),
    sa.Column('wish', sa.String(length=2000), nullable=False),
    sa.Column('mediator_id', BigId, nullable=True),
    sa.Column('settled_seller_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_buyer_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settlement', sa.String(length=4000), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_disputes_agreement_id')),
    sa.ForeignKeyConstraint(['call_off_id'], ['call_offs.id'], name=op.f('fk_disputes_call_off_id')),
    sa.ForeignKeyConstraint(['mediator_id'], ['organisations.id'], name=op.f('fk_disputes_mediator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disputes')),
    sa.UniqueConstraint('ref', name=op.f('uq_disputes_ref'))
    )
    op.create_index(op.f('ix_disputes_agreement_id'), 'disputes', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_disputes_call_off_id'), 'disputes', ['call_off_id'], unique=False)
    op.create_index(op.f('ix_disputes_mediator_id'), 'disputes', ['mediator_id'], unique=False)
    op.create_index('ix_disputes_mediator_state', 'disputes', ['mediator_id', 'state'], unique=False)

    op.create_table('agreement_signatures',
    sa.Column('id', BigId, nullable=False),
    sa.Column('document_id', BigId, nullable=False),
    sa.Column('parent_id', BigId, nullable=True),
    sa.Column('side', one_of("side", "seller buyer"), nullable=False),
    sa.Column('person_id', BigId, nullable=False),
    sa.Column('evidence', one_of("evidence", "L0 L1 L2"), nullable=False),
    sa.Column('way', one_of("way", "upload token demo code scan"), nullable=False),
    sa.Column('file_key', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('signer_name', sa.String(length=200), nullable=False),
    sa.Column('tax_code', sa.String(length=20), nullable=False),
    sa.Column('issuer', sa.String(length=300), nullable=False),
    sa.Column('serial', sa.String(length=80), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verdict', one_of("verdict", "accept hold revoked"), nullable=False),
    sa.Column('report', PlainJson, nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_agreement_signatures_sha256_whole')),
    sa.ForeignKeyConstraint(['document_id'], ['agreement_documents.id'], name=op.f('fk_agreement_signatures_document_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['agreement_signatures.id'], name=op.f('fk_agreement_signatures_parent_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_agreement_signatures_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_signatures'))
    )
    op.create_index(op.f('ix_agreement_signatures_document_id'), 'agreement_signatures', ['document_id'], unique=False)
    op.create_index('ix_agreement_signatures_document_side', 'agreement_signatures', ['document_id', 'side'], unique=False)
    op.create_index(op.f('ix_agreement_signatures_fingerprint'), 'agreement_signatures', ['fingerprint'], unique=False)
    op.create_index(op.f('ix_agreement_signatures_parent_id'), 'agreement_signatures', ['parent_id'], unique=False)
    op.create_index(op.f('ix_agreement_signatures_person_id'), 'agreement_signatures', ['person_id'], unique=False)

    op.create_table('dispute_words',
    sa.Column('id', BigId, nullable=False),
    sa.Column('dispute_id', BigId, nullable=False),
    sa.Column('organisation_id', BigId, nullable=False),
    sa.Column('person_id', BigId, nullable=True),
    sa.Column('words', sa.String(length=4000), nullable=False),
    sa.Column('file_key', sa.String(length=120), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['dispute_id'], ['disputes.id'], name=op.f('fk_dispute_words_dispute_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_dispute_words_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_dispute_words_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute_words'))
    )
    op.create_index(op.f('ix_dispute_words_dispute_id'), 'dispute_words', ['dispute_id'], unique=False)
    op.create_index(op.f('ix_dispute_words_organisation_id'), 'dispute_words', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_dispute_words_person_id'), 'dispute_words', ['person_id'], unique=False)

    op.create_table('document_voidings',
    sa.Column('id', BigId, nullable=False),
    sa.Column('document_id', BigId, nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('words', sa.String(length=2000), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['agreement_documents.id'], name=op.f('fk_document_voidings_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_voidings')),
    sa.UniqueConstraint('document_id', name=op.f('uq_document_voidings_document_id'))
    )
    op.create_table('signature_checks',
    sa.Column('id', BigId, nullable=False),
    sa.Column('signature_id', BigId, nullable=False),
    sa.Column('verdict', one_of("verdict", "accept hold revoked"), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('crl_number', sa.String(length=80), nullable=False),
    sa.Column('crl_sha256', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['signature_id'], ['agreement_signatures.id'], name=op.f('fk_signature_checks_signature_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature_checks'))
    )
    op.create_index(op.f('ix_signature_checks_signature_id'), 'signature_checks', ['signature_id'], unique=False)

    op.create_table('signed_uploads',
    sa.Column('id', BigId, nullable=False),
    sa.Column('ref', sa.String(length=32), nullable=False),
    sa.Column('document_id', BigId, nullable=False),
    sa.Column('side', one_of("side", "seller buyer"), nullable=False),
    sa.Column('person_id', BigId, nullable=False),
    sa.Column('way', one_of("way", "upload token demo code scan"), nullable=False),
    sa.Column('state', one_of("state", "received checking accepted held refused"), nullable=False),
    sa.Column('base_signature_id', BigId, nullable=True),
    sa.Column('file_key', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('refusal', sa.String(length=40), nullable=False),
    sa.Column('report', PlainJson, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['base_signature_id'], ['agreement_signatures.id'], name=op.f('fk_signed_uploads_base_signature_id')),
    sa.ForeignKeyConstraint(['document_id'], ['agreement_documents.id'], name=op.f('fk_signed_uploads_document_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_signed_uploads_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_uploads')),
    sa.UniqueConstraint('ref', name=op.f('uq_signed_uploads_ref'))
    )
    op.create_index(op.f('ix_signed_uploads_base_signature_id'), 'signed_uploads', ['base_signature_id'], unique=False)
    op.create_index(op.f('ix_signed_uploads_document_id'), 'signed_uploads', ['document_id'], unique=False)
    op.create_index(op.f('ix_signed_uploads_person_id'), 'signed_uploads', ['person_id'], unique=False)
    op.create_index('ix_signed_uploads_state_at', 'signed_uploads', ['state', 'at'], unique=False)
    op.create_index('uq_signed_uploads_open', 'signed_uploads', ['document_id'], unique=True, postgresql_where=sa.text("state IN ('received', 'checking')"), sqlite_where=sa.text("state IN ('received', 'checking')"))

    op.create_table('signing_bases',
    sa.Column('id', BigId, nullable=False),
    sa.Column('document_id', BigId, nullable=False),
    sa.Column('signature_id', BigId, nullable=True),
    sa.ForeignKeyConstraint(['document_id'], ['agreement_documents.id'], name=op.f('fk_signing_bases_document_id')),
    sa.ForeignKeyConstraint(['signature_id'], ['agreement_signatures.id'], name=op.f('fk_signing_bases_signature_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_bases')),
    sa.UniqueConstraint('document_id', name=op.f('uq_signing_bases_document_id'))
    )
    op.create_index(op.f('ix_signing_bases_signature_id'), 'signing_bases', ['signature_id'], unique=False)

    op.create_table('signing_codes',
    sa.Column('id', BigId, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('document_id', BigId, nullable=False),
    sa.Column('base_signature_id', BigId, nullable=True),
    sa.Column('side', one_of("side", "seller buyer"), nullable=False),
    sa.Column('person_id', BigId, nullable=False),
    sa.Column('prepared', PlainJson, nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['base_signature_id'], ['agreement_signatures.id'], name=op.f('fk_signing_codes_base_signature_id')),
    sa.ForeignKeyConstraint(['document_id'], ['agreement_documents.id'], name=op.f('fk_signing_codes_document_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_signing_codes_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_codes')),
    sa.UniqueConstraint('digest', name=op.f('uq_signing_codes_digest'))
    )
    op.create_index(op.f('ix_signing_codes_base_signature_id'), 'signing_codes', ['base_signature_id'], unique=False)
    op.create_index(op.f('ix_signing_codes_document_id'), 'signing_codes', ['document_id'], unique=False)
    op.create_index(op.f('ix_signing_codes_person_id'), 'signing_codes', ['person_id'], unique=False)
    op.create_table('glass_breaks',
    sa.Column('id', BigId, nullable=False),
    sa.Column('agreement_id', BigId, nullable=False),
    sa.Column('person_id', BigId, nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('at < until', name=op.f('ck_glass_breaks_runs_forward')),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreements.id'], name=op.f('fk_glass_breaks_agreement_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_glass_breaks_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_glass_breaks'))
    )
    op.create_index(op.f('ix_glass_breaks_agreement_id'), 'glass_breaks', ['agreement_id'], unique=False)
    op.create_index(op.f('ix_glass_breaks_person_id'), 'glass_breaks', ['person_id'], unique=False)
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        for name in SERIES:
            op.execute(f"CREATE SEQUENCE {name}_refs AS bigint")
    for table in GROWING:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Take them away: a table's indexes and triggers go with it."""
    for table in (
        "glass_breaks",
        "signing_codes",
        "signing_bases",
        "signed_uploads",
        "signature_checks",
        "document_voidings",
        "dispute_words",
        "agreement_signatures",
        "disputes",
        "department_reviews",
        "call_off_lines",
        "agreement_documents",
        "acceptances",
        "terms_versions",
        "terms_drafts",
        "suspensions",
        "quote_lines",
        "monitoring_cases",
        "deadlines",
        "call_offs",
        "awards",
        "agreement_releases",
        "agreement_lines",
        "agreement_events",
        "request_lines",
        "quote_rounds",
        "agreements",
        "supply_offers",
        "request_invitations",
        "quotes",
        "requests",
        "registered_certificates",
        "paper_books",
        "mandates",
        "rule_changes",
        "trust_roots",
        "revocation_lists",
        "model_clauses",
        "kind_policies",
        "calendar_days",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in SERIES:
            op.execute(f"DROP SEQUENCE {name}_refs")
