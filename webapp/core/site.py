"""The admin's site: what surrounds every page is worked out once for all who see the same."""

import itertools
import re
import threading
from collections import OrderedDict
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from unfold.sites import UnfoldAdminSite

# What lies beneath a list: one entry of the side bar is marked for all of it.
_OF_A_ROW = re.compile(r"/(\d+|add)/.*$")
_MOST = 1000

type SurroundingsKey = tuple[object, ...]


class InventoryAdminSite(UnfoldAdminSite):
    """unfold's, which merges its settings, tries to import each of them and asks for every right
    on every page: that took longer than the page's own queries."""

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._known: OrderedDict[SurroundingsKey, dict[str, Any]] = OrderedDict()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Title, colours, side bar and the like, as they are for this language, these rights and
        this part of the site; all that is the request's own is asked for when a template wants it.
        """
        key = surroundings_key(request)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
        if known is None:
            # The number stands for the whole key in the keys of kept parts (core/fragments.py).
            known = super().each_context(request)
            known["colors"] = _in_one(known["colors"])
            known["surroundings"] = next(self._numbers)
            with self._lock:
                self._known[key] = known
                if len(self._known) > _MOST:
                    self._known.popitem(last=False)
        return {
            **known,
            "available_apps": SimpleLazyObject(lambda: self.get_app_list(request)),
            "log_entries": SimpleLazyObject(lambda: self.get_log_entries(request)),
            "on_a_mac": "Macintosh" in request.META.get("HTTP_USER_AGENT", ""),
        }

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """unfold's, but for the list of applications, which our first page does not show."""
        request.current_app = self.name
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "subtitle": None,
            "index": True,
            **(extra_context or {}),
        }
        fill = import_string(settings.UNFOLD["DASHBOARD_CALLBACK"])
        return TemplateResponse(request, "admin/index.html", fill(request, context))


def _in_one(colors: dict[str, dict[str, str]]) -> dict[str, dict[str, SafeString]]:
    """The theme's colours for its template, which writes ``--color-<name>-<weight>: <value>;`` of
    each: one value that has the others behind it, so that it writes once and not thirty times."""
    every = [
        (name, weight, value)
        for name, weights in colors.items()
        for weight, value in weights.items()
    ]
    if not every:
        return {}
    (name, weight, first), *others = every
    behind = "".join([f"; --color-{name}-{weight}: {value}" for name, weight, value in others])
    return {name: {weight: SafeString(f"{first}{behind}")}}


def surroundings_key(request: HttpRequest) -> SurroundingsKey:
    """All that title, side bar and the like depend on."""
    user: Any = getattr(request, "user", None)
    rights: frozenset[str] = frozenset()
    if user is not None and user.is_authenticated:
        rights = frozenset(user.get_all_permissions())
    return (
        get_language(),
        bool(user and user.is_active and user.is_staff),
        bool(user and user.is_superuser),
        rights,
        request.META.get("SCRIPT_NAME", ""),
        _OF_A_ROW.sub("/", request.path),
    )
