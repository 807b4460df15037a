"""The buttons below a form of the admin."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from core.theme.buttons import button

WIDE = "w-full lg:w-auto"
ICON = '<span class="material-symbols-outlined">{}</span> '
# Texts of Django and the theme, which their catalogues translate.
SAVE = "Save"
CONTINUE = "Save and continue editing"
VIEW = "Save and view"
ADD_ANOTHER = "Save and add another"
AS_NEW = "Save as new"
CLOSE = "Close"


def submit_line(shown: Mapping[str, Any], context: Any) -> SafeString:
    """All buttons that this user has here.

    :param shown: what the template's context says, flattened
    :param context: the context itself, for the addresses
    """
    is_popup = shown.get("is_popup")
    place = "" if is_popup else ' id="submit-row"'
    container = " container" if not is_popup or shown.get("show_container") else ""
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<div{place} class="relative lg:sticky lg:bottom-0 z-40">'
        '<div class="rounded-b-default pb-4 px-4 lg:border-t lg:border-base-200 relative '
        'lg:scrollable-top lg:py-0 dark:border-base-800">'
        '<div class="absolute inset-0 backdrop-blur-xs bg-white/80 dark:bg-base-900/80 z-10"></div>'
        '<div class="flex flex-col-reverse gap-3 items-center relative mx-auto '
        f'lg:flex-row-reverse{container} lg:h-[64px] z-20">'
        f"{''.join(_submits(shown))}"
        '<div class="flex flex-col gap-3 mr-auto w-full lg:flex-row lg:w-auto">'
        f"{_close(shown, context)}</div>{_delete(shown, context)}</div></div></div>"
    )


def _submits(shown: Mapping[str, Any]) -> Iterator[str]:
    form = f"{shown['opts'].model_name}_form"
    told = {"submit": 1, "form": form, "class": WIDE}
    plain = {**told, "variant": "default"}
    if shown.get("show_save"):
        yield button({**told, "name": "_save", "children": gettext(SAVE)})
    for action in shown.get("actions_submit_line") or ():
        attrs = action.attrs or {}
        name = attrs.get("name") or action.action_name
        icon = format_html(ICON, action.icon) if action.icon else ""
        children = format_html("{}{}", icon, action.description)
        yield button({**plain, "name": name, "attrs": attrs, "children": children})
    if shown.get("show_save_and_continue"):
        text = gettext(CONTINUE if shown.get("can_change") else VIEW)
        yield button({**plain, "name": "_continue", "children": text})
    if shown.get("show_save_and_add_another"):
        yield button({**plain, "name": "_addanother", "children": gettext(ADD_ANOTHER)})
    if shown.get("show_save_as_new"):
        yield button({**plain, "name": "_saveasnew", "children": gettext(AS_NEW)})


def _close(shown: Mapping[str, Any], context: Any) -> str:
    admin = getattr(shown.get("adminform"), "model_admin", None)
    if not shown.get("show_close") and not getattr(admin, "change_form_show_cancel_button", False):
        return ""
    link = _link(shown, context, "changelist")
    return button({"href": link, "variant": "default", "class": WIDE, "children": gettext(CLOSE)})


def _delete(shown: Mapping[str, Any], context: Any) -> str:
    """The theme puts "Delete" before the model's name; Japanese wants it the other way round."""
    original = shown.get("original")
    if not shown.get("show_delete_link") or not original:
        return ""
    link = _link(shown, context, "delete", quote(original.pk))
    text = gettext("Delete %(name)s") % {"name": shown["opts"].verbose_name}
    return button({"href": link, "variant": "danger", "class": WIDE, "children": text})


def _link(shown: Mapping[str, Any], context: Any, action: str, *args: object) -> str:
    """With the filters of the list, so that one comes back to it as it was left."""
    opts = shown["opts"]
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_{action}", args=args)
    return str(add_preserved_filters(context, address))
