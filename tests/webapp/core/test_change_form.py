"""Forms of the admin made by Python are those that the theme's templates would make."""

import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import Permission
from django.forms import ModelChoiceField
from django.template.backends.django import DjangoTemplates, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from access.models import User
from catalog.admin.part import PartAdmin
from catalog.models import Part, SupplierPart
from core.editing import kept_forms
from core.site import InventoryAdminSite
from core.theme import inlines, media
from core.theme.submit_line import submit_line
from stock import services
from stock.admin.stocktake import StocktakeLineInline
from stock.entries import Count
from stock.models import Stocktake
from tests.webapp.cast import ClientOf
from tests.webapp.factories import (
    LocationFactory,
    PartFactory,
    SupplierFactory,
    SupplierPartFactory,
    stocked,
)

pytestmark = pytest.mark.django_db

PART = "admin:catalog_part_change"
SPITEFUL = '<b>"it\'s"</b> & more'
ROW = "supplier_parts"
KEYS = (
    "id", "part_id", "supplier_id", "sku", "pack_quantity", "pack_unit", "minimum_order_quantity",
    "currency",
)  # fmt: skip

type ThemeOf = Callable[[Any], str]


def dom(element: Any) -> str:
    """Without what makes no difference: white space, order of classes, the visitor's token."""
    soup = BeautifulSoup(str(element), "html.parser")
    for tag in soup.find_all(True):
        if "class" in tag.attrs:
            names = set(tag["class"])
            if "field-line" in names:  # ours says, too, which field it is that cannot be changed
                names = {name for name in names if not name.startswith("field-")}
            tag["class"] = " ".join(sorted(names))
        if tag.get("name") == "csrfmiddlewaretoken":
            tag["value"] = ""
        if tag.has_attr("nonce"):
            del tag["nonce"]
    return re.sub(r"\s+", "", str(soup))


def form_of(html: str) -> str:
    [form] = BeautifulSoup(html, "html.parser").select("#content-main form")
    return dom(form)


@pytest.fixture
def theme(tmp_path: Path) -> DjangoTemplates:
    """The theme's own templates, but for messages, which are ours for other reasons."""
    (tmp_path / "unfold/helpers").mkdir(parents=True)
    ours = Path(settings.BASE_DIR) / "templates/unfold/helpers/messages"
    (tmp_path / "unfold/helpers/messages").symlink_to(ours)
    configured: Any = settings.TEMPLATES[0]
    options = dict(configured["OPTIONS"])
    return DjangoTemplates(
        {"NAME": "theme", "DIRS": [tmp_path], "APP_DIRS": True, "OPTIONS": options}
    )


@pytest.fixture
def by_the_theme(theme: DjangoTemplates) -> ThemeOf:
    def render(response: Any) -> str:
        names = response.template_name
        page = theme.engine.select_template([names] if isinstance(names, str) else names)
        return str(Template(page, theme).render(response.context_data, response.wsgi_request))

    return render


@pytest.fixture
def part() -> Part:
    part = PartFactory.create(number=f"P-{SPITEFUL}", name_en=SPITEFUL)
    SupplierPartFactory.create(part=part, sku=SPITEFUL)
    SupplierPartFactory.create(part=part)
    return part


def sent(part: Part, **changes: object) -> dict[str, object]:
    """What the page of a part with two suppliers posts."""
    data: dict[str, object] = {
        "number": part.number,
        "category": part.category_id,
        "name_ja": part.name_ja,
        "name_en": part.name_en,
        "unit": part.unit,
        "tracking": part.tracking,
        "reorder_point": "0",
        f"{ROW}-TOTAL_FORMS": 2,
        f"{ROW}-INITIAL_FORMS": 2,
    }
    for place, item in enumerate(SupplierPart.objects.order_by("supplier__name")):
        for name in KEYS:
            data[f"{ROW}-{place}-{name.removesuffix('_id')}"] = getattr(item, name)
    return {**data, **changes}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("person", ["administrator", "buyer", "storekeeper", "general", "auditor"])
def test_the_page_of_a_part_is_the_themes_for_each_role(
    person: str,
    language: str,
    part: Part,
    request: pytest.FixtureRequest,
    client_of: ClientOf,
    by_the_theme: ThemeOf,
) -> None:
    user: User = request.getfixturevalue(person)

    with translation.override(language):
        response = client_of(user, language=language).get(reverse(PART, args=[part.pk]))
        theirs = by_the_theme(response)

    assert "tab-wrapper" in theirs
    assert f'id="{ROW}-data"' in theirs
    assert form_of(response.text) == form_of(theirs)


