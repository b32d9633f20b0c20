"""Processes under the supervisor: they end with it, are restarted when they die, and say why."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from exchange_server.cli.dev import die_with_parent, ports, time_slices
from exchange_server.cli.dev.child_process import BACKGROUND_NICENESS, ChildProcess, describe_exit, to_background
from exchange_server.cli.dev.service import Service

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEADLINE = 10.0


def wait_for(condition: "object", what: str) -> None:
    assert callable(condition)
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"{what} within {DEADLINE} s"
        time.sleep(0.02)


@pytest.mark.parametrize("stays", [False, True], ids=["bound by the kernel", "watched by a process"])
def test_a_program_ends_when_its_parent_is_killed(tmp_path: Path, stays: bool) -> None:
    if not stays and sys.platform != "linux":
        pytest.skip("only Linux has a parent-death signal")
    pid_file = tmp_path / "pid"
    child = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    start = f"sys.platform = 'other'; sys.argv = ['', str(os.getppid()), {sys.executable!r}, '-c', {child!r}]; "
    bound = (
        [
            sys.executable,
            "-c",
            "import os, sys; " + start + "from exchange_server.cli.dev.die_with_parent import main; main()",
        ]
        if stays
        else None
    )
    program = (
        "import os, subprocess, sys, time\n"
        f"subprocess.Popen({bound!r} or [sys.executable, {die_with_parent.__file__!r}, str(os.getpid()), "
        f"sys.executable, '-c', {child!r}], start_new_session=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        wait_for(lambda: pid_file.exists() and pid_file.read_text(), "the program starts")
        process = psutil.Process(int(pid_file.read_text()))
        assert process.is_running()
        parent.kill()
    wait_for(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, "the program ends")


async def test_a_process_has_a_session_of_its_own_and_ends_on_request(tmp_path: Path) -> None:
    process = await ChildProcess.spawn(SLEEP, tmp_path / "x.log", os.environ)
    assert os.getsid(process.pid) == process.pid
    assert await process.stop(DEADLINE)
    assert not process.running


async def test_a_background_process_gets_the_processor_last(tmp_path: Path) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    front = await ChildProcess.spawn(SLEEP, tmp_path / "x.log", os.environ)
    back = await ChildProcess.spawn(SLEEP, tmp_path / "x.log", os.environ, background=True)
    assert os.getpriority(os.PRIO_PROCESS, front.pid) == own
    assert os.getpriority(os.PRIO_PROCESS, back.pid) == min(own + BACKGROUND_NICENESS, 19)
    await asyncio.gather(front.stop(DEADLINE), back.stop(DEADLINE))


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel does not group sessions")
async def test_a_background_process_takes_its_session_along_and_those_that_it_starts(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], "
        "start_new_session=True); print('up', flush=True); child.wait()"
    )
    log_file = tmp_path / "x.log"
    process = await ChildProcess.spawn([sys.executable, "-c", program], log_file, os.environ, background=True)
    wait_for(lambda: "up" in log_file.read_text(), "the program starts another")
    niceness = min(os.getpriority(os.PRIO_PROCESS, 0) + BACKGROUND_NICENESS, 19)
    assert Path(f"/proc/{process.pid}/autogroup").read_text().endswith(f" nice {niceness}\n")
    (child,) = psutil.Process(process.pid).children()
    assert not Path(f"/proc/{child.pid}/autogroup").read_text().endswith(f" nice {niceness}\n")
    to_background(process.pid)
    assert Path(f"/proc/{child.pid}/autogroup").read_text().endswith(f" nice {niceness}\n")
    assert child.nice() == niceness
    child.kill()
    await process.stop(DEADLINE)


@pytest.mark.skipif(not time_slices.slice_ns(os.getpid()), reason="this kernel does not tell slices")
async def test_what_works_in_the_background_is_interrupted_by_all_others(tmp_path: Path) -> None:
    """Also the threads that it has and what it starts; its niceness stays as it was given."""
    program = (
        "import subprocess, sys, threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); "
        "print('up', flush=True); sys.stdin.readline(); subprocess.run([sys.executable, '-c', 'input()'])"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    usual_ns = time_slices.slice_ns(process.pid)
    to_background(process.pid)
    process.stdin.write(b"\n")
    process.stdin.flush()
    family = psutil.Process(process.pid)
    wait_for(lambda: bool(family.children()), "it starts another")
    threads = [thread.id for thread in family.threads()]
    (child,) = family.children()
    assert {time_slices.slice_ns(thread) for thread in (*threads, child.pid)} == {time_slices.LONG_NS}
    assert len(threads) == 2
    assert usual_ns == time_slices.slice_ns(os.getpid()) < time_slices.LONG_NS
    assert family.nice() == min(os.getpriority(os.PRIO_PROCESS, 0) + BACKGROUND_NICENESS, 19)
    child.kill()
    process.kill()
    process.communicate()


async def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    log_file = tmp_path / "x.log"
    process = await ChildProcess.spawn([sys.executable, "-c", program], log_file, os.environ)
    async with asyncio.timeout(DEADLINE):
        while not log_file.read_text():
            await asyncio.sleep(0.02)
    assert not await process.stop(0.2)
    assert not process.running


async def test_a_service_that_dies_is_started_again_and_its_last_words_are_told(tmp_path: Path) -> None:
    said: list[str] = []
    marker = tmp_path / "second-life"
    program = (
        "import pathlib, sys, time\n"
        f"m = pathlib.Path({str(marker)!r})\n"
        "if m.exists(): time.sleep(60)\n"
        "m.touch(); print('out of ink', flush=True); sys.exit(3)\n"
    )
    service = Service("printer", [sys.executable, "-c", program], tmp_path / "x.log", os.environ, said.append)
    await service.start()
    service.keep()
    async with asyncio.timeout(DEADLINE):
        while len(said) < 2:
            await asyncio.sleep(0.02)
    assert said[0].startswith("printer ended with exit status 3: out of ink (log: ")
    assert said[1] == f"printer started again (process {service.pid})"
    await service.stop(DEADLINE)
    assert service.pid is None
    assert len(said) == 2


async def test_a_service_that_is_stopped_stays_stopped(tmp_path: Path) -> None:
    said: list[str] = []
    service = Service("sleeper", SLEEP, tmp_path / "x.log", os.environ, said.append)
    await service.start()
    service.keep()
    pid = service.pid
    assert pid is not None
    await service.stop(DEADLINE)
    assert not psutil.pid_exists(pid)
    assert said == []


def test_an_end_by_a_signal_is_told_by_its_name() -> None:
    assert describe_exit(-signal.SIGKILL) == "SIGKILL"
    assert describe_exit(2) == "exit status 2"


def test_a_taken_port_is_named_with_its_option_and_a_free_one_is_not() -> None:
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert ports.taken({"--grpc-port": port, "--gateway-port": 0}) == [f"port {port} is taken (--grpc-port)"]
    assert ports.taken({"--grpc-port": port}) == []
    assert ports.is_free(ports.pick_free())
