"""By which key is a realm known? An Ed25519 key of its gateway, which signs what it says and its TLS certificate.

Made once in DATA/keys, readable by its owner only. The certificate is self-signed: other realms pin it.
"""

import base64
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from reelm.kernel.ids import RealmCode
from reelm.ledger import Signature, VerifierKey

KEY, CERTIFICATE = "gateway.key", "gateway.pem"
_ED25519 = 1  # signed-note, "Signature types"
_LASTS = timedelta(days=3650)


@dataclass(frozen=True)
class Identity:
    """A realm's own key and certificate. `key_file` and `certificate_file` are what TLS is given."""

    realm: RealmCode
    key: Ed25519PrivateKey
    certificate: str
    key_file: Path
    certificate_file: Path

    @property
    def public_key(self) -> str:
        """The 32 bytes of the public key, in base64."""
        return base64.b64encode(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    def sign(self, content: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032) of 64 bytes."""
        return self.key.sign(content)

    def sign_note(self, text: str, public_url: str) -> Signature:
        """The realm's signature of a text, for a C2SP signed note."""
        vkey = realm_vkey(public_url, self.public_key)
        return Signature(vkey.name, vkey.key_id, self.sign(text.encode()))


def realm_vkey(public_url: str, public_key: str) -> VerifierKey:
    """The realm's key (32 bytes in base64) as a vkey, named after the address that people see.

    >>> str(realm_vkey("https://eu.example", base64.b64encode(bytes(32)).decode())).split("+")[0]
    'eu.example/realm'
    """
    return VerifierKey(f"{urlsplit(public_url).netloc}/realm", _ED25519, base64.b64decode(public_key))


def load_identity(keys: Path, realm: RealmCode) -> Identity:
    """The identity in the folder `keys`, which is made where there is none yet."""
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_file, certificate_file = keys / KEY, keys / CERTIFICATE
    if not key_file.exists():
        private = Ed25519PrivateKey.generate()
        _write_once(key_file, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = load_pem_private_key(key_file.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{key_file} holds no Ed25519 key")
    if not certificate_file.exists():
        _write_once(certificate_file, _make_certificate(key, realm))
    return Identity(realm, key, certificate_file.read_text(), key_file, certificate_file)


def _make_certificate(key: Ed25519PrivateKey, realm: RealmCode) -> bytes:
    """A self-signed certificate for `gateway.<realm>.reelm` (RFC 5280)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host_name(realm))])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host_name(realm))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, None)
        .public_bytes(Encoding.PEM)
    )


def host_name(realm: RealmCode) -> str:
    """The name in a realm's certificate, whatever its gateway's address is.

    >>> host_name(RealmCode("ca-qc"))
    'gateway.ca-qc.reelm'
    """
    return f"gateway.{realm}.reelm"


def _write_once(path: Path, content: bytes) -> None:
    """Whole or not at all, by whoever is first."""
    made = path.with_name(f"{path.name}.{os.getpid()}")
    made.touch(mode=0o600)
    made.write_bytes(content)
    try:
        path.hardlink_to(made)
    except FileExistsError:
        pass
    finally:
        made.unlink()
