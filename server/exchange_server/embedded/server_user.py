"""Which user an embedded server runs as, and what that user can reach."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ServerUser:
    """A user without privileges; servers that refuse root run as it."""

    name: str
    uid: int
    gid: int

    def may_traverse(self, directory: Path) -> bool:
        """Tell whether the user can enter a directory and everything above it."""
        return all(self._may(path, stat.S_IXUSR) for path in (directory, *directory.parents))

    def may_execute(self, program: Path) -> bool:
        """Tell whether the user can reach, read and execute a file."""
        return self.may_traverse(program.parent) and self._may(program, stat.S_IRUSR | stat.S_IXUSR)

    def _may(self, path: Path, owner_bits: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            wanted = owner_bits
        elif status.st_gid == self.gid:
            wanted = owner_bits >> 3
        else:
            wanted = owner_bits >> 6
        return status.st_mode & wanted == wanted


def server_user() -> ServerUser | None:
    """Find the user to drop to when we are root; None when we are not and servers run as ourselves.

    Raises RuntimeError if root finds no user to drop to.
    """
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(name, entry.pw_uid, entry.pw_gid)
    raise RuntimeError("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody")
