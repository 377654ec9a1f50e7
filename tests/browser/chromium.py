"""Finds and starts a Chromium. `python -m tests.browser.chromium` installs one if there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SHELL = "chromium-headless-shell"  # Debian's name of the same browser without windows: less work for each test
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Playwright keeps hidden tabs awake; a test of a hidden tab wants them as people have them.
KEPT_AWAKE = (
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)


def flags() -> list[str]:
    """Chromium's sandbox cannot be had by root, and is kept by everybody else."""
    return [*FLAGS, "--no-sandbox"] if os.getuid() == 0 else list(FLAGS)


def find() -> str:
    """The path of $CHROMIUM, else of the system's browser; empty when there is neither."""
    return os.environ.get("CHROMIUM", "") or next((path for name in NAMES if (path := shutil.which(name))), "")


def find_light() -> str:
    """The path of $CHROMIUM, else of the headless shell, else of the system's browser; empty when there is none."""
    return os.environ.get("CHROMIUM", "") or shutil.which(SHELL) or find()


def find_any() -> str:
    """The same, and Playwright's own after them. Not while a loop runs."""
    if found := find():
        return found
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else ""


def get() -> str:
    """Finds or installs one. SystemExit with what to do when neither works."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if debian := os.getuid() == 0 and shutil.which("apt-get") is not None:
        ways += [["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium", "fonts-liberation"]]
    for way in ways:
        if found := find_any():
            break
        print("no browser yet, trying:", " ".join(way), flush=True)
        subprocess.run(way, check=False, stdin=subprocess.DEVNULL)
    if debian and not (os.environ.get("CHROMIUM") or shutil.which(SHELL)):  # without it the tests only take longer
        subprocess.run(["apt-get", "install", "-y", "-q", SHELL], check=False, stdin=subprocess.DEVNULL)
    if found := find_any():
        return found
    raise SystemExit(
        "The browser tests need Chromium and none could be installed.\n"
        "Mend it with: sudo apt-get install chromium fonts-liberation   (or set CHROMIUM to its path)"
    )


if __name__ == "__main__":
    print(get())
