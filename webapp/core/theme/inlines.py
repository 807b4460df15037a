"""Rows within a form, such as the suppliers of a part: a table of fields, or of what they hold.

The theme's template includes some ten others for each row and field, and makes each row's fields
anew for each question.
"""

from collections.abc import Iterable
from typing import Any

from django.template.defaultfilters import capfirst, slugify, striptags
from django.template.loader import render_to_string
from django.utils.html import strip_spaces_between_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from unfold.templatetags.unfold import add_css_class, inline_add_button_text

from core.html import escaped
from core.theme.form_rows import ERRORS, STAR, shown_field, value

HEADING = (
    "bg-base-100 flex flex-row font-semibold h-[38px] gap-1 items-center mb-4 px-3 "
    "rounded-default text-important dark:bg-white/[.02]"
)
WRAPPER = (
    "formset-wrapper border border-base-200 overflow-x-auto relative shadow-xs "
    "dark:border-base-800 rounded-default scrollbar-default"
)
TABLE = "bg-white dark:bg-base-900 formset group/formset-parent w-full"
HEAD = (
    "align-middle border-b border-base-200 dark:border-base-800 font-semibold px-1.5 first:pl-3 "
    "last:pr-3 py-2 text-left text-font-important-light text-sm whitespace-nowrap "
    "dark:text-font-important-dark"
)
DELETE_HEAD = (
    '<th class="align-middle border-b border-base-200 dark:border-base-800 font-semibold px-3 '
    "py-2 text-left text-font-important-light text-sm whitespace-nowrap lg:w-px "
    'dark:text-font-important-dark"></th>'
)
TITLE = (
    "border-b border-base-200 dark:border-base-800 bg-base-50 dark:bg-white/[.02] "
    "lg:bg-transparent lg:border-0 dark:lg:bg-transparent!"
)
CELL = (
    "min-h-[62.5px] align-middle border-b max-md:border-b border-base-200 "
    "lg:group-[.last]/parent:border-b-0 dark:border-base-800"
)
DELETE_CELL = (
    "delete pl-3 pr-1.5 pl-0 border-b border-t border-base-200 dark:border-base-800 "
    "group-[.last]/parent:border-b-0 border-t-0 min-h-[62.5px] text-left text-red-600 "
    "font-normal px-3 text-sm w-px"
)
DELETE = (
    "cursor-pointer flex h-[38px] w-[38px] items-center justify-center rounded-default "
    "select-none transition-colors hover:bg-base-50 dark:hover:bg-base-800"
)
DELETE_SIGN = (
    '<span class="material-symbols-outlined md-18 text-red-600 dark:text-red-500">delete</span>'
)
UNDO = (
    "absolute backdrop-blur-xs border-b border-base shadow-inner flex items-center "
    "justify-center gap-1.5 top-0 left-0 w-full h-full bg-white/50 dark:bg-base-900/80 "
    "dark:border-base-800 z-50"
)
FOOT = (
    "hidden form-actions border-t border-base-200 flex flex-row justify-between p-3 "
    "dark:border-base-800 items-center gap-4 has-[.add-row:not(.hidden)]:flex "
    "has-[.inline-pagination]:flex group-[.empty]/formset-parent:!border-t-0 "
    "group-[.empty]/formset-nested:!border-t-0"
)
ADD = (
    "add-row flex items-center font-medium -ml-1.5 -my-1.5 select-none text-primary-600 "
    "dark:text-primary-500"
)
# The theme's own texts, which its catalogues translate.
WILL_BE_DELETED = "This item will be deleted."
CANCEL = "Click to cancel"

# What the theme's template is left to.
RARE = (
    "inlines", "ordering_field", "template_before", "template_after", "show_count", "show_title",
    "show_change_link",
)  # fmt: skip


