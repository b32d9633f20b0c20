"""Processes that an embedded server consists of: started so that they end with us, and found again if they did not."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import exchange_server.embedded.launch as launch
from exchange_server.embedded.server_user import ServerUser


class ExclusiveFolder:
    """A folder that only one live process at a time works with; the lock ends with the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Take the folder, making it if it is absent; False if another process, or another object, holds it."""
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        file = open(self._folder / "lock", "ab")  # noqa: SIM115  held until release
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Give the folder free; does nothing if it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None


class Child:
    """A child process in a session of its own that gets SIGINT when this process ends (on Linux), however it ends.

    SIGINT asks PostgreSQL for its fast shutdown. Raises what `subprocess.Popen` raises.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log_file: Path, user: ServerUser | None
    ) -> None:
        self._command = command
        self._environment = environment
        self._log_file = log_file
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None
        self._error: BaseException | None = None
        self._started = threading.Event()
        # Linux sends the signal when the *thread* that forked ends; this one ends with the child.
        self._thread = threading.Thread(target=self._run, name="embedded-server", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._error is not None:
            raise self._error

    @property
    def pid(self) -> int:
        """Return the process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """Return the exit status, negative for a signal; None while it runs."""
        assert self._process is not None
        return self._process.returncode

    def stop(self, seconds: float) -> None:
        """Stop it: SIGINT; after `seconds` SIGQUIT, for PostgreSQL an end without flushing; then SIGKILL."""
        assert self._process is not None
        for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 10.0)):
            if self._process.returncode is None:
                self._process.send_signal(number)
            self._thread.join(patience)
            if not self._thread.is_alive():
                return

    def _run(self) -> None:
        try:
            with open(self._log_file, "ab") as log:
                self._process = subprocess.Popen(
                    launched(self._command, self._user),
                    cwd="/",
                    env=dict(self._environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except BaseException as error:
            self._error = error
            return
        finally:
            self._started.set()
        self._process.wait()


def launched(command: Sequence[str], user: ServerUser | None) -> list[str]:
    """Return the command that runs a program (its first word is a path) as a user, bound to the calling thread."""
    who = "-" if user is None else f"{user.uid}:{user.gid}"
    return [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), who, *command]


def is_running_in(pid: int, folder: Path) -> bool:
    """Tell whether a process exists and works in `folder` (a PostgreSQL server's is its cluster)."""
    if sys.platform == "linux":
        try:
            return Path(os.readlink(f"/proc/{pid}/cwd")) == folder
        except OSError:
            return False
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return f"-D {folder} " in listed.stdout


def stop_foreign(pid: int, seconds: float) -> None:
    """Stop a process that is not our child, as `Child.stop` does. Raises RuntimeError if it stays."""
    for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 10.0)):
        deadline = time.monotonic() + patience
        try:
            os.kill(pid, number)
            while time.monotonic() < deadline:
                os.kill(pid, 0)
                if _is_zombie(pid):
                    return
                time.sleep(0.02)
        except ProcessLookupError:
            return
    raise RuntimeError(f"process {pid} does not stop")


def _is_zombie(pid: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
