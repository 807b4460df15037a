"""Two people edited one thing: what became of it, and a form that has the work of both."""

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.admin.utils import display_for_field
from django.db import models
from django.forms import BaseModelForm
from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from audit.kinds import Kind
from core.editing import as_sent, seen
from core.editing.authors import Author, Authors
from core.editing.seen import FormSet, Seen, Values

NOTHING = "–"
DELETE = "DELETE"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field, or one row, that somebody changed after the form was made."""

    label: str
    was: str
    now: str
    author: Author | None
    # What the user wants instead; None where the user left it alone, and gets what is now.
    yours: str | None = None
    # The form's name of the field, to mark it.
    html_name: str = ""


@dataclass
class Merged:
    """What changed, and what the form is to show: the user's entries on top of what is now."""

    differences: list[Difference] = field(default_factory=list)
    data: QueryDict = field(default_factory=lambda: QueryDict(mutable=True))


@dataclass(frozen=True, kw_only=True)
class Page:
    """The forms of a page as the database would fill them now, and as the user sent them."""

    shown: "BaseModelForm[Any]"
    sent: "BaseModelForm[Any]"
    formsets: list[FormSet]


def differs(before: Seen, whole: models.Model) -> bool:
    """Whether anything that the form showed is not so any more."""
    if before.values != seen.now(whole, before.values):
        return True
    return any(
        {pk: seen.now(row, _names(rows.rows)) for pk, row in _rows(rows, whole).items()}
        != rows.rows
        for rows in before.inlines.values()
    )


def merged(page: Page, before: Seen, whole: models.Model, request: HttpRequest) -> Merged:
    """Put what the user touched on top of what is now."""
    result = Merged(data=request.POST.copy())
    authors = Authors(whole)
    _merge_form(result, authors, page.shown, page.sent, before.values, whole, prefix_label="")
    for formset in page.formsets:
        rows = before.inlines.get(formset.prefix)
        if rows is not None:
            _merge_rows(result, authors, formset, rows.rows)
    return result


def _merge_form(
    result: Merged,
    authors: Authors,
    shown: "BaseModelForm[Any]",
    sent: "BaseModelForm[Any]",
    before: Values,
    row: models.Model,
    *,
    prefix_label: str,
) -> None:
    """The fields of one form: of the whole, or of a row."""
    present = seen.now(row, before)
    for name, was in before.items():
        if name not in shown.fields or name not in present:
            continue
        model_field = row._meta.get_field(name)
        touched = _is_touched(sent, name, seen.decoded(model_field, was))
        if not touched:
            _put(result.data, as_sent.posted(shown[name]))
        if present[name] == was:
            continue
        if touched and not _is_touched(sent, name, seen.decoded(model_field, present[name])):
            touched = False  # both want the same
        label = str(shown.fields[name].label or name)
        result.differences.append(
            Difference(
                label=f"{prefix_label}{capfirst(label)}",
                was=_displayed(model_field, was),
                now=_displayed(model_field, present[name]),
                author=authors.of_field(row, model_field),  # type: ignore[arg-type]  # only concrete ones are in forms
                yours=_sent_value(sent, name, model_field) if touched else None,
                html_name=shown[name].html_name,
            )
        )


def _merge_rows(
    result: Merged,
    authors: Authors,
    formset: FormSet,
    before: dict[str, Values],
) -> None:
    """Rows as they are now with the user's changes; then the rows that the user added."""
    sent = _sent_rows(result.data, formset)
    rebuilt: list[QueryDict] = []
    for shown in formset.initial_forms:
        pk = str(shown.instance.pk)
        row = sent.pop(pk, None)
        place = f"{formset.prefix}-{len(rebuilt)}-"
        if pk not in before:
            result.differences.append(
                _row_event(authors, Kind.CREATED, formset, shown.instance, pk)
            )
        elif row is not None:
            part = Merged(data=row)
            _merge_form(part, authors, _relatively(shown), _relatively(shown, row), before[pk],
                        shown.instance, prefix_label=f"{shown.instance}: ")  # fmt: skip
            result.differences += [
                Difference(**{**d.__dict__, "html_name": place + d.html_name})
                for d in part.differences
            ]
        if row is None:
            row = QueryDict(mutable=True)
            for name in shown.fields:
                _put(row, _relative(as_sent.posted(shown[name]), shown))
        rebuilt.append(row)
    initial = len(rebuilt)
    for pk in [
        pk for pk in before if pk not in {str(f.instance.pk) for f in formset.initial_forms}
    ]:
        mine = sent.pop(pk, None)
        result.differences.append(
            _row_event(authors, Kind.DELETED, formset, None, pk, _lost(formset, before[pk], mine))
        )
    rebuilt += sent.values()
    _write_rows(result.data, formset, rebuilt, initial=initial)


def _row_event(
    authors: Authors,
    kind: Kind,
    formset: FormSet,
    row: models.Model | None,
    pk: str,
    yours: str | None = None,
) -> Difference:
    model = formset.model
    there, gone = pgettext("row", "there"), pgettext("row", "deleted")
    return Difference(
        label=f"{capfirst(str(model._meta.verbose_name))}: {row or f'#{pk}'}",
        was=NOTHING if kind is Kind.CREATED else there,
        now=there if kind is Kind.CREATED else gone,
        author=authors.of_event(kind, model, pk),
        yours=yours,
    )


