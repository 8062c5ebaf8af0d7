#!/usr/bin/env python3
"""Sign one agreement with your organisation's own certificate: the key never leaves this computer.

    python3 sign.py CODE --site https://… --token token.p12 [--save paper.pdf] [--yes]
    python3 sign.py CODE --site https://… --module maker.so [--label NAME | --slot 0] [--serial 54ab…] [--save …]

The code stands on the agreement's page and is good for ten minutes. This program fetches the issued PDF, shows number,
parties and fingerprint, makes sure that the file prepared for signing begins with the issued one byte for byte, reckons
digest and attributes itself, and refuses to sign when the server says otherwise. It asks for the PIN, signs, and sends
the signature back. It signs one document and ends.

Needs `cryptography` and `asn1crypto`, and for a USB token `python-pkcs11` with the module of the token's maker (its
PKCS #11 library): the key stays inside the token, which signs there. The PIN is asked for, never named on the line.
"""

from __future__ import annotations

import argparse
import base64
import getpass
import hashlib
import http.client
import json
import os
import re
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urljoin, urlsplit

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
        except OSError as error:
            raise Wrong(f"the token's file cannot be read: {error.strerror} ({path})") from error
        except ValueError as error:
            raise Wrong(f"the token could not be opened: is the PIN right, and is it a .p12 file? ({error})") from error
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


# what PKCS #1 puts before a SHA-256 digest; tokens sign it so, whatever else they know
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True)
class UsbToken:
    """A USB token or card behind its maker's PKCS #11 module: the key never comes out."""

    key: Any
    certificate: bytes
    others: tuple[bytes, ...]

    @classmethod
    def opened(cls, module: Path, pin: str, choice: Choice) -> UsbToken:
        """Sign in to the one token that is meant, and find the certificate whose key it holds."""
        pkcs11 = _pkcs11()
        try:
            found = _chosen(_tokens(pkcs11, module), choice)
            session = found.open(user_pin=pin)
            held = _held(pkcs11, session, choice.serial)
        except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange) as error:
            raise Wrong("the PIN is wrong; after a few wrong ones the token locks itself") from error
        except pkcs11.exceptions.PinLocked as error:
            raise Wrong("the token is locked after wrong PINs: its maker's program unlocks it") from error
        except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
            raise Wrong(f"the token does not answer: {type(error).__name__} {error}".strip()) from error
        return cls(*held)

    def sign(self, data: bytes) -> bytes:
        """RSA (PKCS #1) or ECDSA over SHA-256, inside the token."""
        pkcs11 = _pkcs11()
        digest = hashlib.sha256(data).digest()
        try:
            if self.key.key_type is pkcs11.KeyType.EC:
                from pkcs11.util.ec import encode_ecdsa_signature

                return bytes(encode_ecdsa_signature(self.key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)))
            return bytes(self.key.sign(SHA256_INFO + digest, mechanism=pkcs11.Mechanism.RSA_PKCS))
        except pkcs11.exceptions.PKCS11Error as error:
            raise Wrong(f"the token did not sign: {type(error).__name__}") from error


@dataclass(frozen=True)
class Choice:
    """Which of several tokens and certificates is meant; nothing said where there is one."""

    label: str | None = None
    slot: int | None = None
    serial: str | None = None


def _pkcs11() -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise Wrong("a USB token needs one package more: python3 -m pip install python-pkcs11") from error
    return pkcs11


def _tokens(pkcs11: Any, module: Path) -> list[tuple[int, Any]]:
    """The tokens that are plugged in and were ever set up, with the numbers of their slots."""
    slots = pkcs11.lib(str(module)).get_slots(token_present=True)
    found = [(one.slot_id, one.get_token()) for one in slots]
    return [(slot, token) for slot, token in found if pkcs11.TokenFlag.TOKEN_INITIALIZED in token.flags]


def _chosen(tokens: list[tuple[int, Any]], choice: Choice) -> Any:
    """The token that is meant."""
    meant = [
        token
        for place, (slot, token) in enumerate(tokens)
        if (choice.label is None or token.label.strip() == choice.label)
        and (choice.slot is None or choice.slot in (place, slot))
    ]
    if len(meant) == 1:
        return meant[0]
    names = ", ".join(f"{place}: {token.label.strip()}" for place, (_slot, token) in enumerate(tokens))
    if not meant:
        raise Wrong(f"no such token is plugged in (found: {names or 'none'})")
    raise Wrong(f"several tokens are plugged in; say which with --label or --slot ({names})")


