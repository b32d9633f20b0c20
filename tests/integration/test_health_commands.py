"""`exchange health` and `exchange gateway health`, as containers ask them."""

import datetime
import os
import signal
import ssl
import subprocess
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from exchange_sdk import Client
from exchange_server.cli.dev.ports import pick_free
from exchange_server.gateway.settings import GatewaySettings
from tests.e2e.dev_process import EXCHANGE, clean_environment, wait_until
from tests.integration.exchange_process import ExchangeProcess
from tests.integration.gateway_fixture import Gateway
from tests.integration.postgres_fixture import database, postgres_server
from tests.integration.stack_processes import CommandProcess

__all__ = ["postgres_server"]


def run(*words: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    environment = clean_environment() | {name: str(value) for name, value in settings.items()}
    return subprocess.run([*EXCHANGE, *words], env=environment, cwd="/", check=False, capture_output=True, text=True)


def test_health_follows_the_exchange_and_the_gateway_with_any_certificate(tmp_path: Path) -> None:
    certificate, key = signed_by_somebody_else(tmp_path)
    exchange = ExchangeProcess(tmp_path / "data")
    exchange.start()
    settings = GatewaySettings(
        _env_file=None,
        listen_port=pick_free(),
        admin_port=pick_free(),
        grpc_address=exchange.address,
        tls_certificate=certificate,
        tls_key=key,
    )
    asked = {
        "EXCHANGE_GATEWAY_LISTEN_PORT": settings.listen_port,
        "EXCHANGE_GATEWAY_TLS_CERTIFICATE": certificate,
        "EXCHANGE_GATEWAY_TLS_KEY": key,
    }
    try:
        with Gateway(settings, tmp_path, tls=ssl.create_default_context()):
            well = run("health", EXCHANGE_ADDRESS=exchange.address)
            assert (well.returncode, well.stdout) == (0, "SERVING\n")
            assert run("gateway", "health", **asked).returncode == 0
        gone = run("gateway", "health", **asked)
        assert gone.returncode == 1
        assert "is not well" in gone.stderr
    finally:
        exchange.stop()
    gone = run("health", EXCHANGE_ADDRESS=exchange.address)
    assert gone.returncode == 1
    assert "does not answer" in gone.stderr


def test_a_follower_is_well_while_it_writes_what_the_journal_has(postgres_server: Any, tmp_path: Path) -> None:
    exchange = ExchangeProcess(tmp_path / "data")
    exchange.start()
    asked = {"EXCHANGE_DATA_DIR": exchange.data_dir}

    def health(*options: str) -> "subprocess.CompletedProcess[str]":
        return run("health", "--follower", "postgres", *options, **asked)

    with database(postgres_server) as url, Client(exchange.address, api_key=exchange.admin_key) as operator:
        settings = {"EXCHANGE_DATA_DIR": str(exchange.data_dir), "EXCHANGE_POSTGRES_URL": url}
        follower = CommandProcess("follow", tmp_path / "follower.log", settings)
        try:
            not_yet = health("--timeout", "0.1")
            assert (not_yet.returncode, not_yet.stdout) == (1, "")
            assert "the follower has not begun to follow" in not_yet.stderr
            follower.start()
            wait_until(lambda: health().returncode == 0, "the follower follows", 60)
            os.kill(follower.pid, signal.SIGSTOP)
            operator.admin.create_asset("NEW", 2)
            stuck = health("--timeout", "0.5")
            assert stuck.returncode == 1
            assert "within 0.5 s" in stuck.stderr
            os.kill(follower.pid, signal.SIGCONT)
            wait_until(lambda: "FOLLOWING, written up to" in health().stdout, "the follower has caught up", 60)
        finally:
            os.kill(follower.pid, signal.SIGCONT)
            follower.stop()
            exchange.stop()


def signed_by_somebody_else(folder: Path) -> tuple[Path, Path]:
    """Write a server's certificate whose authority is not in the file, as a public one's root is not; and its key."""
    key, authority = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "exchange.example.com")]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "some authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("exchange.example.com")]), critical=False)
        .sign(authority, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file
