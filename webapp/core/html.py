"""HTML made by Python: what fills pages (docs/adr/0019)."""

from collections.abc import Iterable
from html import escape

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


def escaped(value: object) -> SafeString:
    """Safe within a tag or between two; what says that it is HTML stays as it is."""
    if isinstance(value, SafeString):
        return value
    if type(value) is str:  # nearly always: without Django's questions about lazy texts
        return SafeString(escape(value))
    return conditional_escape(value if isinstance(value, str) else str(value))


def options_of(choices: Iterable[tuple[object, object]]) -> SafeString:
    """The options of a field in which one of many is chosen."""
    return mark_safe(  # noqa: S308 - escaped
        "".join(
            [
                f'<option value="{escaped(value)}">{escaped(label)}</option>'
                for value, label in choices
            ]
        )
    )


def with_chosen(options: str, value: object) -> SafeString:
    """A field of which nothing is chosen yet, with one of its options chosen."""
    this = f'<option value="{escaped(value)}"'
    return mark_safe(options.replace(f"{this}>", f"{this} selected>", 1))  # noqa: S308 - escaped
