"""Install Debian's Chromium for the tests of the page, where it is missing and that is possible.

What cannot be installed is said and fails nothing: the tests of the page are then skipped with the same word.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Look for a browser, else ask apt for one."""
    if any(shutil.which(name) for name in NAMES):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print("There is no Chromium and no right to install it: the tests of the page will be skipped", file=sys.stderr)
        return
    print("Installing Chromium for the tests of the page")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-500:]}", file=sys.stderr)
            return


if __name__ == "__main__":
    main()
