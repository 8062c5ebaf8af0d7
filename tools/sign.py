#!/usr/bin/env python3
"""Sign one agreement with your organisation's own certificate: the key never leaves this computer.

    python3 sign.py CODE --site https://… --token token.p12 [--save paper.pdf] [--yes]

The code stands on the agreement's page and is good for ten minutes. This program fetches the issued PDF, shows number,
parties and fingerprint, makes sure that the file prepared for signing begins with the issued one byte for byte, reckons
digest and attributes itself, and refuses to sign when the server says otherwise. It asks for the PIN, signs, and sends
the signature back. It signs one document and ends.

Needs `cryptography` and `asn1crypto`. The token is a .p12 file here; for a USB token replace `Token` by your maker's
PKCS #11 driver: it has to hand out a certificate and to sign bytes.
"""

from __future__ import annotations

import argparse
import base64
import getpass
import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

SECONDS = 60
MOST_BYTES = 40 * 1024 * 1024


class Wrong(Exception):
    """Something is not as it must be: nothing is signed."""


# --- the token -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Token:
    """A certificate with its key, opened by a PIN."""

    key: Any
    certificate: bytes
    others: tuple[bytes, ...]

    @classmethod
    def opened(cls, path: Path, pin: str) -> Token:
        """Read a .p12 file."""
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

        try:
            key, certificate, others = load_key_and_certificates(path.read_bytes(), pin.encode())
        except (OSError, ValueError) as error:
            raise Wrong(f"the token could not be opened: is the PIN right? ({error})") from error
        if key is None or certificate is None:
            raise Wrong("the token holds no key with its certificate")
        return cls(key, certificate.public_bytes(Encoding.DER), tuple(one.public_bytes(Encoding.DER) for one in others))

    def sign(self, data: bytes) -> bytes:
        """RSA (PKCS #1) or ECDSA over SHA-256."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding

        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        return bytes(self.key.sign(data, padding.PKCS1v15(), hashes.SHA256()))


# --- the server ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """The marketplace; only secured addresses, but for this computer itself."""

    root: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.root)
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise Wrong("the site's address has to begin with https://")

    def fetch(self, path: str, send: dict[str, Any] | None = None) -> bytes:
        """What lies at a path, or what is answered to JSON; a refusal's own sentence."""
        address = urljoin(self.root, path)
        if urlsplit(address).netloc != urlsplit(self.root).netloc:
            raise Wrong("the server leads to another site")
        body = None if send is None else json.dumps(send).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 - checked when it was named
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                content: bytes = answer.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise Wrong(_sentence(error.read())) from error
        except OSError as error:
            raise Wrong(f"the site cannot be reached: {error}") from error
        if len(content) > MOST_BYTES:
            raise Wrong("the server sends too much")
        return content

    def ask(self, path: str, send: dict[str, Any] | None = None) -> dict[str, Any]:
        """The same as JSON."""
        try:
            told: dict[str, Any] = json.loads(self.fetch(path, send))
        except ValueError as error:
            raise Wrong("the server's answer could not be read") from error
        return told