@pytest.mark.parametrize(
    "page",
    ["catalog_part", "catalog_supplier", "catalog_category", "access_user", "stock_location"],
)
def test_a_form_for_adding_is_the_themes(
    page: str, administrator: User, client_of: ClientOf, by_the_theme: ThemeOf
) -> None:
    response = client_of(administrator).get(reverse(f"admin:{page}_add"))

    assert form_of(response.text) == form_of(by_the_theme(response))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"number": ""}, '[data-testid="error-count"]'),
        ({"reorder_point": "x", "target_quantity": "y"}, '[data-testid="error-count"]'),
        ({f"{ROW}-0-sku": "", f"{ROW}-0-supplier": ""}, "td.errors.field-sku"),
        ({f"{ROW}-TOTAL_FORMS": 3, f"{ROW}-2-sku": "new"}, f"#{ROW}-2 , td.errors.field-supplier"),
        ({f"{ROW}-0-supplier": "same", f"{ROW}-1-supplier": "same"}, "tbody .errors"),
        ({f"{ROW}-0-DELETE": "on", "number": ""}, f"#id_{ROW}-0-DELETE[checked]"),
        ({f"{ROW}-0-preferred": "on", f"{ROW}-1-preferred": "on"}, "[role=alert]"),
    ],
)
def test_a_form_with_errors_is_the_themes(
    changes: dict[str, object],
    where: str,
    part: Part,
    administrator: User,
    client_of: ClientOf,
    by_the_theme: ThemeOf,
) -> None:
    response = client_of(administrator).post(reverse(PART, args=[part.pk]), sent(part, **changes))

    assert response.status_code == 200
    assert BeautifulSoup(response.text, "html.parser").select(where)
    assert form_of(response.text) == form_of(by_the_theme(response))


@pytest.mark.parametrize("per_page", [50, 2, 1])
def test_rows_in_pages_are_the_themes(
    per_page: int, storekeeper: User, client_of: ClientOf, by_the_theme: ThemeOf
) -> None:
    """Lines of a stocktake; more than one page of them is left to the theme."""
    place = LocationFactory.create()
    parts = [stocked(PartFactory.create(name_en=SPITEFUL), place, 3) for _ in range(2)]
    counts = [Count(part=part, expected=Decimal(3), counted=Decimal(2)) for part in parts]
    given: dict[str, Any] = {"reason": "", "by": storekeeper, "at": timezone.now()}
    services.post_stocktake(location=place, counts=counts, key=uuid.uuid4(), **given)
    page = reverse("admin:stock_stocktake_change", args=[Stocktake.objects.get().pk])

    with (
        mock.patch.object(StocktakeLineInline, "per_page", per_page),
        mock.patch("core.theme.inlines._bodies", side_effect=inlines._bodies) as made,
    ):
        response = client_of(storekeeper).get(page)
        assert form_of(response.text) == form_of(by_the_theme(response))

    assert made.called is (per_page > 1)
    assert 'name="lines-page"' in response.text


class TestSubmitLine:
    FLAGS = (
        "show_save", "show_save_and_continue", "can_change", "show_save_and_add_another",
        "show_save_as_new", "show_close", "is_popup",
    )  # fmt: skip

    @pytest.mark.parametrize("language", ["ja", "en"])
    @pytest.mark.parametrize("on", [*FLAGS, "none", "all"])
    def test_is_the_themes(
        self, on: str, language: str, part: Part, theme: DjangoTemplates
    ) -> None:
        flags = {flag: on in (flag, "all") for flag in self.FLAGS}
        context = {**flags, "opts": Part._meta, "original": part, "preserved_filters": "q=a%26b"}

        with translation.override(language):
            ours = submit_line(context, context)
            theirs = theme.get_template("admin/submit_line.html").render(context)

        assert dom(ours) == dom(theirs)

    @pytest.mark.parametrize(("language", "text"), [("en", "Delete part"), ("ja", "部品を削除")])
    def test_names_what_is_deleted_last(self, language: str, text: str, part: Part) -> None:
        context = {"opts": Part._meta, "original": part, "show_delete_link": True}

        with translation.override(language):
            shown = BeautifulSoup(submit_line(context, context), "html.parser")

        [link] = shown.select("a")
        assert link.get_text(strip=True) == text
        assert link["href"] == reverse("admin:catalog_part_delete", args=[part.pk])

    def test_offers_no_deletion_of_what_is_not_there(self) -> None:
        context = {"opts": Part._meta, "original": None, "show_delete_link": True}

        assert "<a" not in submit_line(context, context)


