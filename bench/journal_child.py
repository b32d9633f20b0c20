"""Recover in a process of its own: `python -m bench.journal_child DIRECTORY` prints CPU seconds and commands replayed.

CPU time, like the engine's figures: recovery is one busy thread, and machines are shared.
"""

import sys
import time

from exchange_server.journal import recover


def main() -> None:
    """Recover the directory that is named."""
    started = time.process_time()
    recovered = recover(sys.argv[1])
    print(time.process_time() - started, recovered.replayed)


if __name__ == "__main__":
    main()
