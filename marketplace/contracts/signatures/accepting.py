"""Whether a signed file is accepted: eleven checks in a fixed order, each with its own refusal.

The file's own words are never believed: what counts is our last revision, the authorities that we trust and the
lists of revocations that we hold. Nothing here asks a database or a network.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from marketplace.contracts.signatures import revocation
from marketplace.contracts.signatures.faults import Fault
from marketplace.contracts.signatures.identity import identity_of
from marketplace.contracts.signatures.loops import awaited
from marketplace.contracts.signatures.opening import (
    Case,
    Found,
    check_block,
    check_nothing_else,
    check_one_new,
    check_ours,
    check_readable,
)
from marketplace.contracts.signatures.questions import Answer, Judgement, Question, covers, refused
from marketplace.contracts.signatures.revocation import Known
from marketplace.core import clock
from marketplace.core.tax_codes import TaxCodeKind, kind_of

CLOCKS_DIFFER = timedelta(minutes=5)
LEAST_RSA, LEAST_CURVE = 2048, 256
# purposes of machines and of authorities: a certificate that names nothing else was not given to sign papers
OF_MACHINES = {
    "server_auth", "code_signing", "time_stamping", "ocsp_signing", "ipsec_end_system", "ipsec_tunnel", "ipsec_user",
}  # fmt: skip
STRONG = {"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"}


def accept(question: Question) -> Answer:
    """Go through the eleven; the first that fails refuses, and only unknown revocation holds."""
    case = Case(question)
    for number, check in enumerate(CHECKS, start=1):
        try:
            check(case)
        except Found as found:
            return refused(found.fault, number, **case.report)
        except (RecursionError, MemoryError):
            return refused(Fault.TOO_HEAVY, number, **case.report)
        except Exception as error:  # hostile files break the reader in ways without number
            return refused(Fault.BROKEN, number, **case.report, error=type(error).__name__)
    held = case.report["revocation"] == Known.UNKNOWN
    return Answer(Judgement.HOLD if held else Judgement.ACCEPT, None, 0, case.report)


# --- 6 ---------------------------------------------------------------------------------------------------------------


def check_intact(case: Case) -> None:
    """Every signature fits its bytes; the new one covers all, but for material to validate it."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    fresh = case.signature
    _check_gap(case.question.file, fresh)
    for one in case.reader.embedded_regular_signatures:
        if not _fits(one):
            raise Found(Fault.TAMPERED)
    coverage = fresh.evaluate_signature_coverage()
    whole = coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not whole and (coverage != SignatureCoverageLevel.ENTIRE_REVISION or not _only_material_after(case)):
        raise Found(Fault.NOT_WHOLE)
    case.report["coverage"] = "entire_file" if whole else "with_validation_material"


def _check_gap(file: bytes, signature: Any) -> None:
    """What is not signed is exactly the signature itself."""
    numbers = [int(one) for one in signature.byte_range]
    if len(numbers) != 4 or numbers[0] != 0 or min(numbers) < 0:
        raise Found(Fault.NOT_WHOLE)
    _zero, first, second, rest = numbers
    gap = file[first:second]
    if second + rest > len(file) or gap[:1] != b"<" or gap[-1:] != b">":
        raise Found(Fault.NOT_WHOLE)
    content = bytes.fromhex(gap[1:-1].decode("ascii"))
    if content != signature.pkcs7_content or content[_length(content) :].strip(b"\x00"):
        raise Found(Fault.NOT_WHOLE)


def _length(content: bytes) -> int:
    """How long the signature itself is; behind it stand zeros only."""
    from asn1crypto import cms

    return len(cms.ContentInfo.load(content).dump())


def _fits(signature: Any) -> bool:
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    content = signature.signed_data["encap_content_info"]
    if content["content_type"].native != "data" or content["content"].native is not None:
        return False
    certificate, digest = signature.signer_cert, signature.compute_digest()
    try:
        both = validate_sig_integrity(
            signature.signer_info, certificate, expected_content_type="data", actual_digest=digest
        )
    except SignatureValidationError:
        return False
    return all(both)


def _only_material_after(case: Case) -> bool:
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel

    result = DEFAULT_DIFF_POLICY.review_file(case.reader, case.signature.signed_revision)
    return isinstance(result, DiffResult) and result.modification_level <= ModificationLevel.LTA_UPDATES


# --- 7 ---------------------------------------------------------------------------------------------------------------


def check_trusted(case: Case) -> None:
    """The chain ends at one of our roots; method, key and use are fit for signing."""
    signature, certificate = case.signature, case.signature.signer_cert
    case.identity = identity_of(certificate)
    case.report |= {"signer": _described(case.identity), "method": _method(signature)}
    if not _is_strong(signature):
        raise Found(Fault.WEAK_HASH)
    if not _is_long_enough(certificate.public_key):
        raise Found(Fault.WEAK_KEY)
    case.chain = _chain(case)
    if not _is_made_for_signing(certificate):
        raise Found(Fault.WRONG_USAGE)
    case.report["certificates"] = [base64.b64encode(one.dump()).decode() for one in case.chain]


def _is_made_for_signing(certificate: Any) -> bool:
    """A holder's own certificate, not an authority's, whose use and purposes let her sign papers."""
    usage, purposes = certificate.key_usage_value, certificate.extended_key_usage_value
    if certificate.ca or usage is None or "non_repudiation" not in usage.native:
        return False
    return purposes is None or not set(purposes.native) <= OF_MACHINES


def _method(signature: Any) -> str:
    info = signature.signer_info
    return f"{info['signature_algorithm']['algorithm'].native} {signature.md_algorithm}"


