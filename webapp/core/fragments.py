"""Parts of pages that are the same for many requests: made once by each process, and kept.

What a part depends on is its key, all of it: nothing is ever taken back, old parts fall out.
"""

import hashlib
from collections.abc import Callable

from django.core.cache import caches
from django.utils.safestring import SafeString

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
