"""Lists come back as they were left: with the same filters, search and sorting.

They are kept in the session, which every request has read anyway; it is written only when they
change. What a list shows always stands in its address, so that bookmarks, exports and the links
of Django, which carry filters along, mean what they say.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

# In an address: forget what was remembered.
RESET = "_reset"
_KEPT = "lists"
LONGEST = 1000


class ForgettableChangeList(ChangeList):
    """Links that take the last filter away say so, instead of bringing it back."""

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        query: str = super().get_query_string(new_params, remove)
        return f"?{RESET}=1" if query == "?" else query

    @property
    def reset_link(self) -> str:
        return f"?{RESET}=1"

    @property
    def is_narrowed(self) -> bool:
        """Whether filters, search or sorting of the user's are on."""
        return bool(self.kept_query())

    def kept_query(self) -> str:
        """What is worth coming back to, as it stands in an address."""
        known = self._known()
        return urlencode(
            [
                (name, value)
                for name, values in sorted(self.filter_params.items())
                for value in values
                if value and self._is_known(name, known)
            ]
        )

    def is_of_own_filters(self) -> bool:
        """Whether the address holds nothing that the page itself cannot set: such links, to one
        posting for instance, are looked at once."""
        known = self._known()
        return all(self._is_known(name, known) for name in self.filter_params)

    def _known(self) -> set[str]:
        filters = (spec.expected_parameters() for spec in self.filter_specs)
        return {SEARCH_VAR, ORDER_VAR, *(name for names in filters for name in names if name)}

    def _is_known(self, name: str, known: set[str]) -> bool:
        by_date = bool(self.date_hierarchy) and name.startswith(f"{self.date_hierarchy}__")
        return name in known or by_date


class RemembersFiltersMixin(ModelAdmin):
    """A plain click on a list shows it as it was left; a link resets it."""

    list_before_template: str | None = "inventory/list_narrowed.html"  # type: ignore[assignment]  # unfold: None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "GET" and IS_POPUP_VAR not in request.GET:
            if RESET in request.GET:
                self._keep(request, "")
                return HttpResponseRedirect(request.path)
            if ERROR_FLAG in request.GET:
                self._keep(request, "")
            elif not request.GET and (kept := self._kept(request)):
                return HttpResponseRedirect(f"{request.path}?{kept}")
        response: HttpResponse = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        changelist = shown.get("cl")
        if (
            request.method == "GET"
            and isinstance(changelist, ForgettableChangeList)
            and not changelist.is_popup
            and set(request.GET) - {PAGE_VAR, ERROR_FLAG}
            and changelist.is_of_own_filters()
        ):
            self._keep(request, changelist.kept_query())
        return response

    def _kept(self, request: HttpRequest) -> str:
        return str(request.session.get(_KEPT, {}).get(self.opts.label_lower, ""))

    def _keep(self, request: HttpRequest, query: str) -> None:
        if query == self._kept(request) or len(query) > LONGEST:
            return
        kept = {**request.session.get(_KEPT, {}), self.opts.label_lower: query}
        request.session[_KEPT] = {label: text for label, text in kept.items() if text}
