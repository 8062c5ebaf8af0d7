"""What requests, quotes, agreements, signatures, call-offs and disputes are."""

from marketplace.contracts.models.agreements import (
    Acceptance,
    Agreement,
    AgreementEvent,
    AgreementLine,
    TermsDraft,
    TermsVersion,
)
from marketplace.contracts.models.glass import GlassBreak
from marketplace.contracts.models.performing import (
    CallOff,
    CallOffLine,
    Dispute,
    DisputeWord,
    MonitoringCase,
    Suspension,
)
from marketplace.contracts.models.reviews import DepartmentReview
from marketplace.contracts.models.rules import CalendarDay, Deadline, KindPolicy, ModelClause
from marketplace.contracts.models.signing import (
    Document,
    DocumentVoiding,
    Mandate,
    PaperBook,
    RegisteredCertificate,
    Release,
    RevocationList,
    RuleChange,
    Signature,
    SignatureCheck,
    SignedUpload,
    SigningBase,
    SigningCode,
    TrustRoot,
)
from marketplace.contracts.models.sourcing import (
    Award,
    Quote,
    QuoteLine,
    QuoteRound,
    Request,
    RequestInvitation,
    RequestLine,
    SupplyOffer,
)

__all__ = [
    "Acceptance", "Agreement", "AgreementEvent", "AgreementLine", "Award", "CalendarDay", "CallOff", "CallOffLine",
    "Deadline", "DepartmentReview", "Dispute", "DisputeWord", "Document", "DocumentVoiding", "GlassBreak",
    "KindPolicy", "Mandate", "ModelClause", "MonitoringCase", "PaperBook", "Quote", "QuoteLine", "QuoteRound",
    "RegisteredCertificate", "Release", "Request", "RequestInvitation", "RequestLine", "RevocationList", "RuleChange",
    "Signature", "SignatureCheck", "SignedUpload", "SigningBase", "SigningCode", "SupplyOffer", "Suspension",
    "TermsDraft", "TermsVersion", "TrustRoot",
]  # fmt: skip
