"""The table of a list, made by Python alone.

Django and unfold ask a template for each cell, find each column's function anew in each row, and
parse the address of the list for each link: two thirds of what a page of fifty rows costs. Here
each column is looked at once, and a row is its cells joined.
"""

from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib.admin import helpers
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import lookup_field, quote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from unfold.utils import display_for_field, display_for_label, display_for_value

from core.dates import moment_shown

CHECKBOX = "action_checkbox"

type Cell = Callable[[Any], str]


def table(cl: ChangeList) -> str:
    """Head and rows of the page of the list, as HTML."""
    rows = "".join(_rows(cl))
    return mark_safe(  # noqa: S308 - all parts are escaped where they are made
        '<div class="inventory-rows"><table id="result_list" class="result-list">'
        f"<thead><tr>{''.join(_head(cl))}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


# --- The head -------------------------------------------------------------------------------


def _head(cl: ChangeList) -> Iterator[str]:
    headers = list(result_headers(cl))
    sorted_by = sum(1 for header in headers if header["sortable"] and header["sorted"])
    for name, header in zip(cl.list_display, headers, strict=True):
        if name == CHECKBOX:
            yield _choose_all()
        elif not header["sortable"]:
            yield format_html(
                '<th scope="col"{}><span class="text">{}</span></th>',
                header["class_attrib"],
                capfirst(str(header["text"])),
            )
        else:
            yield _sortable(header, several=sorted_by > 1)


def _choose_all() -> str:
    return format_html(
        '<th scope="col" class="action-checkbox-column"><label><input type="checkbox" '
        'id="action-toggle" class="action-toggle" aria-label="{}"></label></th>',
        gettext("Select all objects on this page for an action"),
    )


def _sortable(header: dict[str, Any], *, several: bool) -> str:
    return format_html(
        '<th scope="col"{}><div><span class="text"><a href="{}">{}</a></span>{}</div></th>',
        header["class_attrib"],
        header["url_primary"],
        capfirst(str(header["text"])),
        _sorting(header, several=several) if header["sort_priority"] > 0 else "",
    )


def _sorting(header: dict[str, Any], *, several: bool) -> str:
    """The way to turn the sorting round, and to end it."""
    way = "ascending" if header["ascending"] else "descending"
    icon = "arrow_circle_down" if header["ascending"] else "arrow_circle_up"
    priority = ""
    if several:
        told = gettext("Sorting priority: %(priority_number)s")
        priority = format_html(
            '<span class="sortpriority" title="{}">{}</span>',
            told % {"priority_number": header["sort_priority"]},
            header["sort_priority"],
        )
    return format_html(
        '<span class="sortoptions"><a href="{}" class="toggle {}" title="{}">'
        '<span class="material-symbols-outlined">{}</span></a>'
        '<a href="{}" class="sortremove" title="{}">'
        '<span class="material-symbols-outlined">cancel</span></a></span>{}',
        header["url_toggle"],
        way,
        gettext("Toggle sorting"),
        icon,
        header["url_remove"],
        gettext("Remove from sorting"),
        priority,
    )


# --- The rows -------------------------------------------------------------------------------


def _rows(cl: ChangeList) -> Iterator[str]:
    columns = list(_columns(cl))
    for row in cl.result_list:
        yield f'<tr class="data-row">{"".join([column(row) for column in columns])}</tr>'


def _columns(cl: ChangeList) -> Iterator[Cell]:
    """What makes the cell of a row, for each column."""
    linked = _linked(cl)
    address = _addresses(cl)
    for place, name in enumerate(cl.list_display):
        if name == CHECKBOX:
            yield _checkbox(cl)
            continue
        css = f"field-{name if isinstance(name, str) else getattr(name, '__name__', place)}"
        shown = _shown(cl.model_admin, cl.model, name)
        if place in linked:
            tag = "th" if place == min(linked) else "td"
            yield _link(tag, css, shown, address)
        else:
            yield _plain(css, shown)


def _linked(cl: ChangeList) -> set[int]:
    """The columns that lead to the row's page; without a choice it is the first one."""
    chosen: Any = cl.list_display_links
    if chosen is None:
        return set()
    names = list(cl.list_display)
    if not chosen:
        return {next(place for place, name in enumerate(names) if name != CHECKBOX)}
    return {place for place, name in enumerate(names) if name in chosen}


def _plain(css: str, shown: Cell) -> Cell:
    opening = f'<td class="{escape(css)}">'
    return lambda row: f"{opening}{shown(row)}</td>"


def _link(tag: str, css: str, shown: Cell, address: Cell) -> Cell:
    opening = f'<{tag} class="{escape(css)}">'

    def cell(row: models.Model) -> str:
        target = address(row)
        if not target:
            return f"{opening}{shown(row)}</{tag}>"
        return f"{opening}<a {target}>{shown(row)}</a></{tag}>"

    return cell


def _checkbox(cl: ChangeList) -> Cell:
    opening = (
        f'<td class="action-checkbox"><input type="checkbox" class="action-select" '
        f'name="{helpers.ACTION_CHECKBOX_NAME}" aria-label="{escape(gettext("Select record"))}"'
    )
    return lambda row: f'{opening} value="{escape(row.pk)}"></td>'


def _addresses(cl: ChangeList) -> Cell:
    """The attributes of the link to a row's page; nothing where there is no such page.

    Which filters the link carries along is the same for all rows, and where it leads to differs
    only by the row's key.
    """
    to_field = str(cl.to_field) if cl.to_field else cl.pk_attname
    filters: Any = {"preserved_filters": cl.preserved_filters, "opts": cl.opts}
    parts: list[str] = []

    def around(row: models.Model) -> list[str]:
        url = cl.url_for_result(row)
        before, key, after = url.rpartition(f"/{quote(row.pk)}/")
        whole: str = add_preserved_filters(filters, url)
        return [before, after + whole.removeprefix(url)] if key and whole.startswith(url) else []

    def attributes(row: models.Model) -> str:
        if not parts:
            try:
                parts.extend(around(row) or [""])
            except NoReverseMatch:
                parts.append("")
        if len(parts) == 1:
            return ""
        url = f"{parts[0]}/{quote(row.pk)}/{parts[1]}"
        opener = ""
        if cl.is_popup:
            opener = f' data-popup-opener="{escape(row.serializable_value(to_field))}"'
        return f'href="{escape(url)}" class="text-important"{opener}'

    return attributes


# --- What a cell shows ----------------------------------------------------------------------


def _shown(model_admin: Any, model: type[models.Model], name: Any) -> Cell:
    """What a column shows of a row, escaped: as Django and unfold would show it."""
    empty = model_admin.get_empty_value_display()
    field = _field(model, name)
    if field is not None:
        return _of_field(field, empty)
    attribute: Any = getattr(model_admin, name, None) if isinstance(name, str) else name
    if attribute is not None and name != "__str__":
        read: Callable[[Any], Any] = attribute
    else:
        attribute = getattr(model, name, None)

        def read(row: Any) -> Any:
            return lookup_field(name, row, model_admin)[2]

    told = getattr(attribute, "fget", attribute)  # of a property
    return _of_function(read, told, getattr(told, "empty_value_display", empty))


def _field(model: type[models.Model], name: Any) -> "models.Field[Any, Any] | None":
    if not isinstance(name, str):
        return None
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    plain = isinstance(field, models.Field) and not field.auto_created
    return field if isinstance(field, models.Field) and plain else None


def _of_field(field: "models.Field[Any, Any]", empty: str) -> Cell:
    if field.is_relation:

        def related(row: models.Model) -> str:
            try:
                value = getattr(row, field.name)
            except ObjectDoesNotExist:
                value = None
            return conditional_escape(empty if value is None else value)

        return related
    if field.flatchoices or isinstance(field, models.BooleanField):
        of = _once(lambda value: conditional_escape(display_for_field(value, field, empty)))
        return lambda row: of(getattr(row, field.attname))
    if isinstance(field, models.DateTimeField):
        return lambda row: conditional_escape(_moment(getattr(row, field.attname), empty))
    return lambda row: conditional_escape(
        display_for_field(getattr(row, field.attname), field, empty)
    )


def _moment(value: datetime | None, empty: str) -> str:
    return empty if value is None else moment_shown(value)


def _of_function(read: Callable[[Any], Any], told: Any, empty: str) -> Cell:
    """`told` carries what the decorators of admin columns say."""
    label = getattr(told, "label", False)
    if label:
        shown = _once(lambda value: _label(value, label))
    elif getattr(told, "boolean", False):
        shown = _once(lambda value: _tick(value, get_language()))
    else:

        def shown(value: Any) -> str:
            if isinstance(value, str):
                return conditional_escape(value)
            return conditional_escape(display_for_value(value, empty))

    def cell(row: models.Model) -> str:
        try:
            return shown(read(row))
        except ObjectDoesNotExist:
            return conditional_escape(empty)

    return cell


def _once(show: Callable[[Any], str]) -> Callable[[Any], str]:
    """Of values that repeat from row to row each is shown once a page."""
    known: dict[Any, str] = {}

    def shown(value: Any) -> str:
        if not isinstance(value, Hashable):
            return show(value)
        if value not in known:
            known[value] = show(value)
        return known[value]

    return shown


def _label(value: Any, label: Any) -> str:
    key, text = value if isinstance(value, tuple) else (value, value)
    kind = label.get(key) if isinstance(label, dict) else None
    return _badge(str(text), kind)


@lru_cache(maxsize=500)
def _badge(text: str, kind: str | None) -> SafeString:
    return display_for_label(text, "", {text: kind})


@lru_cache(maxsize=20)
def _tick(value: object, language: str) -> str:
    """`language`: the sign has a title."""
    return conditional_escape(display_for_value(value, "", boolean=True))
