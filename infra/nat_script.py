"""The script with which a NAT instance makes itself, and the values it starts from."""

import base64
import shlex
from collections.abc import Mapping
from pathlib import Path


def nat_script() -> str:
    return (Path(__file__).parent / "nat_userdata.sh").read_text("utf-8")


def with_values(script: str, values: Mapping[str, str]) -> str:
    """The script, with variables set right after the line that says who runs it."""
    first, rest = script.split("\n", 1)
    settings = "".join(f"{key}={shlex.quote(value)}\n" for key, value in values.items())
    return f"{first}\n{settings}{rest}"


def as_user_data(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
