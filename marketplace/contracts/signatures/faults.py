"""Why a signed file is not accepted: one code and one sentence each, in the order of the eleven checks."""

from __future__ import annotations

from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.states import Labelled


class Fault(Labelled):
    """What is wrong with a file, and what its signer does about it."""

    # 1 a readable PDF
    TOO_LARGE = (
        "too_large",
        _l("The file is far larger than what we issued. Please sign the file from this page as it is."),
    )
    NOT_A_PDF = "not_a_pdf", _l("This is not a PDF file. Please send the PDF that your signing tool has saved.")
    BROKEN = (
        "broken",
        _l("The PDF is damaged or not built as the standard asks. Please sign once more and send it again."),
    )
    PASSWORD = "password", _l("The PDF asks for a password. Please sign it without protecting it.")
    ENCRYPTED = "encrypted", _l("The PDF is encrypted. Please switch the protection off in your signing tool.")
    TOO_HEAVY = "too_heavy", _l("Checking this file took more time or memory than any honest file needs.")
    JUNK = "junk", _l("Something stands after the end of the PDF. Please send the file exactly as your tool saved it.")
    # 2 our last revision, byte for byte
    NOT_OURS = (
        "not_ours",
        _l(
            "This file does not begin with the document that we issued, byte for byte: it was saved anew, printed, or "
            "is another one. Please download the document here, sign it and send what your tool saves."
        ),
    )
    OLDER = (
        "older",
        _l(
            "This file was signed on an earlier state of the document: the other side has signed meanwhile. Please "
            "download it again and sign that file."
        ),
    )
    SHORTENED = (
        "shortened",
        _l("A signature that we hold is missing from this file. Please sign the file from this page."),
    )
    # 3 exactly one new signature
    UNSIGNED = "unsigned", _l("There is no new signature in this file. Please sign it first, then send it.")
    TWO = (
        "two_signatures",
        _l("There is more than one new signature in this file. Each side signs once, one after the other."),
    )
    FORMAT = (
        "format",
        _l("This kind of signature is not known here. Please choose PAdES or PKCS #7 in your signing tool."),
    )
    # 4 nothing else changed
    CHANGED = (
        "changed",
        _l(
            "Besides the signature something in the document was changed after we issued it. That is never accepted, "
            "whatever it is. For other terms ask for changes on the agreement's page."
        ),
    )
    LOCKED = (
        "locked",
        _l(
            "The signature locks or certifies the document, so that the other side's would break it. Please sign "
            "once more without that: as an ordinary signature that leaves the document open."
        ),
    )
    # 5 inside the reserved block
    OUTSIDE = (
        "outside",
        _l(
            "The signature's picture lies outside of the block that is kept for your side. Please place it in "
            "the block."
        ),
    )
    # 6 intact, over the whole file
    TAMPERED = (
        "tampered",
        _l("The signature does not fit the file: it was changed after signing. Please sign once more."),
    )
    NOT_WHOLE = (
        "not_whole",
        _l("The signature does not cover the whole file. Please sign once more and change nothing after it."),
    )
    # 7 a trusted chain, strong enough
    UNTRUSTED = (
        "untrusted",
        _l(
            "The certificate was not issued by an authority that is trusted here. Please use a public digital "
            "signature of a licensed authority."
        ),
    )
    WRONG_USAGE = (
        "wrong_usage",
        _l("This certificate is not made for signing (non-repudiation). Please use another one."),
    )
    WEAK_KEY = "weak_key", _l("The key of this certificate is too short: RSA from 2048 bits or ECDSA from 256 bits.")
    WEAK_HASH = (
        "weak_hash",
        _l("The signature was made with an outdated method (such as SHA-1). Please choose SHA-256."),
    )
    # 8 the organisation's own
    OTHER_ORGANISATION = (
        "other_organisation",
        _l(
            "The certificate belongs to another tax code than your organisation's. Please sign with your "
            "organisation's own."
        ),
    )
    NO_TAX_CODE = (
        "no_tax_code",
        _l(
            "The certificate names no tax code, so it cannot be tied to your organisation. For a certificate of the "
            "state's own authority ask the operator to register it."
        ),
    )
    # 9 the right time
    NO_TIME = (
        "no_time",
        _l("The signature does not say when it was made. Please switch the signing time on in your tool."),
    )
    BACK_DATED = (
        "back_dated",
        _l("The signature claims a time before we issued the document. Please set the clock of the computer right."),
    )
    CLOCK_AHEAD = (
        "clock_ahead",
        _l(
            "The signature claims a time that is still to come. Please set the clock of the computer right "
            "and sign again."
        ),
    )
    EXPIRED = "expired", _l("The certificate had expired when the file came in. Please renew it, then sign again.")
    NOT_YET_VALID = "not_yet_valid", _l("The certificate is not valid yet. Please sign when its time has begun.")
    # 10 not revoked
    REVOKED = "revoked", _l("The certificate was revoked before the file came in. Please sign with a valid one.")
    UNPROVEN = (
        "unproven",
        _l(
            "For seven days no list of the authority proved that the certificate was not revoked. Please sign again, "
            "if need be with another certificate."
        ),
    )
    # 11 the mandate
    NO_MANDATE = "no_mandate", _l("There is no mandate under which you may sign for your organisation today.")
    MANDATE_KIND = "mandate_kind", _l("Your mandate does not cover this kind of agreement.")
    MANDATE_VALUE = "mandate_value", _l("The value of this agreement is above the limit of your mandate.")
    # what happened meanwhile
    MOVED_ON = "moved_on", _l("The document was withdrawn or signed by somebody else while your file was checked.")
    SUSPENDED = "suspended", _l("One of the two organisations is suspended: nothing is signed until that is lifted.")
    RENAMED = (
        "renamed",
        _l(
            "The legal name or tax code of one of the sides has changed since this paper was issued. Please ask for "
            "changes, so that a new version names it as it is now."
        ),
    )


STEPS = {
    1: _l("a readable PDF without a password"),
    2: _l("begins with our document, byte for byte"),
    3: _l("exactly one new signature"),
    4: _l("nothing else was changed"),
    5: _l("the signature lies in its block"),
    6: _l("every signature is intact, the new one covers the whole file"),
    7: _l("trusted authority, key and method strong enough"),
    8: _l("the certificate is the organisation's own"),
    9: _l("signed and valid at the right time"),
    10: _l("not revoked, as a list of the authority proves"),
    11: _l("the signatory's mandate covers it"),
}
