"""Fields and lines of our own forms: the same as from forms, and made for nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.cache import caches
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation
from pytest_django.fixtures import DjangoAssertNumQueries
from unfold.widgets import UnfoldAdminSelect2Widget

from access.models import User
from catalog.models import SupplierPart
from core import form_parts
from core.lines import LineFormSet
from core.widgets import LongSelect
from purchasing.forms import OrderForm, order_line_formset
from stock.forms import IssueLineForm, ReceiveLineForm, TransferLineForm, line_formset
from stock.places import Reach
from tests.webapp.factories import LocationFactory, PartFactory, SupplierPartFactory

LINE = "stock/entry_line.html"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    caches["fragments"].clear()
    yield
    caches["fragments"].clear()


def lines(form: Any, user: User | None = None, **given: Any) -> Any:
    return line_formset(form, rows=2)(prefix="lines", form_kwargs={"reach": Reach(user)}, **given)


class TestEmptyLines:
    @pytest.mark.parametrize("language", ["ja", "en"])
    @pytest.mark.parametrize("form", [ReceiveLineForm, IssueLineForm, TransferLineForm])
    def test_are_what_their_forms_would_be(self, form: Any, language: str) -> None:
        with translation.override(language):
            made = [render_to_string(LINE, {"form": each}) for each in lines(form).forms]

            for _first_and_kept in range(2):
                assert lines(form).shown_lines(LINE) == "".join(made)

    def test_of_an_order_are_what_their_forms_would_be(self) -> None:
        template = "purchasing/order_form_line.html"
        formset: Any = order_line_formset(rows=3)(prefix="lines")
        made = [render_to_string(template, {"form": form}) for form in formset.forms]

        assert order_line_formset(rows=3)(prefix="lines").shown_lines(template) == "".join(made)

    def test_make_no_forms(self) -> None:
        formset = lines(IssueLineForm)

        Template(
            "{% load inventory %}{{ formset.numbers }}{{ formset.max_num }}"
            "{% lines_of formset 'stock/entry_line.html' %}"
        ).render(Context({"formset": formset}))

        assert "forms" not in vars(formset)

    @pytest.mark.django_db
    def test_begin_with_the_only_place_of_each_person(self, storekeeper: User, buyer: User) -> None:
        here, there = LocationFactory.create(), LocationFactory.create()
        storekeeper.locations.set([here])
        buyer.locations.set([there])

        shown = [lines(IssueLineForm, user).empty_line(LINE) for user in (storekeeper, buyer, None)]

        assert [f'value="{place.pk}" selected' in line for place in (here, there)
                for line in shown] == [True, False, False, False, True, False]  # fmt: skip

    def test_differ_by_language_and_form(self) -> None:
        shown = set()
        for language in ("ja", "en"):
            with translation.override(language):
                shown |= {
                    lines(form).empty_line(LINE)
                    for form in (ReceiveLineForm, IssueLineForm, TransferLineForm)
                }

        assert len(shown) == 6

    @pytest.mark.django_db
    def test_are_no_copies_where_something_was_asked_for_or_sent(self) -> None:
        part = PartFactory.create()
        asked = line_formset(IssueLineForm, rows=0)(
            prefix="lines", form_kwargs={"reach": Reach(None)}, initial=[{"part": part}]
        )
        data = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-quantity": "<x>"}
        sent = lines(IssueLineForm, data=data)

        assert f'value="{part.pk}" selected' in asked.shown_lines(LINE)
        assert 'value="&lt;x&gt;"' in sent.shown_lines(LINE)
        assert "inventory-error" in sent.shown_lines(LINE)


@pytest.mark.django_db
class TestSentLines:
    def sent(self, user: User | None, *rows: Any) -> Any:
        data: dict[str, object] = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0}
        for index, row in enumerate(rows):
            for name, value in {"quantity": 1, **row}.items():
                data[f"lines-{index}-{name}"] = getattr(value, "pk", value)
        return lines(TransferLineForm, user, data=data)

    def test_ask_for_all_parts_and_all_places_together(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        parts = PartFactory.create_batch(4)
        places = LocationFactory.create_batch(4)
        formset = self.sent(
            None,
            *(
                {"part": part, "location": place, "to": places[0]}
                for part, place in zip(parts, places, strict=True)
            ),
        )

        with django_assert_num_queries(2):
            assert formset.is_valid()

        taken = [line for _form, line in formset.lines()]
        assert [(line.part, line.location, line.to) for line in taken] == [
            (part, place, places[0]) for part, place in zip(parts, places, strict=True)
        ]

    def test_refuse_what_does_not_exist_and_where_the_person_does_not_work(
        self, storekeeper: User
    ) -> None:
        part, here, there = PartFactory.create(), LocationFactory.create(), LocationFactory.create()
        storekeeper.locations.set([here])
        right = {"part": part, "location": here, "to": here}

        formset = self.sent(
            storekeeper,
            right,
            right | {"location": there},
            right | {"to": there},
            right | {"part": 10**12},
            right | {"part": "x"},
        )

        assert [list(errors) for errors in formset.errors] == [
            [], ["location"], ["to"], ["part"], ["part"],
        ]  # fmt: skip


@pytest.mark.django_db
def test_lines_of_an_order_ask_for_all_parts_and_all_offers_together(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    offers = SupplierPartFactory.create_batch(4)
    data: dict[str, object] = {"lines-TOTAL_FORMS": 5, "lines-INITIAL_FORMS": 0}
    for index, offer in enumerate([*offers, SupplierPart(pk=10**12, part=offers[0].part)]):
        data[f"lines-{index}-part"] = offer.part.pk
        data[f"lines-{index}-supplier_part"] = offer.pk
        data[f"lines-{index}-quantity"] = "2"
    formset: Any = order_line_formset(rows=1)(data, prefix="lines")

    with django_assert_num_queries(3):  # parts, offers, and once more the one that does not exist
        assert not formset.is_valid()

    assert [list(errors) for errors in formset.errors] == [[], [], [], [], ["supplier_part"]]
    with django_assert_num_queries(0):
        taken = [form.line_of(offers[0].supplier) for form in formset.forms[:4]]
    assert [(line.part, line.supplier_part, line.supplier_part.part) for line in taken] == [
        (offer.part, offer, offer.part) for offer in offers
    ]


class TestNumbers:
    def test_are_those_of_djangos_form(self) -> None:
        formset = lines(IssueLineForm)

        assert formset.numbers() == str(formset.management_form)

    def test_are_what_was_sent(self) -> None:
        formset = lines(IssueLineForm, data={"lines-TOTAL_FORMS": "x"})

        assert 'name="lines-TOTAL_FORMS" value="x"' in formset.numbers()


class FieldForm(forms.Form):
    needed = forms.CharField(label="<Needed>", help_text="<why>")
    free = forms.CharField(required=False)


class TestField:
    def test_has_label_star_input_and_help(self) -> None:
        assert form_parts.field(FieldForm()["needed"]) == (
            '<div class="inventory-field"><label for="id_needed">&lt;Needed&gt;'
            '<span class="inventory-required" aria-hidden="true"> *</span></label>'
            '<input type="text" name="needed" required aria-describedby="id_needed_helptext" '
            'id="id_needed"><p class="inventory-help" id="id_needed_helptext">&lt;why&gt;</p></div>'
        )

    def test_has_errors_instead_of_help(self) -> None:
        form = FieldForm({"needed": "x"})
        form.add_error("needed", "No <b>.")

        shown = form_parts.field(form["needed"])

        assert '<div class="inventory-field has-errors">' in shown
        assert '<p class="inventory-error" id="id_needed_error">No &lt;b&gt;.</p>' in shown
        assert "why" not in shown

    def test_without_anything_to_say_is_label_and_input(self) -> None:
        assert form_parts.field(FieldForm()["free"]).endswith('id="id_free"></div>')


class TestMedia:
    def test_is_that_of_all_owners_once(self) -> None:
        formset = order_line_formset(rows=1)()

        for _first_and_kept in range(2):
            form: Any = OrderForm()
            assert form_parts.media(form, formset) == str(form.media + formset.media)

    def test_differs_by_language_and_owner(self) -> None:
        shown = set()
        for language in ("ja", "en"):
            with translation.override(language):
                shown |= {form_parts.media(lines(IssueLineForm)), form_parts.media(FieldForm())}

        assert len(shown) == 3
        assert "" in shown


@pytest.mark.parametrize("value", [None, "", 2, "3", "gone"])
def test_a_long_choice_is_what_the_themes_is(value: object) -> None:
    choices = [("", ""), ("1", "A"), ("2", 'B <"&'), ("3", "C")]
    ours, themes = (
        kind({"data-placeholder": "<any>"}, choices).render("place", value, {"id": "id_place"})
        for kind in (LongSelect, UnfoldAdminSelect2Widget)
    )

    assert ours == themes


def test_a_set_of_lines_gives_templates_no_items() -> None:
    formset: Any = forms.formset_factory(FieldForm, formset=LineFormSet, extra=2)()

    assert Template("{{ formset.prefix }} {{ formset.0.prefix }}").render(
        Context({"formset": formset})
    ) == ("form form-0")