def _sentence(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return "the server does not answer this"


# --- what is signed --------------------------------------------------------------------------------------------------


def digest_of(prepared: bytes, issued: bytes, gap: tuple[int, int]) -> bytes:
    """The digest of everything but the gap, reckoned here; the file begins with the issued one and names this gap."""
    start, end = gap
    if not prepared.startswith(issued) or len(prepared) <= len(issued):
        raise Wrong("the prepared file does not begin with the issued document")
    if not len(issued) < start < end < len(prepared) or prepared[start:end].strip(b"<>0"):
        raise Wrong("the gap for the signature is not where it has to be")
    named = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", prepared[len(issued) :])
    if [tuple(map(int, one)) for one in named] != [(0, start, end, len(prepared) - end)]:
        raise Wrong("the prepared file covers something else than the whole document")
    return hashlib.sha256(prepared[:start] + prepared[end:]).digest()


def _known_attributes() -> Any:
    """The names of attributes; asn1crypto knows the one for certificates (RFC 5035) once `tsp` is there."""
    from asn1crypto import cms, tsp

    assert tsp.SigningCertificateV2
    return cms


def attributes_of(digest: bytes, certificate: bytes) -> Any:
    """What a PAdES signature signs: kind of content, the digest, and by which certificate."""
    from asn1crypto import tsp

    cms = _known_attributes()
    by = tsp.ESSCertIDv2({"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(certificate).digest()})
    pairs = {
        "content_type": "data",
        "message_digest": digest,
        "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [by]}),
    }
    return cms.CMSAttributes([cms.CMSAttribute({"type": name, "values": (value,)}) for name, value in pairs.items()])


def check_attributes(sent: bytes, digest: bytes, certificate: bytes) -> None:
    """The server's attributes say exactly what ours say: the same digest, the same certificate, nothing else."""
    cms = _known_attributes()
    theirs = {one["type"].native: one["values"] for one in cms.CMSAttributes.load(sent, strict=True)}
    ours = {one["type"].native: one["values"] for one in attributes_of(digest, certificate)}
    if theirs.keys() != ours.keys():
        raise Wrong("the server wants something else signed: " + ", ".join(sorted(theirs.keys() ^ ours.keys())))
    if theirs["content_type"].native != ["data"] or theirs["message_digest"].native != [digest]:
        raise Wrong("the server names another digest than the one reckoned here")
    named = theirs["signing_certificate_v2"][0]["certs"]
    if len(named) != 1 or named[0]["cert_hash"].native != hashlib.sha256(certificate).digest():
        raise Wrong("the server names another certificate")
    if named[0]["hash_algorithm"]["algorithm"].native != "sha256":
        raise Wrong("the server names the certificate by an outdated method")


# --- one signature ---------------------------------------------------------------------------------------------------


def show(task: dict[str, Any]) -> None:
    """What the signer compares with what she has read."""
    rows = {
        "Agreement": f"{task['title']} ({task['agreement']})",
        "Number": task["number"],
        "Seller": task["seller"],
        "Buyer": task["buyer"],
        "You sign for": f"{task['signs_for']} ({task['tax_code'] or '–'}), {task['side']}",
        "SHA-256": task["sha256"],
    }
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"  {name:<{width}}  {_plain(str(value))}")


def _plain(text: str) -> str:
    """No control signs that could hide something on the screen."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def issued_document(site: Site, task: dict[str, Any]) -> bytes:
    """The document, whose fingerprint is reckoned here."""
    issued = site.fetch(task["document"])
    if hashlib.sha256(issued).hexdigest() != task["sha256"]:
        raise Wrong("the document's fingerprint is not the one that was announced")
    return issued


def sign(site: Site, task: dict[str, Any], issued: bytes, token: Token) -> dict[str, Any]:
    """Show the certificate, look at what comes back, sign what was reckoned here, hand the signature in."""
    chain = [base64.b64encode(one).decode() for one in (token.certificate, *token.others)]
    offer = site.ask(task["certificate"], {"certificates": chain})
    prepared = site.fetch(offer["prepared"])
    digest = digest_of(prepared, issued, (int(offer["gap"][0]), int(offer["gap"][1])))
    attributes = base64.b64decode(offer["attributes"])
    check_attributes(attributes, digest, token.certificate)
    signature = token.sign(attributes)
    return site.ask(offer["signature"], {"signature": base64.b64encode(signature).decode()})


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="sign", description="Sign one agreement with your own certificate.")
    parser.add_argument("code", help="the code of the agreement's page")
    parser.add_argument("--site", required=True, help="address of the marketplace")
    parser.add_argument("--token", required=True, type=Path, help="the .p12 file of your certificate")
    parser.add_argument("--save", type=Path, help="keep the issued PDF here, to read it once more")
    parser.add_argument("--yes", action="store_true", help="do not ask before signing")
    return parser.parse_args()


def main() -> int:
    """One document, then the end."""
    asked = arguments()
    try:
        site = Site(asked.site)
        task = site.ask(f"/sign/{asked.code.strip()}")
        issued = issued_document(site, task)
        show(task)
        if asked.save:
            asked.save.write_bytes(issued)
        if not asked.yes and input("Sign this document? (yes/no) ").strip().lower() not in {"yes", "y", "có", "co"}:
            return 1
        pin = os.environ.get("SIGN_PIN") or getpass.getpass("PIN of the token: ")
        done = sign(site, task, issued, Token.opened(asked.token, pin))
    except (Wrong, KeyError, ValueError) as error:
        _fail(str(error))
    print(f"Handed in as {done['upload']}. How the check ends stands here:\n  {done['page']}")
    return 0


def _fail(sentence: str) -> NoReturn:
    sys.exit(f"Nothing was signed: {sentence}")


if __name__ == "__main__":
    sys.exit(main())
