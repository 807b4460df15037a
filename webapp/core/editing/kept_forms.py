"""Classes of forms, made once for all who see the same form instead of anew for each page.

Django makes a form's class, with every field and its widget, for each request: of a page with
rows inside its form that was a tenth of the processor time.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from copy import deepcopy
from typing import Any

from django.contrib.admin.options import BaseModelAdmin
from django.forms import Field
from django.http import HttpRequest
from django.utils.translation import get_language

from core.editing.forced import ForcedErrorsMixin

_MOST = 500
_known: "OrderedDict[Hashable, Any]" = OrderedDict()
_lock = threading.Lock()


class SharedFields(dict[str, Field]):
    """The fields of a class whose forms are only shown: they need no copies of their own."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Field]:
        """As each form asks for; a field that limits its choices is narrowed by each form."""
        return {
            name: deepcopy(field, memo) if getattr(field, "limit_choices_to", None) else field
            for name, field in self.items()
        }


class KeptFormMixin(ForcedErrorsMixin):
    """For admin classes whose form depends on nothing but rights, language and what `_key` names.

    Only for showing: what is sent is judged by a class of its own, which may be derived from.
    """

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        def make() -> Any:
            return super(KeptFormMixin, self).get_form(request, obj, change=change, **kwargs)

        if not _is_shown(request, kwargs) or self.is_forced(request):
            return make()
        may_change = change and self.has_change_permission(request, obj)
        key = _key(self, request, obj, kwargs, change, may_change)
        return _kept(key, make, lambda form_class: form_class)


class KeptFormSetMixin(BaseModelAdmin):  # type: ignore[type-arg]  # not subscriptable when run
    """The same for the rows within a form."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        def make() -> Any:
            inline: Any = super(KeptFormSetMixin, self)
            return inline.get_formset(request, obj, **kwargs)

        if not _is_shown(request, kwargs):
            return make()
        inline: Any = self
        asked = (
            inline.get_extra, inline.get_min_num, inline.get_max_num,
            inline.has_add_permission, inline.has_change_permission, inline.has_delete_permission,
        )  # fmt: skip
        answers = tuple(ask(request, obj) for ask in asked)
        key = _key(self, request, obj, kwargs, inline.parent_model, answers)
        return _kept(key, make, lambda formset_class: formset_class.form)


def _is_shown(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    return request.method == "GET" and set(kwargs) <= {"fields"}


def _key(
    admin: Any, request: HttpRequest, obj: Any, kwargs: dict[str, Any], *more: Hashable
) -> Hashable:
    """All that Django and the theme look at while they make the class.

    Buttons beside a field, such as "add another", depend on rights for other tables.
    """
    user: Any = request.user
    fields = kwargs.get("fields")
    return (
        type(admin),
        admin.admin_site,
        get_language(),
        user.is_active,
        user.is_superuser,
        frozenset(user.get_all_permissions()),
        None if fields is None else tuple(fields),
        tuple(admin.get_readonly_fields(request, obj)),
        tuple(admin.get_exclude(request, obj) or ()),
        *more,
    )


def _kept(key: Hashable, make: Callable[[], Any], form_of: Callable[[Any], Any]) -> Any:
    with _lock:
        known = _known.get(key)
        if known is not None:
            _known.move_to_end(key)
    if known is None:
        known = make()
        form_class = form_of(known)
        form_class.base_fields = SharedFields(form_class.base_fields)
        # It made the fields with the request, which must not live as long as the class.
        form_class.Meta.formfield_callback = None
        form_class._meta.formfield_callback = None
        with _lock:
            _known[key] = known
            if len(_known) > _MOST:
                _known.popitem(last=False)
    return known
