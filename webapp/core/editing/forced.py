"""A form that comes back with a message although its fields are all valid."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin

_ERRORS = "_forced_errors"


class ForcedErrorsMixin(ModelAdmin):
    """Django's own view draws the form again, with all that was typed; nothing is written twice."""

    def force_error(self, request: HttpRequest, message: str, fields: Iterable[str] = ()) -> None:
        """The form of this request is refused with `message`, at the first field that it has."""
        request.__dict__.setdefault(_ERRORS, []).append((message, tuple(fields)))

    def is_forced(self, request: HttpRequest) -> bool:
        return _ERRORS in request.__dict__

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form_class: Any = super().get_form(request, obj, change=change, **kwargs)
        errors = request.__dict__.get(_ERRORS)
        return _refusing(form_class, errors) if errors else form_class


def _refusing(
    form_class: "type[BaseModelForm[Any]]", errors: list[tuple[str, tuple[str, ...]]]
) -> "type[BaseModelForm[Any]]":
    def full_clean(form: "BaseModelForm[Any]") -> None:
        form_class.full_clean(form)
        if not form.is_bound:
            return
        for message, fields in errors:
            at = next((name for name in fields if name in form.fields), None)
            form.add_error(at, ValidationError(message))

    return type(form_class.__name__, (form_class,), {"full_clean": full_clean})
