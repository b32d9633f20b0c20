"""The TypeScript SDK on the cases that every SDK has to pass (`tests/conformance`): in Node over gRPC, and in a browser
through the gateway. What comes out has to be what the cases say, and so what Python's SDK makes of them.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from exchange_sdk.testing import TestExchange
from tests import conformance_flows as flows
from tests.conformance_server import ConformanceServer, Play, message
from tests.typescript_support import bundle, chromium, gateway, run_node

CASES = Path(__file__).parents[1] / "conformance"
SOURCES = CASES / "typescript"
BROWSER_OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass
class Job:
    """One case to run: what the runner is given, and what its outcome has to be."""

    name: str
    kind: str
    content: Any
    wanted: Any
    play: Play | None = None
    flow: dict[str, Any] | None = None
    sent: Any = None
    """The request that the server has to have seen."""


def cases(name: str) -> Any:
    # Ids beyond 2^53 go to the runner as text: JavaScript's JSON has no integers.
    text = (CASES / f"{name}.json").read_text("utf-8")
    return json.loads(re.sub(r"(\[\s*)(\d+)(\s*,\s*\")", r'\1"\2"\3', text) if name == "queue_checksums" else text)


def jobs(with_sessions: bool) -> Iterator[Job]:
    """All cases but the flows, which need accounts."""
    decimals = cases("decimals")
    for case in decimals["to_wire"]:
        wanted = {"error": case["error"]} if "error" in case else {"wire": sent_by_typescript(case)}
        yield Job(f"decimal {case}", "sent_decimal", case, wanted)
    for case in decimals["from_wire"]:
        yield Job(f"decimal {case}", "read_decimal", case, case["equals"])
    for name in ("book", "queue"):
        for case in cases(f"{name}_checksums")["cases"]:
            yield Job(f"{name} checksum: {case['name']}", f"{name}_checksum", case, case["checksum"])
    gaps = cases("stream_gaps")
    for case in gaps["cases"]:
        verdicts = [step["expect"] for step in case["steps"]]
        yield Job(
            f"stream {case['stream']}: {case['name']}", "stream_gap", {**case, "market": gaps["market"]}, verdicts
        )
    for case in (*cases("order_methods")["cases"], *cases("read_methods")["cases"]):
        answer = message(f"{case['rpc']}Response", case["answer"])
        request = message(f"{case['rpc']}Request", case["request"])
        play = Play(case["rpc"], answer)
        yield Job(f"method: {case['name']}", "method", case, case["result"], play, sent=request)
        if "session" in case and with_sessions:
            play = Play(case["rpc"], session_answer=case["session_answer"])
            yield Job(f"session: {case['name']}", "session", case, case["session_result"], play, sent=request)
    for case in cases("errors")["cases"]:
        wanted = {**case["error"], "classes": case["classes"]}
        yield Job(f"error: {case['name']}", "error", case, wanted, Play("GetMarket", status=case["status"]))


def sent_by_typescript(case: dict[str, str]) -> str:
    """What goes out of a decimal: decimal.js does not keep trailing zeros, and a text goes out as it is."""
    wire = case["wire"]
    return wire.rstrip("0").rstrip(".") if case["kind"] == "decimal" and "." in wire else wire


def of_flows(exchange: TestExchange, run: str) -> Iterator[Job]:
    for number, case in enumerate(flows.FLOWS["cases"]):
        flow = flows.prepared(case, exchange, f"{run}{number}")
        yield Job(f"flow: {case['name']}", "flow", flow, flows.expected(case), flow=flow)


@dataclass
class Run:
    """The jobs of one run as the runner takes them, and what is wrong with their outcomes."""

    jobs: list[Job]
    outcomes: list[Any] = field(default_factory=list)

    def problems(self) -> list[str]:
        assert len(self.outcomes) == len(self.jobs)
        return [text for job, outcome in zip(self.jobs, self.outcomes, strict=True) if (text := problem(job, outcome))]


def problem(job: Job, outcome: Any) -> str:
    if isinstance(outcome, dict) and "failed" in outcome:
        return f"{job.name}: {outcome['failed']}"
    told = flows.with_placeholders(outcome, job.flow) if job.flow else outcome
    if not same(told, job.wanted):
        return f"{job.name}: {json.dumps(told)} instead of {json.dumps(job.wanted)}"
    if job.sent is not None:
        assert job.play is not None
        sent = [request_of(request) for request in job.play.seen]
        # A batch on the stream is a message of another name with the same fields.
        if [each.SerializeToString() for each in sent] != [job.sent.SerializeToString()]:
            return f"{job.name}: sent {sent} instead of {job.sent}"
    return ""


def request_of(request: Any) -> Any:
    if request.DESCRIPTOR.name != "OrderEntryRequest":
        return request
    return getattr(request, request.WhichOneof("request"))


def same(told: Any, wanted: Any) -> bool:
    """Compare JSON: numbers and decimals by value, whether they stand as text or not."""
    if isinstance(told, dict) and isinstance(wanted, dict):
        return told.keys() == wanted.keys() and all(same(told[name], wanted[name]) for name in wanted)
    if isinstance(told, list) and isinstance(wanted, list):
        return len(told) == len(wanted) and all(map(same, told, wanted))
    if isinstance(told, str) and not isinstance(wanted, bool | dict | list | None):
        try:
            return Decimal(told) == Decimal(wanted)
        except InvalidOperation:
            pass
    return type(told) is type(wanted) and bool(told == wanted)


async def played(given: Run, run: Callable[[str], list[Any]]) -> list[str]:
    """Run jobs at a server that plays their cases; `run` gets its address. Return what is wrong."""
    server = ConformanceServer()
    server.plays = {str(number): job.play for number, job in enumerate(given.jobs) if job.play is not None}
    await server.server.start()
    try:
        given.outcomes = await asyncio.to_thread(run, server.address)
    finally:
        await server.server.stop(None)
    return given.problems()


def written(given: Run, address: str) -> list[dict[str, Any]]:
    """Write jobs for the runner; a job's number is the key that its case is played for."""
    return [
        {"kind": job.kind, "content": job.content, "apiKey": str(number), "address": address}
        for number, job in enumerate(given.jobs)
    ]


