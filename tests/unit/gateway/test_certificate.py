"""The certificate of `exchange dev --tls` is for this machine's names, kept, and made anew in time."""

import ipaddress
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from exchange_server.gateway import certificate
from exchange_server.gateway.certificate import development_certificate


def test_it_is_for_the_names_of_the_loopback_interface_and_its_key_for_its_owner(tmp_path: Path) -> None:
    path, key = development_certificate(tmp_path / "tls")
    made = x509.load_pem_x509_certificate(path.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    addresses = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    assert names.get_values_for_type(x509.IPAddress) == addresses
    assert key.stat().st_mode & 0o777 == 0o600


def test_it_stays_the_same_until_it_is_about_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = [path.read_bytes() for path in development_certificate(tmp_path)]
    assert [path.read_bytes() for path in development_certificate(tmp_path)] == first
    monkeypatch.setattr(certificate, "RENEWED", certificate.VALID + timedelta(days=1))
    assert [path.read_bytes() for path in development_certificate(tmp_path)] != first


def test_one_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    path, _ = development_certificate(tmp_path)
    path.write_text("nonsense")
    development_certificate(tmp_path)
    x509.load_pem_x509_certificate(path.read_bytes())
