"""The tag of an image that is built here: the commit that last changed what goes into it.

A commit that changes something else makes no new image, so nothing is deployed for it. What is not
committed yet is told apart by its content, because a tag can never be used twice.
"""

import hashlib
import subprocess
from pathlib import Path

# What .dockerignore lets through, and what decides how it is built.
PARTS = (
    ".dockerignore",
    "devtools/messages.py",
    "devtools/strings.py",
    "requirements/web.txt",
    "webapp",
)


def image_tag(root: Path) -> str:
    commit = _git(root, "log", "-1", "--format=%h", "--abbrev=12").strip()
    if not commit:
        raise ValueError(f"{root} has no commit yet: an image is named after one")
    changes = _git(root, "diff", "HEAD")
    added = _git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    if not changes and not added:
        return commit
    seen = hashlib.sha256(changes.encode())
    for name in added:
        seen.update(name.encode() + (root / name).read_bytes())
    return f"{commit}-{seen.hexdigest()[:8]}"


def _git(root: Path, *words: str) -> str:
    """What git says of the parts of the image."""
    return subprocess.run(
        ["git", *words, "--", *PARTS], cwd=root, check=True, capture_output=True, text=True
    ).stdout
