"""Run a program that ends when its parent ends: `python die_with_parent.py PARENT_PID PROGRAM [ARGUMENT…]`.

A script of its own, so that the supervisor, which has threads by then, needs no code between fork and exec. On Linux
the kernel sends SIGKILL, for which a crash-safe server is ready. Elsewhere this process stays and watches.
"""

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
WATCH_SECONDS = 0.2


def main() -> None:
    """Bind to the parent, then become, or watch over, the program."""
    parent = int(sys.argv[1])
    command = sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            sys.exit(1)
        os.execv(command[0], command)
    sys.exit(watch(parent, command))


def watch(parent: int, command: list[str]) -> int:
    """Run the program as a child; pass SIGTERM and SIGINT on; kill it when the parent has ended."""
    child = os.fork()
    if child == 0:
        os.execv(command[0], command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: os.kill(child, received))
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) & 0xFF
        if os.getppid() != parent:
            os.kill(child, signal.SIGKILL)
        time.sleep(WATCH_SECONDS)


if __name__ == "__main__":
    main()
