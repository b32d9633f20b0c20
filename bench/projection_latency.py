"""What orders wait while the projection catches up: a core, a follower with a backlog, and a modest steady load."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import grpc
import psycopg

from bench.figures import Figure
from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_sdk import AsyncClient, Scope
from exchange_server.cli.dev.child_process import to_background
from exchange_server.cli.dev.ports import pick_free
from exchange_server.cli.dev.supervisor import wait_until_serving
from exchange_server.compiled_engine import VARIABLE
from exchange_server.embedded.postgres import EmbeddedPostgres
from exchange_server.engine.types import FIRST_CLIENT_ACCOUNT

PLACE_ORDER = "/exchange.v1.OrderService/PlaceOrder"
ORDERS_A_SECOND = 300
IN_FLIGHT = 100
"""Calls under way at once, fewer than the server takes; who waits for one is not late by that: its time runs."""
MEASURED_SECONDS = 3.0
ROUNDS = 7
TARGET = 1.5
START_SECONDS = 60


def measure(directory: Path, postgres: EmbeddedPostgres, backlog: int) -> list[Figure]:
    """Alternate between a load alone and the same load beside a follower that works off what lies behind.

    `directory` has a journal of `backlog` commands, by `bench.engine_flow`; each round's follower begins with the first
    of them, in a database of its own. What is compared is the median of the rounds: machines are shared and noisy.
    """
    return asyncio.run(_measure(directory, postgres, backlog))


async def _measure(directory: Path, postgres: EmbeddedPostgres, backlog: int) -> list[Figure]:
    port = pick_free()
    settings = {
        "EXCHANGE_DATA_DIR": str(directory),
        "EXCHANGE_GRPC_PORT": str(port),
        "EXCHANGE_LOG_LEVEL": "warning",
    }
    core = start("serve", settings)
    alone: list[float] = []
    beside: list[float] = []
    written: list[float] = []
    try:
        async with asyncio.timeout(START_SECONDS):
            await wait_until_serving(f"127.0.0.1:{port}")
        load = await Load.that_expires(f"127.0.0.1:{port}", (directory / "admin.key").read_text().strip())
        await load.run(MEASURED_SECONDS)  # to warm up
        for number in range(ROUNDS):
            alone.append(p99(await load.run(MEASURED_SECONDS)))
            url = _create_database(postgres, f"round_{number}")
            follower = start("follow", settings | {"EXCHANGE_POSTGRES_URL": url})
            to_background(follower.pid)
            try:
                await _until_it_writes(url)
                assert postgres.pid is not None
                to_background(postgres.pid)  # its new connection too
                started, before = time.perf_counter(), _written(url)
                beside.append(p99(await load.run(MEASURED_SECONDS)))
                reached = _written(url)
                written.append((reached - before) / (time.perf_counter() - started))
                if reached >= backlog:
                    raise RuntimeError("the follower caught up while it was measured: more backlog is needed")
            finally:
                stop(follower)
        await load.close()
    finally:
        stop(core)
    name = f"acknowledgement at {ORDERS_A_SECOND} orders/s, p99"
    quiet, busy = median(alone), median(beside)
    return [
        Figure(f"{name}, projection catching up ÷ none", busy / quiet, TARGET, "×", at_most=True),
        Figure(f"{name}, no projection", quiet * 1e3, None, "ms", at_most=True),
        Figure(f"{name}, projection catching up", busy * 1e3, None, "ms", at_most=True),
        Figure("PostgreSQL projection while orders flow, commands", median(written), None, "commands/s", at_most=False),
    ]


class Load:
    """Orders sent by unary calls at fixed times, whether or not earlier ones are answered; one kind after the other."""

    def __init__(self, address: str, orders: Sequence[tuple[str, pb.PlaceOrderRequest]]) -> None:
        """Take API keys and what is sent with them."""
        self._channel = grpc.aio.insecure_channel(address)
        self._call: Any = self._channel.unary_unary(PLACE_ORDER)
        self._orders = [((("authorization", f"Bearer {key}"),), order.SerializeToString()) for key, order in orders]

    @classmethod
    async def that_expires(cls, address: str, admin_key: str) -> "Load":
        """Give one of orders that expire at once."""
        key = await _api_key(address, admin_key)
        return cls(address, [(key, order(types_pb2.SIDE_BUY, types_pb2.TIME_IN_FORCE_IOC))])

    async def run(self, seconds: float) -> list[float]:
        """Return for each order the seconds from when it was due to its answer."""
        waited: list[float] = []
        free = asyncio.Semaphore(IN_FLIGHT)

        async def place(number: int, due: float) -> None:
            metadata, order = self._orders[number % len(self._orders)]
            async with free:
                await self._call(order, metadata=metadata, timeout=30)
            waited.append(time.perf_counter() - due)

        started = time.perf_counter()
        async with asyncio.TaskGroup() as orders:
            for number in range(int(seconds * ORDERS_A_SECOND)):
                due = started + number / ORDERS_A_SECOND
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                orders.create_task(place(number, due))
        return waited

    async def close(self) -> None:
        await self._channel.close()


def order(side: types_pb2.Side, time_in_force: types_pb2.TimeInForce) -> pb.PlaceOrderRequest:
    """Return what is sent again and again."""
    return pb.PlaceOrderRequest(
        market="BTC-USDC",
        side=side,
        type=types_pb2.ORDER_TYPE_LIMIT,
        time_in_force=time_in_force,
        price="1000",
        quantity="0.01",
    )


async def _api_key(address: str, admin_key: str) -> str:
    async with AsyncClient(address, api_key=admin_key) as admin:
        return (await admin.admin.create_api_key(FIRST_CLIENT_ACCOUNT, [Scope.TRADE])).api_key


def start(command: str, settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("EXCHANGE_") or name == VARIABLE
    }
    return subprocess.Popen(
        [sys.executable, "-m", "exchange_server.cli", *command.split()], env=environment | settings, cwd="/"
    )


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(30)


def _create_database(postgres: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres.database_url(name)


def _written(postgres_url: str) -> int:
    try:
        with psycopg.connect(postgres_url) as connection:
            row = connection.execute("SELECT sequence FROM cursor").fetchone()
    except psycopg.errors.UndefinedTable:
        return 0
    return 0 if row is None else int(row[0])


async def _until_it_writes(postgres_url: str) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not _written(postgres_url):  # noqa: ASYNC110  # another process writes it
            await asyncio.sleep(0.05)


def p99(samples: Sequence[float]) -> float:
    return sorted(samples)[int(len(samples) * 0.99)]