def _held(pkcs11: Any, session: Any, serial: str | None) -> tuple[Any, bytes, tuple[bytes, ...]]:
    """The key, its certificate, and the other certificates of the token."""
    kind, number, value = pkcs11.Attribute.CLASS, pkcs11.Attribute.ID, pkcs11.Attribute.VALUE
    keys = {bytes(one[number]): one for one in session.get_objects({kind: pkcs11.ObjectClass.PRIVATE_KEY})}
    found = [
        (bytes(one[number]), bytes(one[value])) for one in session.get_objects({kind: pkcs11.ObjectClass.CERTIFICATE})
    ]
    signing = [(at, content) for at, content in found if at in keys and _is_meant(content, serial)]
    if len(signing) != 1:
        told = ", ".join(_serial_of(content) for at, content in found if at in keys) or "none"
        raise Wrong(f"choose one certificate that has its key in the token with --serial (there: {told})")
    at, certificate = signing[0]
    return keys[at], certificate, tuple(content for _at, content in found if content != certificate)


def _is_meant(certificate: bytes, serial: str | None) -> bool:
    """That of the serial; else one that is made for signing documents, not for signing in to a computer."""
    from cryptography import x509

    if serial is not None:
        return _serial_of(certificate) == serial.lower().replace(":", "").lstrip("0")
    try:
        usage = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound:
        return True
    return usage.value.content_commitment


def _serial_of(certificate: bytes) -> str:
    from cryptography import x509

    return f"{x509.load_der_x509_certificate(certificate).serial_number:x}"


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
        except (OSError, http.client.HTTPException) as error:
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


def sign(site: Site, task: dict[str, Any], issued: bytes, token: Token | UsbToken) -> dict[str, Any]:
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
    held = parser.add_mutually_exclusive_group(required=True)
    held.add_argument("--token", type=Path, help="the .p12 file of your certificate")
    held.add_argument("--module", type=Path, help="the PKCS #11 library of your USB token's maker (.so, .dll, .dylib)")
    parser.add_argument("--label", help="name of the USB token, where several are plugged in")
    parser.add_argument("--slot", type=int, help="its number, in place of its name")
    parser.add_argument("--serial", help="serial number of the certificate, where the token holds several")
    parser.add_argument("--save", type=Path, help="keep the issued PDF here, to read it once more")
    parser.add_argument("--yes", action="store_true", help="do not ask before signing")
    return parser.parse_args()


def keep(issued: bytes, path: Path) -> None:
    """Write the document where the signer wants to read it once more."""
    try:
        path.write_bytes(issued)
    except OSError as error:
        raise Wrong(f"the document cannot be kept there: {error.strerror} ({path})") from error


def opened(asked: argparse.Namespace) -> Token | UsbToken:
    """The token, once its PIN was typed."""
    pin = os.environ.get("SIGN_PIN") or getpass.getpass("PIN of the token: ")
    if asked.token:
        return Token.opened(asked.token, pin)
    return UsbToken.opened(asked.module, pin, Choice(asked.label, asked.slot, asked.serial))


def main() -> int:
    """One document, then the end."""
    asked = arguments()
    try:
        site = Site(asked.site)
        task = site.ask(f"/sign/{quote(asked.code.strip(), safe='')}")
        issued = issued_document(site, task)
        show(task)
        if asked.save:
            keep(issued, asked.save)
        if not asked.yes and input("Sign this document? (yes/no) ").strip().lower() not in {"yes", "y", "có", "co"}:
            raise Wrong("you said no")
        done = sign(site, task, issued, opened(asked))
    except (Wrong, KeyError, ValueError) as error:
        _fail(str(error))
    except (EOFError, KeyboardInterrupt):
        _fail("it was broken off")
    print(f"Handed in as {done['upload']}. How the check ends stands here:\n  {done['page']}")
    return 0


def _fail(sentence: str) -> NoReturn:
    sys.exit(f"Nothing was signed: {sentence}")


if __name__ == "__main__":
    sys.exit(main())
