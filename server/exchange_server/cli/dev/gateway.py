"""What `exchange dev` tells its gateway: ports, the page of the checkout, a certificate, the development accounts."""

import json
from pathlib import Path
from typing import Final

from exchange_server.cli.dev import ports
from exchange_server.cli.session import CommandError, private_file
from exchange_server.gateway.certificate import development_certificate
from exchange_server.gateway.settings import GatewaySettings, load_settings

PAGE: Final = Path(__file__).parents[4] / "web" / "dist"
"""Where the checkout's page is built; an installation from a wheel has none."""

ACCOUNTS_FILE: Final = "dev-accounts.json"


def gateway_settings(directory: Path, *, port: int, grpc_port: int, tls: bool) -> GatewaySettings:
    """Return the settings of a gateway whose own files are in `directory`; names and limits are from the environment.

    Raises GatewayIncomplete, and CommandError for a setting at fault.
    """
    certificate, key = development_certificate(directory / "tls") if tls else (None, None)
    try:
        return load_settings(
            # The .env of a folder is that of the exchange that is served there, not of this one.
            _env_file=None,
            listen_host=ports.LOOPBACK,
            listen_port=port,
            grpc_address=f"{ports.LOOPBACK}:{grpc_port}",
            admin_port=ports.pick_free(),
            page=PAGE,
            tls_certificate=certificate,
            tls_key=key,
        )
    except ValueError as error:
        raise CommandError(str(error)) from error


def write_dev_accounts(directory: Path, credentials_file: Path) -> Path:
    """Write the file from which the page offers to sign in without a key; return its folder.

    Whoever can reach the port on this machine can read it, as they can the keys of `exchange dev` on any other way.
    """
    profiles = json.loads(credentials_file.read_text())["profiles"]
    accounts = [
        # As the contract's JSON has ids: a 64-bit number would not survive a browser.
        {"name": name, "account_id": str(profile["account_id"]), "api_key": profile["api_key"]}
        for name, profile in profiles.items()
    ]
    # The page's first choice is a trader.
    accounts.sort(key=lambda account: account["name"] == "admin")
    folder = directory / "www"
    folder.mkdir(parents=True, exist_ok=True)
    private_file(folder / ACCOUNTS_FILE, json.dumps({"accounts": accounts}) + "\n")
    return folder
