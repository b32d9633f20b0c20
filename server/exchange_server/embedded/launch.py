"""Run a program as another user that ends when its parent ends: `python launch.py PARENT_PID UID:GID PROGRAM [ARG…]`.

A script of its own, because a process with threads must not run Python, nor fork at all, to start another one: gRPC's
handlers crash now and then in a fork of a process that makes calls. Started without a change of user and without code
to run before it, a program is not forked but spawned. `UID:GID` is `-` to stay who we are.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the user, bind to the parent, become the program."""
    parent, user, *command = sys.argv[1:]
    if user != "-":
        uid, _, gid = user.partition(":")
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":
        # After the change of user, which would undo it. PostgreSQL takes SIGINT for a fast shutdown.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
        if os.getppid() != int(parent):  # it ended before we asked
            sys.exit(1)
    # What this interpreter ignores, the program shall not.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
