# ruff: noqa: SLF001 - what was asked for is known to Django's class only by its private lists
"""The tags for styles and scripts of a form: sorted and written once for each set of them."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.forms import Media
from django.utils.safestring import SafeString

type Lists = tuple[tuple[Any, ...], ...]


def tags(media: Media) -> SafeString:
    """As the media themselves would write them."""
    parts: Any = media
    styles = tuple(
        tuple((medium, tuple(paths)) for medium, paths in each.items())
        for each in parts._css_lists
        if each
    )
    scripts = tuple(tuple(each) for each in parts._js_lists if each)
    return _tags(styles, scripts, settings.STATIC_URL)


@lru_cache(maxsize=500)
def _tags(styles: Lists, scripts: Lists, _address: str | None) -> SafeString:
    media: Any = Media()
    media._css_lists = [{medium: list(paths) for medium, paths in each} for each in styles]
    media._js_lists = [list(each) for each in scripts]
    return SafeString(media)
