"""Types of the arguments of commands."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta


def hours(text: str) -> timedelta:
    """``24h`` as a span of time."""
    match = re.fullmatch(r"(\d+)h", text)
    if not match:
        raise ArgumentTypeError(f"{text!r}: write hours, such as 24h.")
    return timedelta(hours=int(match[1]))