def tabular(inline: Any, *, last: bool) -> SafeString | None:
    """The rows of one inline; None where it is a rare one.

    :param inline: the ``InlineAdminFormSet``
    """
    opts, formset = inline.opts, inline.formset
    if inline.is_collapsible or any(getattr(opts, name, None) for name in RARE):
        return None
    pages = formset.page if getattr(opts, "per_page", None) else None
    if pages and pages.paginator.num_pages > 1:
        return None
    rows = list(inline)
    if any(row.show_url for row in rows):
        return None
    prefix = escaped(formset.prefix)
    tab = slugify(formset.prefix) if opts.tab else "general"
    may_delete = bool(formset.can_delete and inline.has_delete_permission)
    name = opts.verbose_name if formset.max_num == 1 else opts.verbose_name_plural
    body = "".join(_bodies(inline, rows, may_delete=may_delete))
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<div id="{prefix}-group" data-inline-type="tabular" x-show="activeTab == \'{tab}\'">'
        f'<div class="tabular inline-related{" last-related" if last else ""}">'
        f'<fieldset class="module relative {escaped(inline.classes)} min-w-0" '
        f'aria-labelledby="{prefix}-heading">'
        f'<h2 class="{HEADING}{" hidden" if opts.tab else ""}" id="{prefix}-heading">'
        f"{escaped(capfirst(name))}</h2>"
        f'<div class="flex flex-col gap-3"><div class="{WRAPPER}">'
        f"{formset.management_form}{_errors(formset)}"
        f'<table id="{prefix}-data" class="{TABLE}" '
        f'data-inline-formset="{escaped(inline.inline_formset_data())}">'
        f"{_head(inline, may_delete=may_delete)}{body}{_foot(inline)}"
        "</table></div></div></fieldset></div></div>"
    )


def _errors(formset: Any) -> str:
    """Those of all rows together. The box is hidden as long as nothing at all is in it."""
    told = "".join(
        render_to_string("unfold/helpers/messages/error.html", {"error": error})
        for error in formset.non_form_errors()
    )
    inner = strip_spaces_between_tags(told.strip())
    return (
        '<div class="border-b border-base-200 p-3 pb-0 dark:border-base-800 empty:hidden">'
        f"{inner}</div>"
    )


def _head(inline: Any, *, may_delete: bool) -> str:
    cells = []
    for field in inline.fields():
        widget = field["widget"]
        if widget["is_hidden"] if isinstance(widget, dict) else widget.is_hidden:
            continue
        required = " required" if field["required"] else ""
        star = STAR if required else ""
        told = field["help_text"]
        help_sign = (
            '<span class="cursor-help material-symbols-outlined ml-2 text-icon" '
            f'title="{escaped(striptags(told))}">help</span>'
            if told
            else ""
        )
        cells.append(
            f'<th class="column-{escaped(field["name"])}{required} {HEAD}">'
            '<span class="flex flex-row items-center">'
            f"<span>{escaped(capfirst(field['label']))}{star}</span>{help_sign}</span></th>"
        )
    return (
        '<thead class="hidden relative lg:table-header-group"><tr>'
        f"{''.join(cells)}{DELETE_HEAD if may_delete else ''}</tr></thead>"
    )


def _bodies(inline: Any, rows: list[Any], *, may_delete: bool) -> Iterable[str]:
    """One for each row, and the empty one that scripts copy for a new row."""
    may_add = inline.has_add_permission
    for place, row in enumerate(rows, start=1 - len(rows)):
        css = "form-group relative group/parent"
        if may_add and place == -1:
            css += " last"
        css += " original" if row.original else " template"
        if may_add and place == 0:
            css += " empty-form"
        yield f'<tbody class="{css}">{_row(inline.formset, row, may_delete=may_delete)}</tbody>'


def _row(formset: Any, row: Any, *, may_delete: bool) -> str:
    fields = [field for fieldset in row for line in fieldset for field in line]
    shown = [field for field in fields if field.is_readonly or not field.field.is_hidden]
    hidden = [field for field in fields if not field.is_readonly and field.field.is_hidden]
    width = 1 + sum(not _is_hidden(field) for field in fields) + bool(formset.can_delete)
    space = " p-3 lg:py-3" if row.original else " py-3"
    return (
        f"{_row_errors(row, width)}{_keys(row, width)}"
        '<tr class="form-row has-[.delete:checked]:[&+.form-delete]:table-row ">'
        f"{''.join([str(field.field) for field in hidden])}"
        f"{''.join([_cell(field, row, space) for field in shown])}"
        f"{_delete(row, space) if may_delete else ''}</tr>"
        f"{_undo(row, may_delete=may_delete) if row.original else ''}"
    )


