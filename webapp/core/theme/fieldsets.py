"""Sets of fields of a form, one below the other or in tabs."""

from typing import Any

from django.template.defaultfilters import capfirst
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from unfold.templatetags.unfold import tabs_active, tabs_errors_count

from core.html import escaped
from core.theme import form_rows
from core.theme.inlines import HEADING

ROWS = "form-rows aligned"
FRAME = "border border-base-200 overflow-hidden rounded-default shadow-xs dark:border-base-800"
TABS = (
    "flex flex-col items-center md:flex-row *:max-md:border-b dark:*:max-md:border-base-800 "
    "*:max-md:w-full max-md:*:last:!border-transparent max-md:[&>.active]:!border-b "
    "max-md:[&>.active]:after:!hidden *:min-md:border-x *:min-md:border-transparent "
    "*:font-medium *:text-important *:first:border-l-0 *:cursor-pointer *:relative *:py-2 "
    "*:px-3.5 *:hover:text-primary-600 dark:*:hover:text-primary-500 "
    "dark:*:border-transparent [&>.active]:bg-white dark:[&>.active]:bg-base-900 "
    "[&>.active]:border-base-200 dark:[&>.active]:border-base-800 "
    "[&>.active]:text-primary-600 dark:[&>.active]:text-primary-500 "
    "[&>.active]:after:absolute [&>.active]:after:content-[''] [&>.active]:after:-bottom-px "
    "[&>.active]:after:left-0 [&>.active]:after:right-0 [&>.active]:after:h-px "
    "[&>.active]:after:bg-white dark:[&>.active]:after:bg-base-900"
)
COUNT = (
    "bg-red-500 inline-flex font-semibold items-center justify-center leading-none "
    "rounded-full w-4 h-4 text-white relative text-center text-[11px] whitespace-nowrap uppercase"
)


def is_rare(fieldset: Any) -> bool:
    """What the theme's template is left to."""
    return bool(
        fieldset.description
        or fieldset.is_collapsible
        or getattr(fieldset.model_admin, "conditional_fields", None)
    )


def fieldset(fields: Any, *, in_tab: bool = False) -> SafeString | None:
    """One set with its heading, which in a tab is the tab's own; None where it is a rare one."""
    if is_rare(fields):
        return None
    lines = list(fields)
    end = len(lines) - 1
    rows = [form_rows.row(line, last=place == end) for place, line in enumerate(lines)]
    heading = ""
    if fields.name and "tab" not in fields.classes:
        heading = f'<h2 class="{HEADING}">{escaped(capfirst(fields.name))}</h2>'
    css = f"module relative {escaped(fields.classes)}".rstrip()
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<fieldset class="{css}" x-show="activeTab == \'general\'">{heading}'
        f'<div class="{ROWS}{"" if in_tab else f" {FRAME}"}">{"".join(rows)}</div></fieldset>'
    )


def tabs(form: Any) -> SafeString | None:
    """The sets of the form that are tabs; None where one is a rare one.

    :param form: the ``AdminForm``
    """
    sets = [each for each in form if "tab" in each.classes and each.name]
    if not sets:
        return SafeString("")
    shown = [fieldset(each, in_tab=True) for each in sets]
    if None in shown:
        return None
    slugs = [escaped(slugify(str(each.name), allow_unicode=True)) for each in sets]
    wrong = bool(form.form.errors)  # of what was not sent nobody asks each field
    active = escaped(tabs_active(sets)) if wrong else slugs[0]
    links = "".join(
        f"<a x-on:click=\"activeFieldsetTab = '{slug}'\" "
        f"x-bind:class=\"activeFieldsetTab == '{slug}' && 'active'\">"
        f"{escaped(each.name)} {_errors(each) if wrong else ''}</a>"
        for each, slug in zip(sets, slugs, strict=True)
    )
    bodies = "".join(
        f'<div class="tab-wrapper fieldset-{slug}" x-show="activeFieldsetTab == \'{slug}\'">'
        f"{html}</div>"
        for html, slug in zip(shown, slugs, strict=True)
    )
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<div class="{ROWS} {FRAME}" x-data="{{ activeFieldsetTab: \'{active}\'}}" '
        "x-show=\"activeTab == 'general'\">"
        f'<div class="border-b border-base-200 dark:border-base-800"><nav class="{TABS}">{links}'
        f"</nav></div>{bodies}</div>"
    )


def _errors(fieldset: Any) -> str:
    count = tabs_errors_count(fieldset)
    return f'<span data-testid="error-count" class="{COUNT}">{count}</span>' if count else ""