def _lost(formset: FormSet, before: Values, mine: QueryDict | None) -> str | None:
    """What the user entered in a row that is gone, so that it can be typed again."""
    if mine is None or mine.get(DELETE):
        return None
    sent = formset.form(data=mine)
    entered = []
    for name, was in before.items():
        model_field = formset.model._meta.get_field(name)
        if name in sent.fields and _is_touched(sent, name, seen.decoded(model_field, was)):
            label = capfirst(str(sent.fields[name].label or name))
            entered.append(f"{label}: {_sent_value(sent, name, model_field)}")
    return ", ".join(entered) or None


def typed(
    form: "BaseModelForm[Any]", before: Values, model: type[models.Model]
) -> list[tuple[str, str, bool]]:
    """Each field's label, what was sent for it, and whether that is the user's own change."""
    return [
        (
            capfirst(str(form.fields[name].label or name)),
            _sent_value(form, name, model._meta.get_field(name)),
            _is_touched(form, name, seen.decoded(model._meta.get_field(name), was)),
        )
        for name, was in before.items()
        if name in form.fields
    ]


# --- Values ---


def _is_touched(sent: "BaseModelForm[Any]", name: str, initial: Any) -> bool:
    """Whether what was sent is something else than `initial`."""
    form_field = sent.fields[name]
    value = form_field.widget.value_from_datadict(sent.data, sent.files, sent.add_prefix(name))
    return bool(form_field.has_changed(initial, value))


def _sent_value(sent: "BaseModelForm[Any]", name: str, model_field: Any) -> str:
    """What the user typed or chose, in words where it is a valid value."""
    form_field = sent.fields[name]
    raw = form_field.widget.value_from_datadict(sent.data, sent.files, sent.add_prefix(name))
    try:
        return _displayed(model_field, seen.encoded(form_field.to_python(raw)))
    except Exception:  # noqa: BLE001 - whatever a field makes of nonsense, the nonsense is shown
        return str(raw)


def _displayed(model_field: Any, value: Any) -> str:
    """A value as `seen` encodes it, in words."""
    if value in (None, "", []):
        return NOTHING
    if model_field.is_relation:
        chosen = value if isinstance(value, list) else [value]
        found = model_field.related_model._base_manager.in_bulk(
            [model_field.related_model._meta.pk.to_python(pk) for pk in chosen]
        )
        return ", ".join(map(str, found.values())) or _("deleted")
    if isinstance(model_field, models.FileField):
        return str(value).rsplit("/", maxsplit=1)[-1]
    python = seen.decoded(model_field, value)
    if isinstance(python, bool):
        return _("Yes") if python else _("No")
    if isinstance(model_field, models.DecimalField):
        return f"{python.normalize():f}"
    return str(display_for_field(python, model_field, NOTHING))


# --- Rows of inlines ---


def _names(rows: dict[str, Values]) -> list[str]:
    return list(next(iter(rows.values()), {}))


def _rows(rows: seen.Rows, whole: models.Model) -> dict[str, models.Model]:
    model = apps.get_model(rows.model)
    found = model._base_manager.filter(**{rows.link: whole})
    return {str(row.pk): row for row in found}


def _sent_rows(data: QueryDict, formset: FormSet) -> dict[str, QueryDict]:
    """What was sent of each row, without the row's prefix; new ones by their place."""
    rows: dict[str, QueryDict] = {}
    key = formset.model._meta.pk
    for index in range(_number(data, f"{formset.prefix}-TOTAL_FORMS")):
        prefix = f"{formset.prefix}-{index}-"
        row = QueryDict(mutable=True)
        for name in [name for name in data if name.startswith(prefix)]:
            row.setlist(name.removeprefix(prefix), data.getlist(name))
        rows[row.get(key.name if key else "id") or f"new {index}"] = row
    return rows


def _number(data: QueryDict, name: str) -> int:
    text = data.get(name) or ""
    return min(int(text), 1000) if text.isdecimal() else 0


def _write_rows(
    data: QueryDict,
    formset: FormSet,
    rows: list[QueryDict],
    *,
    initial: int,
) -> None:
    prefix = f"{formset.prefix}-"
    for name in [name for name in data if _is_of_row(name, prefix)]:
        del data[name]
    data[f"{prefix}TOTAL_FORMS"] = str(len(rows))
    data[f"{prefix}INITIAL_FORMS"] = str(initial)
    for index, row in enumerate(rows):
        for name in row:
            if values := row.getlist(name):
                data.setlist(f"{prefix}{index}-{name}", values)


def _is_of_row(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and name.removeprefix(prefix).split("-")[0].isdecimal()


def _relative(entries: as_sent.Posted, form: "BaseModelForm[Any]") -> as_sent.Posted:
    """Without the row's prefix."""
    return {name.removeprefix(f"{form.prefix}-"): values for name, values in entries.items()}


def _relatively(form: "BaseModelForm[Any]", data: QueryDict | None = None) -> "BaseModelForm[Any]":
    """The form of a row without its prefix, for what was sent of that row."""
    return type(form)(data=data, instance=form.instance)


def _put(data: QueryDict, entries: as_sent.Posted) -> None:
    for name, values in entries.items():
        if values:
            data.setlist(name, values)
        else:
            data.pop(name, None)
