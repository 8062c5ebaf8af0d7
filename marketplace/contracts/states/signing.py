"""What an upload, a check of a signature and a code for signing can be."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled, Machine


class UploadState(Labelled):
    """Where a signed file stands."""

    RECEIVED = "received", _l("file received")
    CHECKING = "checking", _l("being checked")
    ACCEPTED = "accepted", _l("accepted")
    HELD = "held", _l("on hold until revocation is known")
    REFUSED = "refused", _l("refused")


class UploadAction(Labelled):
    """What may happen to a signed file."""

    CHECK = "check", _l("Check")
    ACCEPT = "accept", _l("Accept")
    HOLD = "hold", _l("Hold")
    REFUSE = "refuse", _l("Refuse")


UPLOAD: Machine[UploadState, UploadAction] = Machine(
    {
        (UploadState.RECEIVED, UploadAction.CHECK): UploadState.CHECKING,
        # a check that died with its worker is begun again
        (UploadState.CHECKING, UploadAction.CHECK): UploadState.CHECKING,
        (UploadState.CHECKING, UploadAction.ACCEPT): UploadState.ACCEPTED,
        (UploadState.CHECKING, UploadAction.HOLD): UploadState.HELD,
        (UploadState.CHECKING, UploadAction.REFUSE): UploadState.REFUSED,
        (UploadState.RECEIVED, UploadAction.REFUSE): UploadState.REFUSED,
        (UploadState.HELD, UploadAction.ACCEPT): UploadState.ACCEPTED,
        (UploadState.HELD, UploadAction.REFUSE): UploadState.REFUSED,
    }
)
OPEN_UPLOADS = (UploadState.RECEIVED, UploadState.CHECKING)


class Way(Labelled):
    """How somebody signed."""

    UPLOAD = "upload", _l("file signed outside")
    TOKEN = "token", _l("by the command at the signer's side")
    DEMO = "demo", _l("demo signer, for trying out")
    CODE = "code", _l("one-time code")
    SCAN = "scan", _l("scan of the signed paper")


class Verdict(Labelled):
    """What is known of a signature."""

    ACCEPT = "accept", _l("valid")
    HOLD = "hold", _l("valid, revocation not yet known")
    REVOKED = "revoked", _l("the certificate was revoked")


class ChangeState(Labelled):
    """Where a change of the rules stands that needs four eyes."""

    PROPOSED = "proposed", _l("waits for a second person")
    APPLIED = "applied", _l("in force")
    DECLINED = "declined", _l("declined")
    WITHDRAWN = "withdrawn", _l("taken back")


class ChangeAction(Labelled):
    """What may happen to it."""

    APPLY = "apply", _l("Put into force")
    DECLINE = "decline", _l("Decline")
    WITHDRAW = "withdraw", _l("Take it back")


CHANGE: Machine[ChangeState, ChangeAction] = Machine(
    {
        (ChangeState.PROPOSED, ChangeAction.APPLY): ChangeState.APPLIED,
        (ChangeState.PROPOSED, ChangeAction.DECLINE): ChangeState.DECLINED,
        (ChangeState.PROPOSED, ChangeAction.WITHDRAW): ChangeState.WITHDRAWN,
    }
)


class ChangeKind(Labelled):
    """What two operators change together."""

    POLICY = "policy", _l("policy of a kind of agreement")
    CLAUSE = "clause", _l("model clause")
    ROOT = "root", _l("trusted certificate authority")
    FINGERPRINT = "fingerprint", _l("registered certificate")
    HOLIDAY = "holiday", _l("working days")
