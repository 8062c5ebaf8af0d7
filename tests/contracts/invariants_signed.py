"""Texts, papers and signatures against their hashes: invariants 3, 6, 7 and 8, and 18 of the chain of events."""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from marketplace.core.files import Missing, store
from tests.contracts.invariants_texts import SIDES, data
from tests.contracts.seen import Row, Seen

FIRST = "0" * 64
RUNNING = {"active", "winding_down"}


def written(value: Any) -> bytes:
    """The one way to write data down, once more: NFC, sorted names, no blanks, no floats."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        raise TypeError("a float")
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_plain(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def hashes_are_those_of_what_is_stored(now: Seen, _before: Seen | None) -> Iterator[str]:
    """3: every text has its hash, every issued paper names it."""
    for version in now["terms_versions"]:
        if _hash_of(version.canonical) != version.sha256:
            yield f"version {version.id} does not have its hash"
    for document in now["agreement_documents"]:
        if now.one("terms_versions", document.version_id).sha256 != document.terms_sha256:
            yield f"document {document.id} names another text than its version"


@cache
def _hash_of(canonical: str) -> str:
    """The hash of a text that is written in the one way; nothing where it is not."""
    try:
        again = written(json.loads(canonical))
    except (TypeError, ValueError):
        return ""
    return sha256(again) if again == canonical.encode() else ""


def files_are_those_of_their_hashes(now: Seen, _before: Seen | None) -> Iterator[str]:
    """3, the files: every PDF has its hash and size, and carries the hash of its terms."""
    for document in now["agreement_documents"]:
        content = _file(document.file_key)
        if sha256(content) != document.sha256 or len(content) != document.size:
            yield f"file {document.file_key} has other bytes"
        elif document.terms_sha256 not in _letters(content):
            yield f"document {document.id} does not carry the hash of its terms"
    for signature in now["agreement_signatures"]:
        if sha256(_file(signature.file_key)) != signature.sha256:
            yield f"signed file {signature.file_key} has other bytes"


def _file(key: str) -> bytes:
    try:
        return store().get(key)
    except Missing:
        return b""


@cache
def _letters(content: bytes) -> str:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def in_force_means_signed_by_both(now: Seen, _before: Seen | None) -> Iterator[str]:
    """6: what entered into force bears one signature of each side, two people, two organisations, each its own code."""
    for paper, entered in _entered(now):
        document = now.live_document(paper)
        chain = now.chain(document) if document is not None else []
        if document is None or sorted(one.side for one in chain) != sorted(SIDES):
            yield f"{paper.ref}: in force with the signatures of {[one.side.value for one in chain]}"
            continue
        if chain[0].person_id == chain[1].person_id or paper.seller_id == paper.buyer_id:
            yield f"{paper.ref}: one person or one organisation signed for both"
        if [one.parent_id for one in chain] != [None, chain[0].id]:
            yield f"{paper.ref}: the signatures do not stand on each other"
        if entered.figures.get("terms") != document.terms_sha256 or entered.figures.get("file") != chain[-1].sha256:
            yield f"{paper.ref}: entered into force by another paper"
        for one in chain:
            if one.received_at > entered.at or not _is_own(now, paper, document, one):
                yield f"{paper.ref}: the signature of the {one.side.value} is not its organisation's at signing"


def _entered(now: Seen) -> Iterator[tuple[Row, Row]]:
    """Every paper that is or was in force, with the event by which it entered."""
    for paper in now["agreements"]:
        for event in now.events(paper):
            if event.kind == "activate":
                yield paper, event
        if paper.state in RUNNING and not any(one.kind == "activate" for one in now.events(paper)):
            yield paper, now.events(paper)[-1]


def _is_own(now: Seen, paper: Row, document: Row, signature: Row) -> bool:
    """The certificate names the code that the text names and the organisation has; lighter ways know none."""
    if paper.evidence != "L2":
        return True
    named = data(now.one("terms_versions", document.version_id))["parties"][signature.side]["tax_code"]
    own = now.one("organisations", paper.seller_id if signature.side == "seller" else paper.buyer_id).tax_code
    codes = signature.report["signer"]["tax_codes"]
    return signature.evidence == "L2" and named == own == signature.tax_code and own in codes


def no_doubt_is_in_force(now: Seen, before: Seen | None) -> Iterator[str]:
    """7: nothing is in force by a held or revoked signature; what falls later is challenged, and four are told."""
    for paper, entered in _entered(now):
        document = now.live_document(paper)
        if document is None:
            continue
        fallen = 0
        for signature in now.chain(document):
            checks = now.of("signature_checks", signature_id=signature.id)
            by_then = [one.verdict for one in checks if one.at <= entered.at] or [signature.verdict]
            if by_then[-1] != "accept":
                yield f"{paper.ref}: entered into force with a signature that is {by_then[-1].value}"
            fallen += sum(one.verdict == "revoked" for one in checks if one.at > entered.at)
        yield from _challenged(now, paper, fallen)


def _challenged(now: Seen, paper: Row, fallen: int) -> Iterator[str]:
    if (paper.challenged_at is not None) != bool(fallen):
        yield f"{paper.ref}: {fallen} signatures fell, challenged at {paper.challenged_at}"
    if fallen and [one.kind for one in now.events(paper)].count("challenged_set") != 1:
        yield f"{paper.ref}: its signature is challenged and no event says so"
    told = [
        one.recipient_ref
        for one in now.of("notices", template="contracts/signature_challenged")
        if one.context["agreement"] == paper.ref
    ]
    if sorted(told) != sorted([*set(now.refs(paper).values())] * fallen):
        yield f"{paper.ref}: {fallen} signatures fell and {told} were told"


def bases_move_along_one_tree(now: Seen, before: Seen | None) -> Iterator[str]:
    """8: the base goes on by one signature or back to an earlier one; no file that was accepted is replaced."""
    for base in now["signing_bases"]:
        document = now.one("agreement_documents", base.document_id)
        if base.signature_id is not None:
            chain = now.chain(document)
            if any(one.document_id != document.id for one in chain) or len(chain) > len(SIDES):
                yield f"document {document.id}: its base stands in another tree"
        was = next((one for one in before["signing_bases"] if one.id == base.id), None) if before is not None else None
        if was is not None and was.signature_id != base.signature_id:
            forth = _above(now, base.signature_id)
            back = _above(now, was.signature_id)
            if was.signature_id not in forth and base.signature_id not in back:
                yield f"document {document.id}: its base jumped"
            paper = now.one("agreements", document.agreement_id)
            step = "sign" if was.signature_id in forth else "roll_back"
            if step not in [one.kind for one in now.events(paper)[len(before.events(paper)) :]]:  # type: ignore[union-attr]
                yield f"document {document.id}: its base moved without a step"


def _above(now: Seen, place: int | None) -> list[int | None]:
    """What a signature stands on, down to the issued paper."""
    found: list[int | None] = []
    while place is not None:
        place = now.one("agreement_signatures", place).parent_id
        found.append(place)
    return found


def files_grow_by_signatures(now: Seen, _before: Seen | None) -> Iterator[str]:
    """8, the files: each digitally signed file begins with the one it was signed upon, and is longer."""
    for one in now["agreement_signatures"]:
        if one.evidence != "L2":
            continue
        under = now.one("agreement_signatures", one.parent_id) if one.parent_id else None
        base = _file(under.file_key if under is not None else now.one("agreement_documents", one.document_id).file_key)
        content = _file(one.file_key)
        if not base or not content.startswith(base) or len(content) <= len(base):
            yield f"signed file {one.file_key} does not grow out of its base"


def chains_of_events_hold(now: Seen, before: Seen | None) -> Iterator[str]:
    """18: every event has the hash of itself and of the one before, and every published end still stands."""
    ends: dict[str, dict[int, str]] = {}
    # what was looked at already and is the same row needs no second look
    fine = {one.id: one for one in before["agreement_events"]} if before is not None else {}
    for paper in now["agreements"]:
        previous, known = FIRST, ends.setdefault(paper.ref, {})
        for number, event in enumerate(now.events(paper), start=1):
            if event.number != number or event.previous != previous:
                yield f"{paper.ref}: event {event.number} does not follow event {number - 1}"
            if fine.get(event.id) != event and event.hash != _hash_of_event(paper.ref, event):
                yield f"{paper.ref}: event {event.number} does not have its hash"
            previous = known[event.number] = event.hash
        if not known:
            yield f"{paper.ref}: nothing is known of it"
    yield from _heads(now, ends)


def _hash_of_event(ref: str, event: Row) -> str:
    body = {"agreement": ref, "at": event.at.isoformat(timespec="microseconds")}
    body |= {name: getattr(event, name) for name in HASHED}
    return sha256(event.previous.encode() + written(body))


HASHED = ("number", "kind", "actor_kind", "actor_ref", "organisation_ref", "before", "after", "figures")


def _heads(now: Seen, ends: dict[str, dict[int, str]]) -> Iterator[str]:
    previous = FIRST
    for head in now.heads:
        body = {"at": head["at"], "chains": head["chains"]}
        if head["previous"] != previous or head["hash"] != sha256(previous.encode() + written(body)):
            yield f"the head of {head['at']} was changed"
        previous = head["hash"]
        for ref, (number, hash_) in head["chains"].items():
            if ends.get(ref, {}).get(number) != hash_:
                yield f"{ref}: event {number}, which was published, is gone"
