"""The title above a page: the application, the kind of thing, and the thing, as links."""

from typing import Any

from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

_NAME = "align-middle inline-block leading-5 min-w-0 truncate tracking-tight"
_THEN = (
    '<span class="material-symbols-outlined inline-block align-middle leading-5 mx-2 '
    'text-base-400 dark:text-base-500 rtl:-scale-x-100">chevron_right</span>'
)


def plain_title(context: Context) -> SafeString | None:
    """Of a list, a form or another page of a model; None for pages that are of none."""
    opts = context.get("opts")
    if not opts:
        return None
    original = context.get("original")
    thing = context.get("object") if not original or isinstance(original, str) else original
    kind = thing._meta if thing else opts
    steps = [
        (_address("app_list", opts.app_label), opts.app_config.verbose_name),
        (_address(f"{kind.app_label}_{kind.model_name}_changelist"), kind.verbose_name_plural),
    ]
    if thing:
        steps.append((_address(f"{kind.app_label}_{kind.model_name}_change", thing.pk), thing))
    return mark_safe(_THEN.join([_step(link, title) for link, title in steps]))  # noqa: S308 - escaped


def _step(link: str, title: Any) -> SafeString:
    name = capfirst(str(title))
    if link:
        return format_html('<a href="{}" class="{}">{}</a>', link, _NAME, name)
    return format_html('<span class="{}">{}</span>', _NAME, name)


def _address(name: str, *args: Any) -> str:
    """Empty where there is no such page."""
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return ""
