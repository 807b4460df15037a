"""What a form showed when it was made: the form carries it along, signed.

Only what the user can edit: a total that the database keeps may change as often as it likes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.db import models
from django.forms import BaseModelForm, model_to_dict

# The name of the hidden field.
FIELD = "_seen"
_SALT = "core.editing"

type Values = dict[str, Any]
# Of one inline. Django's stubs leave its prefix and its model open, which a bound class never does.
type FormSet = Any


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of one inline: of which model, what links them to the whole, and their values."""

    model: str
    link: str
    rows: dict[str, Values] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The values of the form and, by prefix, those of its inlines."""

    values: Values
    inlines: dict[str, Rows] = field(default_factory=dict)


def of_page(form: "BaseModelForm[Any]", formsets: "Iterable[FormSet]") -> Seen:
    """What these forms show; they have it in hand, so that it costs no query."""
    return Seen(
        values=_shown(form),
        inlines={
            formset.prefix: Rows(
                model=formset.model._meta.label_lower,
                link=formset.fk.name,
                rows={
                    str(row.instance.pk): _shown(row, besides=(formset.fk.name,))
                    for row in formset.initial_forms
                },
            )
            for formset in formsets
        },
    )


def signed(seen: Seen, whole: models.Model) -> str:
    """For the hidden field; good for this object only."""
    inlines = {
        prefix: [inline.model, inline.link, inline.rows] for prefix, inline in seen.inlines.items()
    }
    return signing.dumps([_name(whole), seen.values, inlines], salt=_SALT, compress=True)


def read(text: str, *, model: type[models.Model], pk: object) -> Seen | None:
    """What the hidden field says; None where it does not come from us, or is of another object."""
    try:
        name, values, inlines = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    if name != f"{model._meta.label_lower}:{pk}":
        return None
    return Seen(
        values=values,
        inlines={
            prefix: Rows(model=label, link=link, rows=rows)
            for prefix, (label, link, rows) in inlines.items()
        },
    )


def now(instance: models.Model, names: Iterable[str]) -> Values:
    """The same fields as they are now."""
    return _encoded(model_to_dict(instance, fields=list(names)))


def _shown(form: "BaseModelForm[Any]", *, besides: tuple[str, ...] = ()) -> Values:
    meta = form.instance._meta
    names = {f.name for f in (*meta.concrete_fields, *meta.many_to_many) if f.editable}
    if meta.pk is not None:
        names.discard(meta.pk.name)
    return _encoded(
        {
            name: form.initial.get(name)
            for name, shown in form.fields.items()
            if name in names and not shown.disabled and name not in besides
        }
    )


def _encoded(values: Mapping[str, Any]) -> Values:
    return {name: encoded(value) for name, value in values.items()}


def encoded(value: Any) -> Any:
    """As JSON holds it; two are the same exactly if these are."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, list | tuple | set | models.QuerySet):
        return sorted(str(encoded(item)) for item in value)
    return str(value)


def decoded(model_field: Any, value: Any) -> Any:
    """As the model's field, and so a form, holds it."""
    if value is None or isinstance(value, list):
        return value
    return value if isinstance(model_field, models.FileField) else model_field.to_python(value)


def _name(whole: models.Model) -> str:
    return f"{whole._meta.label_lower}:{whole.pk}"
