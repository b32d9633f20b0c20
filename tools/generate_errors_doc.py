"""Write docs/errors.md from the contract's enum and the server's one error table, or check that it is current.

What a reason means stands in the contract's comments, which also name its status; what to do about it stands in
`exchange_server/api/errors.py`. Where the two name different statuses, this refuses to go on.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from exchange_server.api.errors import DOMAIN, TABLE

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "proto/exchange/v1/types.proto"
PAGE = ROOT / "docs/errors.md"

INTRODUCTION = f"""# Errors

<!-- Written by tools/generate_errors_doc.py from the contract and the table in api/errors.py; do not edit. -->

Every refusal is a `google.rpc.Status` with details:

- `google.rpc.ErrorInfo`, always: `reason` is a name from the table, `domain` is `{DOMAIN}`, `metadata` is said below;
- `google.rpc.BadRequest`, when a field is at fault: its path in the request, and what is wrong with it;
- `google.rpc.RetryInfo`, when trying again makes sense: after which delay.

The order entry stream answers with `OrderError` instead: the same reason, field and message, and `code`, the number of
the status. UNKNOWN and INTERNAL are never sent. A fault of the server itself is UNAVAILABLE with `incident` in the
metadata: the number under which the server's log has it.

| reason | number | status | meaning | what to do |
|---|---|---|---|---|
"""

METADATA = """
## Metadata of ErrorInfo

| reason | key | value |
|---|---|---|
| SCOPE_MISSING | `scope` | the scope that the method needs |
| STREAM_TOO_SLOW | `after_sequence` | what a stream of the account resumes with |
| STREAM_TOO_SLOW | `market`, `after_trade_id` | what a trade stream resumes with |
| STREAM_TOO_SLOW | `market` | the book whose stream starts anew, from a snapshot |
| SEQUENCE_TOO_OLD | `oldest_sequence` | the oldest `after_sequence` that still works |
| SEQUENCE_TOO_OLD | `market`, `oldest_trade_id` | the oldest `after_trade_id` that still works |
| SEQUENCE_IN_FUTURE | `latest_sequence` | the latest `after_sequence` that works |
| SEQUENCE_IN_FUTURE | `market`, `latest_trade_id` | the latest `after_trade_id` that works |
| UNAVAILABLE | `incident` | the number of a fault in the server's log |
"""


@dataclass(frozen=True)
class Reason:
    """A reason as the contract has it."""

    name: str
    number: int
    meaning: str
    status: str


def main(arguments: list[str]) -> int:
    """Run `write` or `check`; return the exit status."""
    match arguments:
        case ["write"]:
            PAGE.write_text(page(), "utf-8")
            return 0
        case ["check"]:
            if PAGE.exists() and PAGE.read_text("utf-8") == page():
                return 0
            print("docs/errors.md is not what the contract says; run `make gen`", file=sys.stderr)
            return 1
        case _:
            print("usage: generate_errors_doc.py write | check", file=sys.stderr)
            return 2


def page() -> str:
    """Return the whole page. Raises ValueError where contract and table differ."""
    reasons = contract_reasons()
    if {reason.number for reason in reasons} != set(TABLE):
        raise ValueError("the contract and api/errors.py have different reasons")
    rows = []
    for reason in reasons:
        row = TABLE[reason.number]
        if row.code.name != reason.status:
            raise ValueError(f"{reason.name} is {reason.status} in the contract, {row.code.name} in api/errors.py")
        rows.append(f"| {reason.name} | {reason.number} | {reason.status} | {reason.meaning} | {row.advice} |")
    return INTRODUCTION + "\n".join(rows) + "\n" + METADATA


def contract_reasons() -> list[Reason]:
    """Read the reasons and their comments from the contract, except for UNSPECIFIED."""
    enum = re.search(r"^enum RejectReason \{(.*?)^\}", CONTRACT.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert enum is not None
    found = re.findall(r"((?:^ *//.*\n)+) *REJECT_REASON_(\w+) = (\d+);", enum[1], re.MULTILINE)
    reasons = []
    for comment, name, number in found:
        if int(number) == 0:
            continue
        text = " ".join(line.strip().removeprefix("//").strip() for line in comment.splitlines())
        meaning, status = re.fullmatch(r"(.*\.) ([A-Z_]+)\.", text).groups()  # type: ignore[union-attr]
        reasons.append(Reason(name, int(number), meaning, status))
    return reasons


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
