"""Sets one order and ends: a program of its own, run by ``pdf.py``.

    python -I typesetter.py TEMPLATE < order.json > order.pdf

It knows nothing of Django, so that it starts in a tenth of a second.
"""

import sys
from importlib.resources import files
from pathlib import Path

from typst import Compiler

FONTS = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")


def main(template: Path) -> None:
    compiler = Compiler(
        root=str(template.parent),
        font_paths=[str(files(package)) for package in FONTS],
        ignore_system_fonts=True,
    )
    # What the order says is data: nothing in a name or a note is taken for code.
    order = sys.stdin.buffer.read().decode()
    pdf, warnings = compiler.compile_with_warnings(
        template.read_bytes(), format="pdf", sys_inputs={"order": order}
    )
    for warning in warnings:
        sys.stderr.write(f"{warning}\n")
    if isinstance(pdf, bytes):
        sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