@pytest.fixture(scope="module")
def exchange() -> Iterator[TestExchange]:
    with TestExchange() as exchange:
        yield exchange


async def test_in_node_over_grpc_every_case_comes_out_as_it_says(exchange: TestExchange, tmp_path: Path) -> None:
    script = bundle(SOURCES / "node.ts", tmp_path / "runner.mjs", "node")

    def run(given: Run, address: str) -> list[Any]:
        outcomes: list[Any] = json.loads(run_node(script, stdin=written(given, f"http://{address}")))
        return outcomes

    cases_run = Run(list(jobs(with_sessions=True)))
    assert await played(cases_run, lambda address: run(cases_run, address)) == []
    flows_run = Run(list(of_flows(exchange, "ND")))
    flows_run.outcomes = await asyncio.to_thread(run, flows_run, exchange.address)
    assert flows_run.problems() == []


async def test_in_a_browser_through_the_gateway_every_case_comes_out_the_same(
    exchange: TestExchange, tmp_path: Path
) -> None:
    browser_path = chromium()
    (tmp_path / "index.html").write_text('<!doctype html><script type="module" src="runner.js"></script>', "utf-8")
    bundle(SOURCES / "browser.ts", tmp_path / "runner.js", "browser")

    def run(given: Run, address: str) -> list[Any]:
        with gateway(address, tmp_path) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_OPTIONS)
            try:
                page = browser.new_page()
                page.goto(f"{url}/")
                page.wait_for_function("'runConformance' in globalThis")
                outcomes: list[Any] = page.evaluate("jobs => runConformance(jobs)", written(given, url))
                return outcomes
            finally:
                browser.close()

    cases_run = Run(list(jobs(with_sessions=False)))
    assert await played(cases_run, lambda address: run(cases_run, address)) == []
    flows_run = Run(list(of_flows(exchange, "BR")))
    flows_run.outcomes = await asyncio.to_thread(run, flows_run, exchange.address)
    assert flows_run.problems() == []
