"""The order as PDF, set by Typst with fonts that come along (docs/adr/0006)."""

import json
import threading
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import cast

from typst import Compiler

from purchasing.document.content import OrderDocument

FOLDER = Path(__file__).parent
TEMPLATE = FOLDER / "order.typ"
FONTS = [str(files(name)) for name in ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")]

# One compiler a process, since it keeps the fonts; and it refuses two threads at once.
_one_at_a_time = threading.Lock()


@cache
def _compiler() -> Compiler:
    return Compiler(root=str(FOLDER), font_paths=FONTS, ignore_system_fonts=True)


def _as_json(document: OrderDocument) -> str:
    return json.dumps(asdict(document), ensure_ascii=False)


def pdf_of(document: OrderDocument) -> bytes:
    """The document with its fonts in it.

    What the order says reaches Typst as data: nothing in a name or a note is taken for code.
    """
    inputs = {"order": _as_json(document)}
    with _one_at_a_time:
        pdf = _compiler().compile(TEMPLATE.read_bytes(), format="pdf", sys_inputs=inputs)
    return cast("bytes", pdf)
