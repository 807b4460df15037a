"""Parts of the forms of our own pages, made by Python as in `core.theme`: they fill the pages."""

from collections.abc import Iterable
from typing import Any

from django.forms import BoundField
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core.fragments import kept

REQUIRED = '<span class="inventory-required" aria-hidden="true"> *</span>'


def field(bound: BoundField) -> SafeString:
    """One form field: label, input, help, errors."""
    errors = bound.errors if bound.form.is_bound else ()
    below = ""
    if errors:
        below = field_errors(bound)
    elif bound.help_text:
        told = conditional_escape(bound.help_text)
        below = f'<p class="inventory-help" id="{bound.auto_id}_helptext">{told}</p>'
    label = conditional_escape(bound.label)
    return mark_safe(  # noqa: S308 - each part is escaped, or made by a widget
        f'<div class="inventory-field{" has-errors" if errors else ""}">'
        f'<label for="{bound.id_for_label}">{label}{REQUIRED if bound.field.required else ""}'
        f"</label>{bound}{below}</div>"
    )


def field_errors(bound: BoundField) -> SafeString:
    """What is wrong with one field."""
    said = " ".join([conditional_escape(str(error)) for error in bound.errors])
    return mark_safe(f'<p class="inventory-error" id="{bound.auto_id}_error">{said}</p>')  # noqa: S308 - escaped


def errors(found: Iterable[Any]) -> SafeString:
    """What is wrong with a whole form; as the template of this name, for what Python makes."""
    said = "".join([f"<p>{conditional_escape(str(error))}</p>" for error in found])
    alert = (
        '<div class="inventory-alert" role="alert">'
        '<span class="material-symbols-outlined" aria-hidden="true">error</span>'
        f"<div>{said}</div></div>"
    )
    return mark_safe(alert if said else "")  # noqa: S308 - each part is escaped


def media(*owners: Any) -> SafeString:
    """Style sheets and scripts of forms, sets of forms and widgets, those of several once.

    Which they are is said by the classes and the language; to merge them takes longer than to
    make a form.
    """
    names = tuple(_name(owner) for owner in owners)

    def merged() -> str:
        first, *others = (owner.media for owner in owners)
        return str(sum(others, start=first))

    return kept(("media", get_language(), names), merged)


def _name(owner: Any) -> str:
    """Of a set of forms, whose class is made for it, the form's."""
    found = getattr(owner, "form", type(owner))
    return f"{found.__module__}.{found.__qualname__}"
