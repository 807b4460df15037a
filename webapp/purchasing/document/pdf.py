"""The order as PDF, set by Typst with fonts that come along (docs/adr/0006)."""

import json
import logging
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from purchasing.document.content import OrderDocument

FOLDER = Path(__file__).parent
TEMPLATE = FOLDER / "order.typ"
TYPESETTER = FOLDER / "typesetter.py"
# An order of a thousand lines takes less than a second.
TIMEOUT_SECONDS = 30

logger = logging.getLogger(__name__)

# The typesetter takes 90 MB while it works: one at a time for each process of the server.
_one_at_a_time = threading.Lock()


class TypesettingError(RuntimeError):
    """No PDF came out; the message is the typesetter's."""


def pdf_of(document: OrderDocument) -> bytes:
    """The document with its fonts in it.

    Made by a process of its own: whatever memory it takes goes back to the system, where within
    the server Typst would keep 80 to 250 MB for good, and one that hangs is ended.
    """
    order = json.dumps(asdict(document), ensure_ascii=False)
    with _one_at_a_time:
        done = subprocess.run(
            [sys.executable, "-I", str(TYPESETTER), str(TEMPLATE)],
            input=order.encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    complaints = done.stderr.decode(errors="replace").strip()
    if done.returncode or not done.stdout:
        raise TypesettingError(complaints)
    if complaints:
        logger.warning("%s: %s", document.number, complaints)
    return done.stdout
