"""Buttons, of which a page has a dozen; the theme's template asks some thirty questions for one."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core.theme.form_renderer import attributes

SIZES = {
    "lg": "gap-2 px-5.5 py-3 text-[15px]",
    "md": "px-5 py-2.5 text-[14px]",
    "sm": "px-2.5 py-1.5",
    "xs": "px-2 py-0.5",
}
HOVER = "hover:bg-base-100/80 dark:hover:bg-base-800/80"
OUTLINED = (
    "border border-base-200 bg-white shadow-xs text-important "
    "dark:border-base-700 dark:bg-transparent"
)
# The look, and the look beneath the pointer.
VARIANTS = {
    "default": (OUTLINED, HOVER),
    "ghost": ("border border-transparent bg-transparent text-important", HOVER),
    "secondary": ("bg-base-100 border border-transparent text-important dark:bg-base-800", HOVER),
    "danger": ("border bg-red-600 border-transparent text-white", "hover:bg-red-600/80"),
    "primary": ("border bg-primary-600 border-transparent text-white", "hover:bg-primary-600/80"),
}
NAMED = ("type", "form", "name", "value", "title")


def button(told: Mapping[str, Any]) -> SafeString:
    """A button, or a link that looks like one.

    :param told: what the theme's component takes: ``href``, ``submit``, ``variant``, ``size``,
        ``icon``, ``class``, ``attrs``, ``extra_attrs``, ``children`` and the attributes `NAMED`
    """
    attrs: Mapping[str, Any] = told.get("attrs") or {}
    tag = "a" if told.get("href") else "button"
    given = {name: told[name] for name in NAMED if told.get(name)}
    if told.get("href"):
        given["href"] = told["href"]
    if told.get("submit"):
        given["type"] = "submit"
    given["class"] = _look(
        str(told.get("size") or ""),
        str(told.get("variant") or ""),
        str(told.get("class") or ""),
        disabled=bool(attrs.get("disabled")),
    )
    icon = ""
    if told.get("icon"):
        margin = "-ml-2" if told.get("size") == "lg" else "-ml-0.5"
        name = conditional_escape(told["icon"])
        icon = f'<span class="material-symbols-outlined {margin}">{name}</span> '
    extra = told.get("extra_attrs")
    return mark_safe(  # noqa: S308 - each part is escaped
        f"<{tag}{attributes(given | dict(attrs))}"
        f"{f' {conditional_escape(extra)}' if extra else ''}>"
        f"{icon}{conditional_escape(told.get('children') or '')}</{tag}>"
    )


@lru_cache(maxsize=200)
def _look(size: str, variant: str, css: str, *, disabled: bool) -> str:
    look, hover = VARIANTS.get(variant, VARIANTS["primary"])
    pointer = "cursor-not-allowed opacity-50" if disabled else f"cursor-pointer {hover}"
    return (
        "font-medium inline-flex group items-center gap-1 relative rounded-default "
        f"justify-center whitespace-nowrap {pointer} {SIZES.get(size, 'px-3 py-2')} {look} {css}"
    ).strip()
