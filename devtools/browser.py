"""A browser for the browser tests: the one that is here, or one that is installed for them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from devtools.console import Problem, step
from devtools.house import House

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PACKAGES = ("chromium", "fonts-noto-cjk")  # the fonts: without them Japanese is empty boxes


def find_browser(house: House) -> str | None:
    """The path of a Chromium or Chrome; what $CHROMIUM names comes first."""
    wanted = os.environ.get("CHROMIUM")
    if wanted:
        found = shutil.which(wanted)
        if found is None:
            raise Problem(
                f"CHROMIUM={wanted} is no program.",
                "correct it, or unset it to let ./dev look for a browser",
            )
        return found
    for name in (*NAMES, MAC):
        found = shutil.which(name)
        if found is not None:
            return found
    own = sorted(downloads(house).glob("chromium-*/chrome-*/*"))
    return next((str(p) for p in own if p.name in {"chrome", "Chromium"} and p.is_file()), None)


def require_browser(house: House) -> str:
    found = find_browser(house) or install(house)
    if found is None:
        raise Problem(
            "the browser tests need Chromium or Chrome; none was found, and none could be "
            "installed from here.",
            f"Debian: sudo apt install {' '.join(PACKAGES)}",
            "elsewhere: install Chrome or Chromium",
            "it is in an unusual place: CHROMIUM=/path/to/chromium ./dev test",
            "leave them out this time: ./dev test --no-browser",
        )
    require_japanese_font()
    return found


def require_japanese_font() -> None:
    """Without one, Japanese is a row of empty boxes: on a screenshot, and to whoever measures."""
    listed = shutil.which("fc-list")
    if listed is None:
        return  # a system without fontconfig has its own fonts
    found = subprocess.run([listed, ":lang=ja"], capture_output=True, text=True, check=False).stdout
    if found.strip():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step("installing fonts-noto-cjk by apt-get (once)"):
            apt("update")
            apt("install", "--yes", "--no-install-recommends", "fonts-noto-cjk")
        return
    raise Problem(
        "no font on this machine has Japanese letters; the browser tests need one.",
        "Debian, Ubuntu: sudo apt install fonts-noto-cjk",
        "leave them out this time: ./dev test --no-browser",
    )


def install(house: House) -> str | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step(f"installing {' and '.join(PACKAGES)} by apt-get (once; some minutes)"):
            apt("update")
            apt("install", "--yes", "--no-install-recommends", *PACKAGES)
    else:
        with step("fetching Chromium into .data/browsers (once; some minutes)"):
            subprocess.run(
                [sys.executable, "-m", "playwright", "install", "chromium"],
                env=os.environ | {"PLAYWRIGHT_BROWSERS_PATH": str(downloads(house))},
                check=False,
            )
    return find_browser(house)


def apt(*words: str) -> None:
    done = subprocess.run(
        ["apt-get", "--quiet", "--quiet", *words],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        check=False,
    )
    if done.returncode != 0:
        raise Problem(
            f"apt-get {words[0]} failed; what it said stands above.",
            f"mend the cause, then try it by hand: apt-get {' '.join(words)}",
            "leave out the tests that need it: ./dev test --fast",
        )


def downloads(house: House) -> Path:
    return house.data / "browsers"
