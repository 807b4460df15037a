"""Template filters of the audit pages."""

from datetime import datetime

from django import template

from audit import wording

register = template.Library()


@register.filter
def moment(value: datetime) -> str:
    """A time to the second."""
    return wording.moment(value)


@register.filter
def in_hex(value: bytes | memoryview | None) -> str:
    """A hash as people write it down."""
    return bytes(value or b"").hex()