def _is_hidden(field: Any) -> bool:
    bound = field.field
    return bool(bound["is_hidden"] if isinstance(bound, dict) else bound.is_hidden)


def _row_errors(row: Any, width: int) -> str:
    errors = row.form.non_field_errors()
    if not errors:
        return ""
    told = render_to_string("unfold/helpers/messages/error.html", {"errors": errors})
    return (
        f'<tr class="row-form-errors group inline-tabular"><td colspan="{width}">{told}</td></tr>'
    )


def _keys(row: Any, width: int) -> str:
    """What tells which row of the database it is, and of which whole."""
    if not row.original:
        return ""
    key = row.pk_field().field if row.needs_explicit_pk_field() else ""
    link = row.fk_field()
    return f'<tr class="{TITLE}"><td colspan="{width}">{key}{link.field if link else ""}</td></tr>'


def _cell(field: Any, row: Any, space: str) -> str:
    if field.is_readonly:
        name, errors, hidden = field.field["name"], None, field.field["is_hidden"]
        inner = value(field)
    else:
        name, errors, hidden = field.field.name, field.field.errors, False
        told = f'<div class="{ERRORS}">{" ".join(map(escaped, errors))}</div>' if errors else ""
        inner = f'<div class="flex flex-col grow">{shown_field(field, row.form)}{told}</div>'
    css = (
        f"{CELL} field-{escaped(name)} group field-tabular{' errors' if errors else ''}{space} "
        f"font-normal px-1.5 first:pl-3 last:pr-3 text-left{' hidden!' if hidden else ''}"
    )
    attribute = f' class="{css}"' if name else ""
    return f'<td{attribute}><div class="flex flex-row gap-3 items-center">{inner}</div></td>'


def _delete(row: Any, space: str) -> str:
    if row.original:
        box = add_css_class(row.deletion_field().field, ["delete"])
        inner = f'<label class="{DELETE}">{DELETE_SIGN}<div class="hidden">{box}</div></label>'
    else:
        inner = f'<div class="{DELETE} delete-template">{DELETE_SIGN}</div>'
    return f'<td class="{DELETE_CELL}{space}">{inner}</td>'


def _undo(row: Any, *, may_delete: bool) -> str:
    told = ""
    if may_delete:
        box = escaped(row.deletion_field().field.id_for_label)
        told = (
            f'<div class="{UNDO}"><span>{gettext(WILL_BE_DELETED)}</span>'
            f'<label for="{box}" class="cursor-pointer '
            'font-medium flex gap-1 items-center text-red-600 dark:text-red-500">'
            f'{gettext(CANCEL)} <span class="material-symbols-outlined">undo</span></label></div>'
        )
    return f'<tr class="hidden form-delete"><td colspan="100">{told}</td></tr>'


def _foot(inline: Any) -> str:
    add = ""
    if inline.has_add_permission:
        formset = inline.formset
        full = " hidden" if formset.total_form_count() >= formset.max_num else ""
        text = inline_add_button_text(inline.inline_formset_data())
        add = (
            f'<a href="#" class="{ADD}{full}">'
            '<span class="flex items-center justify-center h-[38px] w-[38px]">'
            '<span class="material-symbols-outlined bg-primary-600 flex items-center '
            'justify-center rounded-full text-base text-white h-[18px] w-[18px]">add</span></span>'
            f"<span>{escaped(text)}</span></a>"
        )
    page = ""
    if getattr(inline.opts, "per_page", None):
        key = escaped(inline.formset.get_pagination_key())
        page = f'<input type="hidden" name="{key}" value="{inline.formset.page.number}">'
    return (
        '<tfoot class="form-actions"><tr><td colspan="100">'
        f'<div class="{FOOT}">{add}{page}</div></td></tr></tfoot>'
    )
