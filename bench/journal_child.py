"""Measures that want a process of their own: `python -m bench.journal_child recover DIRECTORY` prints seconds."""

import sys

from exchange_server.journal import recover


def main() -> None:
    """Recover a directory and print how long it took, how many commands were replayed, and from where."""
    what, directory = sys.argv[1:]
    if what != "recover":
        raise SystemExit(f"no such measure: {what}")
    recovered = recover(directory)
    print(recovered.seconds, recovered.replayed, recovered.snapshot_sequence)


if __name__ == "__main__":
    main()
