"""Fields made by Python are those that the templates would make."""

from copy import deepcopy
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.functional import lazystr
from unfold import widgets

from core.theme.form_renderer import SHORT_WAYS, FieldRenderer

SPITEFUL = '<b>"it\'s"</b> & more'
CHOICES = [("", lazystr("None <yet>")), ("a", "A"), (1, SPITEFUL)]
ATTRS = {"class": "wide", "data-x": SPITEFUL, "required": True, "disabled": False, "max": 3}

WIDGETS: list[tuple[forms.Widget, Any]] = [
    (forms.TextInput(ATTRS), SPITEFUL),
    (forms.TextInput(), None),
    (forms.NumberInput({"step": "any"}), 3),
    (forms.HiddenInput(), 0),
    (forms.PasswordInput(ATTRS), "x"),
    (forms.EmailInput(), ""),
    (forms.URLInput(), "https://example.com/?a=1&b=2"),
    (forms.DateInput(), "2026-04-01"),
    (forms.DateTimeInput(), "2026-04-01 12:00"),
    (forms.TimeInput(), "12:00"),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(ATTRS), False),
    (forms.Textarea(ATTRS), f"\n{SPITEFUL}\n"),
    (forms.Textarea(), None),
    (forms.Select(ATTRS, CHOICES), "a"),
    (forms.Select(choices=CHOICES), 1),
    (forms.Select(choices=[(SPITEFUL, CHOICES), *CHOICES]), None),
    (forms.SelectMultiple(choices=CHOICES), ["a", 1]),
    (widgets.UnfoldAdminTextInputWidget(), SPITEFUL),
    (widgets.UnfoldAdminTextInputWidget({"prefix": "¥"}), "3"),
    (widgets.UnfoldAdminTextareaWidget(ATTRS), SPITEFUL),
    (widgets.UnfoldAdminSelectWidget(choices=CHOICES), "a"),
    (widgets.UnfoldBooleanWidget(), True),
]


def dom(html: str) -> str:
    """Without what makes no difference: white space between tags, and the order of classes."""
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(True):
        tag["class"] = " ".join(sorted(set(tag.get("class") or []) - {"top-0"}))
    return str(soup).replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    ("widget", "value"),
    WIDGETS,
    ids=[f"{type(w).__name__}-{n}" for n, (w, _) in enumerate(WIDGETS)],
)
def test_a_widget_is_what_its_template_makes_of_it(widget: forms.Widget, value: Any) -> None:
    attrs = {"id": "id_field"}

    quick = deepcopy(widget).render("field", value, attrs, FieldRenderer())
    slow = deepcopy(widget).render("field", value, attrs, DjangoTemplates())

    assert dom(quick) == dom(slow)


@pytest.mark.parametrize("kind", sorted(SHORT_WAYS))
def test_no_short_way_is_for_a_template_that_does_not_exist(kind: str) -> None:
    assert FieldRenderer().get_template(kind)


class Order(forms.Form):
    number = forms.CharField(label=SPITEFUL, help_text="Help", error_messages={"required": "<No>"})
    amount = forms.IntegerField(required=False, widget=forms.HiddenInput)


class Hidden(forms.Form):
    total = forms.IntegerField(widget=forms.HiddenInput)
    most = forms.IntegerField(widget=forms.HiddenInput, required=False)


@pytest.mark.parametrize("form", [Order, Hidden])
@pytest.mark.parametrize("data", [None, {}, {"number": "1", "total": 1}])
def test_a_form_is_what_its_templates_make_of_it(
    form: type[forms.Form], data: dict[str, Any] | None
) -> None:
    quick = form(data, renderer=FieldRenderer())
    slow = form(data, renderer=DjangoTemplates())

    assert dom(str(quick)) == dom(str(slow))
    assert dom(str(quick.errors)) == dom(str(slow.errors))


def test_the_first_line_break_of_a_text_is_kept() -> None:
    html = forms.Textarea().render("text", "\nsecond line", renderer=FieldRenderer())

    assert html.endswith(">\n\nsecond line</textarea>")
