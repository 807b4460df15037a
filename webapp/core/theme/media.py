# ruff: noqa: SLF001 - what was asked for is known to Django's class only by its private lists
"""The tags for styles and scripts of a form: sorted and written once for each set of them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.forms import Media
from django.utils.safestring import SafeString

type Lists = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Tags:
    """Styles and scripts, as templates ask for them that put each in its own place."""

    css: SafeString
    js: SafeString

    def __str__(self) -> str:
        return f"{self.css}\n{self.js}"


def tags(media: Media) -> SafeString:
    """All of them, as the media themselves would write them."""
    return _tags(*_asked_for(media))


def tags_by_kind(media: Media) -> Tags:
    """The same for lists."""
    return _tags_by_kind(*_asked_for(media))


def _asked_for(media: Media) -> tuple[Lists, Lists, str | None]:
    parts: Any = media
    styles = tuple(
        tuple((medium, tuple(paths)) for medium, paths in each.items())
        for each in parts._css_lists
        if each
    )
    scripts = tuple(tuple(each) for each in parts._js_lists if each)
    return styles, scripts, settings.STATIC_URL


@lru_cache(maxsize=500)
def _tags(styles: Lists, scripts: Lists, _address: str | None) -> SafeString:
    return SafeString(_media(styles, scripts))


@lru_cache(maxsize=500)
def _tags_by_kind(styles: Lists, scripts: Lists, _address: str | None) -> Tags:
    media = _media(styles, scripts)
    return Tags(css=SafeString(media["css"]), js=SafeString(media["js"]))


def _media(styles: Lists, scripts: Lists) -> Media:
    media: Any = Media()
    media._css_lists = [{medium: list(paths) for medium, paths in each} for each in styles]
    media._js_lists = [list(each) for each in scripts]
    whole: Media = media
    return whole
