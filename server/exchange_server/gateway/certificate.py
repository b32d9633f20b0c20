"""The certificate of `exchange dev --tls`: made on the spot, for this machine's loopback names, signed by itself."""

import contextlib
import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from exchange_server.gateway.settings import LOOPBACK_NAMES
from exchange_server.gateway.template import GatewayIncomplete

if TYPE_CHECKING:
    from cryptography.x509 import GeneralName

VALID = timedelta(days=365)
RENEWED = timedelta(days=30)
"""One that ends sooner is made anew."""


def development_certificate(directory: Path) -> tuple[Path, Path]:
    """Return the files of the certificate and its key, which stay the same until it is about to end.

    So a browser, or a system that was told to trust it, need be told once. Raises GatewayIncomplete.
    """
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    if not (key.is_file() and _lasts(certificate)):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(certificate, key)
    return certificate, key


def _lasts(path: Path) -> bool:
    # Whatever cannot be read is made anew.
    with contextlib.suppress(OSError, ValueError, ImportError):
        from cryptography import x509

        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc > datetime.now(UTC) + RENEWED
    return False


def _make(certificate: Path, key: Path) -> None:
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID
    except ImportError as error:
        raise GatewayIncomplete("--tls needs the package cryptography: exchange-server[dev-server]") from error
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "exchange dev")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of browsers in virtual machines may be behind.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(
            x509.SubjectAlternativeName([_alternative_name(each) for each in LOOPBACK_NAMES]), critical=False
        )
        # Its own authority, so that a system can be told to trust it; it signs nothing but itself.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    _write_private(
        key,
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def _alternative_name(host: str) -> "GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