def _is_strong(signature: Any) -> bool:
    """Both the file's digest and that of the signature itself; a PSS signature names its own."""
    algorithm = signature.signer_info["signature_algorithm"]
    try:
        own = algorithm.hash_algo
    except ValueError:
        own = signature.md_algorithm
    return signature.md_algorithm in STRONG and own in STRONG


def _is_long_enough(key: Any) -> bool:
    if key.algorithm in {"rsa", "rsassa_pss"}:
        return bool(key.bit_size >= LEAST_RSA)
    if key.algorithm == "ec":
        return bool(key.bit_size >= LEAST_CURVE)
    return key.algorithm in {"ed25519", "ed448"}


def _chain(case: Case) -> list[Any]:
    """From the holder to the root; judged at the receipt, or at the near end of the certificate's own time."""
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import DisallowedAlgorithmError, PathError, ValidationError

    certificate, question = case.signature.signer_cert, case.question
    own = case.identity
    moment = min(max(question.received_at, own.valid_from), own.valid_until)
    context = ValidationContext(
        trust_roots=_roots(question), other_certs=case.signature.other_embedded_certs, moment=moment, crls=[],
        allow_fetching=False, revocation_mode="soft-fail",
    )  # fmt: skip
    validator = CertificateValidator(certificate, validation_context=context)
    try:
        path = awaited(validator.async_validate_path())
    except DisallowedAlgorithmError as error:
        raise Found(Fault.WEAK_HASH) from error
    except (PathError, ValidationError, ValueError) as error:
        raise Found(Fault.UNTRUSTED) from error
    return list(reversed(list(path.iter_certs(include_root=True))))


def _roots(question: Question) -> list[Any]:
    from asn1crypto import x509

    return [x509.Certificate.load(der) for der in question.roots]


def _described(identity: Any) -> dict[str, Any]:
    return {
        "name": identity.name,
        "organisation": identity.organisation,
        "tax_codes": list(identity.tax_codes),
        "issuer": identity.issuer,
        "serial": identity.serial,
        "fingerprint": identity.fingerprint,
        "valid_from": identity.valid_from.isoformat(),
        "valid_until": identity.valid_until.isoformat(),
    }


# --- 8 to 11 ---------------------------------------------------------------------------------------------------------


def check_holder(case: Case) -> None:
    """The number in the subject's UID is the organisation's; a certificate without one was registered."""
    identity, question = case.identity, case.question
    # only a household goes by its owner's own number: a company's code is no person's
    own = identity.numbers if kind_of(question.tax_code) is TaxCodeKind.PERSON else identity.tax_codes
    if question.tax_code and question.tax_code in own:
        case.report["bound_by"] = "tax_code"
    elif (identity.fingerprint, identity.issuer) in question.registered:
        case.report["bound_by"] = "registration"
    else:
        raise Found(Fault.OTHER_ORGANISATION if identity.numbers else Fault.NO_TAX_CODE)


def check_time(case: Case) -> None:
    """The claimed time lies between issue and receipt, clocks allowed for; the certificate is valid at the receipt."""
    question, claimed = case.question, _claimed(case.signature)
    if claimed is None:
        raise Found(Fault.NO_TIME)
    case.report |= {"claimed_at": claimed.isoformat(), "received_at": question.received_at.isoformat()}
    if claimed < question.issued_at - CLOCKS_DIFFER:
        raise Found(Fault.BACK_DATED)
    if claimed > question.received_at + CLOCKS_DIFFER:
        raise Found(Fault.CLOCK_AHEAD)
    if question.received_at > case.identity.valid_until:
        raise Found(Fault.EXPIRED)
    if question.received_at < case.identity.valid_from:
        raise Found(Fault.NOT_YET_VALID)


def _claimed(signature: Any) -> datetime | None:
    found = signature.self_reported_timestamp
    if not isinstance(found, datetime):
        return None
    return found if found.tzinfo else found.replace(tzinfo=clock.VIETNAM)


def check_revocation(case: Case) -> None:
    """Not revoked before the receipt; where no list proves it, that is written down and the file is held."""
    question = case.question
    chain = [one.dump() for one in case.chain]
    moment = question.received_at
    standing = revocation.standing_of(chain, question.lists, received_at=moment, now=moment)
    case.report |= {"revocation": standing.known.value, "lists": [described(one) for one in standing.lists]}
    if standing.known is Known.REVOKED:
        case.report["revoked_at"] = standing.revoked_at.isoformat() if standing.revoked_at else ""
        raise Found(Fault.REVOKED)


def described(listed: revocation.Listed) -> dict[str, str]:
    """A list of revocations, as reports name it."""
    return {
        "issuer": listed.issuer,
        "number": listed.number,
        "this_update": listed.this_update.isoformat(),
        "next_update": listed.next_update.isoformat(),
        "sha256": listed.sha256,
    }


def check_mandate(case: Case) -> None:
    """A mandate of whoever sent the file covers kind, value and day; the legal representative needs none."""
    question = case.question
    if question.is_representative:
        case.report["mandate"] = "representative"
        return
    fault = covers(question.powers, question.kind, question.value_vnd, clock.local(question.received_at).date())
    if fault is not None:
        raise Found(fault)
    case.report["mandate"] = "mandate"


CHECKS: tuple[Callable[[Case], None], ...] = (
    check_readable,
    check_ours,
    check_one_new,
    check_nothing_else,
    check_block,
    check_intact,
    check_trusted,
    check_holder,
    check_time,
    check_revocation,
    check_mandate,
)
