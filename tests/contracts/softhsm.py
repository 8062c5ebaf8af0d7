"""A USB token in software, SoftHSM: what a maker's PKCS #11 module shows, without the plastic."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from marketplace.contracts.signatures.trial_authority import Issued

PIN, OFFICER_PIN = "246810", "13579113"
PLACES = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"))
# puts certificates beside their keys; a program of its own, since a module reads its settings once a process
BESIDE = """
import sys
import pkcs11
from pathlib import Path
module, label, pin, *certificates = sys.argv[1:]
with pkcs11.lib(module).get_token(token_label=label).open(rw=True, user_pin=pin) as session:
    for one in certificates:
        number, _, path = one.partition("=")
        content = Path(path).read_bytes()
        session.create_object({
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.TOKEN: True,
            pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509, pkcs11.Attribute.ID: bytes.fromhex(number),
            pkcs11.Attribute.SUBJECT: b"0", pkcs11.Attribute.VALUE: content,
        })
"""


def module() -> Path | None:
    """The library of SoftHSM, where it is installed."""
    return next((one for one in PLACES if one.exists()), None)


@dataclass(frozen=True)
class Tokens:
    """A folder of tokens; `env` leads a program to them."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf"), "PATH": os.environ["PATH"]}

    def plug_in(self, label: str, *held: Issued, python: str) -> None:
        """One more token with these keys and certificates."""
        (self.folder / "tokens").mkdir(parents=True, exist_ok=True)
        (self.folder / "softhsm2.conf").write_text(f"directories.tokendir = {self.folder / 'tokens'}\n")
        self._run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", OFFICER_PIN)
        pairs = [self._key(label, place, one) for place, one in enumerate(held, 1)]
        self._run(python, "-c", BESIDE, str(module()), label, PIN, *pairs)

    def _key(self, label: str, place: int, issued: Issued) -> str:
        from cryptography.hazmat.primitives import serialization

        number = f"{place:02x}"
        key, certificate = self.folder / f"{label}-{number}.pem", self.folder / f"{label}-{number}.der"
        plain = serialization.NoEncryption()
        loaded = serialization.load_der_private_key(issued.key, password=None)
        pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        key.write_bytes(loaded.private_bytes(pem, form, plain))
        certificate.write_bytes(issued.certificate)
        named = ("--token", label, "--label", f"key {number}", "--id", number, "--pin", PIN)
        self._run("softhsm2-util", "--import", str(key), *named)
        key.unlink()
        return f"{number}={certificate}"

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, env=self.env, timeout=60)
        assert done.returncode == 0, done.stderr or done.stdout
