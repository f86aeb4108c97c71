"""Install Debian's Chromium and a Chinese font for the browser tests, where that is possible: `make browser`.

Only as root on a machine with apt; anywhere else it says so and the tests skip (with CI=true they fail instead).
"""

import os
import shutil
import subprocess
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
PACKAGES = ("chromium", "fonts-noto-cjk")


def main() -> None:
    """Install what is missing; never fails, the tests say what they lack."""
    if Path(CHROMIUM).exists():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"No {CHROMIUM}: the browser tests will be skipped. As root: apt-get install {' '.join(PACKAGES)}")
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(["apt-get", *command], env=quiet, stdin=subprocess.DEVNULL, check=False)  # noqa: S607
        if done.returncode != 0:
            print(f"apt-get {command[0]} failed: the browser tests will be skipped.")
            return


if __name__ == "__main__":
    main()
