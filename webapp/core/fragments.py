"""Parts of pages that are the same for many requests: made once by each process, and kept.

What a part depends on is its key, all of it: nothing is ever taken back, old parts fall out.
"""

import hashlib
from collections.abc import Callable

from django.core.cache import caches
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

type Key = tuple[object, ...]


def kept(key: Key, make: Callable[[], str]) -> SafeString:
    """The HTML that `make` made for this key, now or earlier."""
    name = hashlib.blake2b(repr(key).encode(), digest_size=20).hexdigest()
    fragments = caches["fragments"]
    html: str | None = fragments.get(name)
    if html is None:
        html = str(make())
        fragments.set(name, html)
    return SafeString(html)


def card(template: str, told: object, context: Callable[[], object] | None = None) -> SafeString:
    """What a template makes of what it is told, and of nothing else: for all who would see it.

    It knows neither the request nor who asks, so that nobody sees what was made for somebody else.

    :param told: all that the card shows, as it is written out by ``repr``
    :param context: what the template is given as ``card``, made of what `told` stands for; `told`
        itself without it
    """

    def make() -> str:
        return render_to_string(template, {"card": told if context is None else context()})

    zone = str(timezone.get_current_timezone())
    return kept((template, get_language(), zone, get_script_prefix(), told), make)
