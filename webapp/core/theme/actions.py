"""The actions above a page, such as exports, with their menus."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.enums import ActionVariant

PLACE = (
    "border border-base-200 select-none max-lg:-mt-px max-lg:first:rounded-t-default "
    "max-lg:last:rounded-b-default min-lg:-ms-px min-lg:first:rounded-s-default "
    "min-lg:last:rounded-e-default hover:text-primary-600 dark:hover:text-primary-500 "
    "dark:border-base-700 hover:bg-base-500/8"
)
ITEM = (
    "flex items-center font-normal gap-2 max-h-[30px] mx-1 px-3 py-2 rounded-default text-start "
    "hover:bg-base-100 hover:text-base-700 dark:hover:bg-base-700 dark:hover:text-base-200"
)
ICON = '<span class="material-symbols-outlined">{}</span>'
# What the theme's template is left to.
RARE = ("dialog", "attrs")


def plain_action(action: Mapping[str, Any], title: Any, link: Any) -> SafeString | None:
    """A link, or a menu of links, in the plain look; None for all that is rarer."""
    items = action.get("items") or []
    if any(each.get(name) for each in (action, *items) for name in RARE):
        return None
    if any(each.get("variant", ActionVariant.DEFAULT) != ActionVariant.DEFAULT
           for each in (action, *items)):  # fmt: skip
        return None
    shown = format_html(
        "{}{}",
        format_html(ICON, action["icon"]) if action.get("icon") else "",
        conditional_escape(title),
    )
    if link or not items:
        return format_html(
            '<li class="{}"><a{} class="cursor-pointer flex grow items-center gap-2 px-3 py-2 '
            'text-start whitespace-nowrap">{}</a></li>',
            PLACE,
            format_html(' href="{}"', link) if link else "",
            shown,
        )
    return _menu(action["method_name"], shown, items)


def _menu(name: str, shown: SafeString, items: list[Mapping[str, Any]]) -> SafeString:
    return format_html(
        '<li class="{place}" x-data="{{actionDropdownOpen: false}}" x-ref="actionDropdown{name}">'
        '<a class="cursor-pointer flex grow items-center gap-2 px-3 py-2 text-start '
        'whitespace-nowrap" x-on:click="actionDropdownOpen = !actionDropdownOpen" '
        "x-bind:class=\"{{'text-primary-600 dark:text-primary-500': actionDropdownOpen }}\">{shown}"
        '<span class="border-s border-base-200 flex items-center select-none self-stretch -me-1 '
        '!ms-1 ps-2 dark:border-base-700"><span class="material-symbols-outlined ml-auto rotate-90 '
        'transition-transform" x-bind:class="{{\'-rotate-90!\': actionDropdownOpen }}">'
        "chevron_right</span></span></a>"
        '<template x-teleport="body"><nav x-anchor.bottom-end.offset.4="$refs.actionDropdown{name}"'
        ' class="absolute bg-white border border-base-200 flex flex-col -mr-px py-1 end-0 '
        'rounded-default shadow-lg top-10 w-52 z-50 dark:bg-base-800 dark:border-base-700" '
        'x-transition x-show="actionDropdownOpen" '
        'x-on:click.outside="actionDropdownOpen = false">{items}</nav></template></li>',
        place=PLACE,
        name=name,
        shown=shown,
        items=format_html_join(
            "",
            '<a href="{}" class="{}">{}<span class="grow truncate" title="{}">{}</span></a>',
            (
                (
                    item["path"],
                    ITEM,
                    format_html(ICON, item["icon"]) if item.get("icon") else "",
                    item["title"],
                    item["title"],
                )
                for item in items
            ),
        ),
    )