class TestKeptForms:
    def test_nobody_sees_the_buttons_of_somebody_else(
        self, part: Part, administrator: User, storekeeper: User, client_of: ClientOf
    ) -> None:
        page = reverse(PART, args=[part.pk])

        first = client_of(administrator).get(page)
        second = client_of(storekeeper).get(page)
        again = client_of(administrator).get(page)

        assert 'id="add_id_category"' in first.text
        assert 'id="add_id_category"' not in second.text
        assert 'id="id_number"' in second.text
        assert form_of(again.text).replace("_seen", "") != form_of(second.text)
        assert 'id="add_id_category"' in again.text

    def test_a_right_that_is_taken_away_takes_its_fields_along(
        self, part: Part, storekeeper: User, client_of: ClientOf
    ) -> None:
        page = reverse(PART, args=[part.pk])
        assert 'id="id_number"' in client_of(storekeeper).get(page).text

        storekeeper.denied_permissions.add(Permission.objects.get(codename="change_part"))

        assert 'id="id_number"' not in client_of(storekeeper).get(page).text

    def test_a_right_that_is_given_brings_the_fields_of_rows(
        self, part: Part, storekeeper: User, client_of: ClientOf
    ) -> None:
        page = reverse(PART, args=[part.pk])
        assert f'id="id_{ROW}-0-sku"' not in client_of(storekeeper).get(page).text

        storekeeper.user_permissions.add(Permission.objects.get(codename="change_supplierpart"))

        shown = client_of(storekeeper).get(page).text
        assert f'id="id_{ROW}-0-sku"' in shown
        assert 'class="add-row' not in shown

    def test_each_sees_their_own_language(
        self, part: Part, administrator: User, client_of: ClientOf
    ) -> None:
        shown = {}
        for language in ("ja", "en", "ja"):
            client = client_of(administrator, language=language)
            shown[language] = client.get(reverse(PART, args=[part.pk])).text

        for language, text in shown.items():
            with translation.override(language):
                label = str(Part._meta.get_field("reorder_point").verbose_name)
            assert label.lower() in text.lower()
            [search] = BeautifulSoup(text, "html.parser").select("#id_category")
            assert search["lang"] == language
            assert f"select2/i18n/{language}.js" in text

    def test_forms_of_two_parts_do_not_mix(
        self, part: Part, administrator: User, client_of: ClientOf
    ) -> None:
        other = PartFactory.create(name_en="Another name")
        client = client_of(administrator)

        client.get(reverse(PART, args=[part.pk]))
        shown = BeautifulSoup(client.get(reverse(PART, args=[other.pk])).text, "html.parser")

        assert shown.select_one("#id_name_en")["value"] == "Another name"  # type: ignore[index]
        [chosen] = shown.select("#id_category option[selected]")
        assert chosen["value"] == str(other.category_id)
        assert shown.select_one(f"#id_{ROW}-TOTAL_FORMS")["value"] == "0"  # type: ignore[index]

    def test_what_is_sent_is_judged_by_a_class_of_its_own(self, administrator: User) -> None:
        site = InventoryAdminSite()
        kept = []
        for method in ("get", "get", "post"):
            request = getattr(RequestFactory(), method)("/")
            request.user = administrator
            kept.append(PartAdmin(Part, site).get_form(request, None))

        assert kept[0] is kept[1]
        assert kept[2] is not kept[0]

    def test_a_kept_class_does_not_hold_on_to_the_request(self, administrator: User) -> None:
        request = RequestFactory().get("/")
        request.user = administrator

        form_class = PartAdmin(Part, InventoryAdminSite()).get_form(request, None)

        assert form_class._meta.formfield_callback is None
        assert form_class.Meta.formfield_callback is None

    def test_fields_that_limit_their_choices_are_copied(self) -> None:
        plain = ModelChoiceField(Part.objects.all())
        limited = ModelChoiceField(Part.objects.all(), limit_choices_to={"active": True})

        fields = kept_forms.SharedFields(plain=plain, limited=limited).__deepcopy__({})

        assert fields["plain"] is plain
        assert fields["limited"] is not limited


class TestChosenInASearchField:
    def test_is_not_looked_up_for_each_row(
        self, part: Part, administrator: User, client_of: ClientOf,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:  # fmt: skip
        client = client_of(administrator)
        page = reverse(PART, args=[part.pk])
        client.get(page)
        with django_assert_max_num_queries(30) as few:
            client.get(page)
        count = len(few)
        for _ in range(3):
            SupplierPartFactory.create(part=part)

        with django_assert_max_num_queries(count):
            shown = client.get(page)

        chosen = BeautifulSoup(shown.text, "html.parser").select(
            f'select[name^="{ROW}-"][name$="-supplier"] option[selected]'
        )
        names = {item.supplier.name for item in SupplierPart.objects.select_related("supplier")}
        assert {option.get_text() for option in chosen} == names

    def test_is_what_was_sent_where_that_is_another(
        self, part: Part, administrator: User, client_of: ClientOf
    ) -> None:
        other = SupplierFactory.create(name="Somebody else")

        shown = client_of(administrator).post(
            reverse(PART, args=[part.pk]), sent(part, number="", **{f"{ROW}-0-supplier": other.pk})
        )

        soup = BeautifulSoup(shown.text, "html.parser")
        [option] = soup.select(f"#id_{ROW}-0-supplier option[selected]")
        assert option.get_text() == "Somebody else"


def test_styles_and_scripts_are_those_of_the_form(administrator: User, client_of: ClientOf) -> None:
    """Kept by what they are: another form has others."""
    client = client_of(administrator)
    with_search: Any = client.get(reverse("admin:catalog_part_add"))
    without: Any = client.get(reverse("admin:catalog_supplier_add"))

    assert "select2" in with_search.context_data["media"]
    assert "select2" not in without.context_data["media"]


def test_tags_of_styles_and_scripts_are_djangos() -> None:
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True)
    form = PartAdmin(Part, InventoryAdminSite()).get_form(request, None)()

    assert media.tags(form.media) == str(form.media)
    assert media.tags(form.media) == str(form.media)
    assert "select2" in media.tags(form.media)
