"""What Python makes of a page says what the theme's own templates say."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin import site
from django.template import RequestContext
from django.test import Client
from django.urls import reverse
from django.utils import translation
from unfold.templatetags import unfold, unfold_list

from access.models import User
from catalog.models import Part
from core.theme import list_tags, media, page_tags
from core.theme.title import plain_title
from tests.webapp.cast import ClientOf
from tests.webapp.factories import PartFactory

pytestmark = pytest.mark.django_db

PARTS = reverse("admin:catalog_part_changelist")


@pytest.fixture
def admin(administrator: User, client_of: ClientOf) -> Client:
    return client_of(administrator)


def normal(html: str) -> str:
    """Elements, attributes and texts, whatever stands between them."""
    soup = BeautifulSoup(html, "html.parser")
    for text in list(soup.find_all(string=True)):
        text.replace_with(" ".join(text.split()))
    for element in soup.find_all(True):
        element.attrs = {
            name: " ".join(value) if isinstance(value, list) else " ".join(str(value).split())
            for name, value in element.attrs.items()
        }
    return str(soup)


def shown_with(answer: Any) -> RequestContext:
    request = answer.wsgi_request
    return RequestContext(request, {**answer.context_data, "request": request})


ADDRESSES: list[Callable[[Part], str]] = [
    lambda part: PARTS,
    lambda part: reverse("admin:catalog_part_add"),
    lambda part: reverse("admin:catalog_part_change", args=[part.pk]),
    lambda part: reverse("admin:catalog_part_delete", args=[part.pk]),
]


@pytest.mark.parametrize("number", range(len(ADDRESSES)))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_titles_and_actions_are_the_theme_s(
    admin: Client, administrator: User, number: int, language: str
) -> None:
    User.objects.filter(pk=administrator.pk).update(language=language)
    part = PartFactory.create(number="M<1>")
    answer = admin.get(ADDRESSES[number](part))
    context = shown_with(answer)

    with translation.override(language):
        assert plain_title(context)
        assert normal(page_tags.header_title(context)) == normal(unfold.header_title(context))
        assert normal(page_tags.action_list(context)) == normal(unfold.action_list(context))
        assert str(page_tags.header_title(context)) in answer.content.decode()


def test_pages_of_no_model_have_the_theme_s_title(admin: Client) -> None:
    answer = admin.get(reverse("admin:index"))
    assert plain_title(shown_with(answer)) is None


def test_filters_are_the_theme_s(admin: Client) -> None:
    answer = admin.get(PARTS, {"status": "low"})
    changelist = (answer.context_data or {})["cl"]

    assert len(changelist.filter_specs) > 3
    for spec in changelist.filter_specs:
        assert normal(list_tags.unfold_admin_list_filter(changelist, spec)) == normal(
            unfold_list.unfold_admin_list_filter(changelist, spec)
        )


def test_styles_and_scripts_of_a_list_are_those_asked_for(admin: Client) -> None:
    asked = site.get_model_admin(Part).media
    tags = media.tags_by_kind(asked)

    assert str(tags) == str(asked)
    assert (tags.css, tags.js) == (str(asked["css"]), str(asked["js"]))
    html = admin.get(PARTS).content.decode()
    assert tags.css in html
    assert tags.js in html


class TestPageNumbers:
    def test_lead_to_the_pages_with_search_and_filters_kept(self, admin: Client) -> None:
        for number in range(120):
            PartFactory.create(number=f"Q{number:03}")
        page = BeautifulSoup(
            admin.get(PARTS, {"q": "Q", "status": "out", "p": "2"}).content, "html.parser"
        )
        assert page.select_one('[aria-current="page"]').get_text() == "2"  # type: ignore[union-attr]
        links = [link for link in page.select("a.end, a[x-data]") if "p=" in str(link["href"])]
        assert [link.get_text() for link in links] == ["1", "3", "4", "5"]
        assert "end" in (links[-1].get("class") or [])

        for link in links:
            other = BeautifulSoup(admin.get(PARTS + str(link["href"])).content, "html.parser")
            assert other.select_one('[aria-current="page"]').get_text() == link.get_text()  # type: ignore[union-attr]
            assert other.select_one("#searchbar")["value"] == "Q"  # type: ignore[index]
            assert other.select_one("select[name=status] option[selected]")["value"] == "out"  # type: ignore[index]

    def test_that_are_left_out_are_no_links(self, admin: Client) -> None:
        PartFactory.create_batch(300)
        page = BeautifulSoup(admin.get(PARTS, {"p": "1"}).content, "html.parser")
        assert "…" in page.get_text()
        assert not [link for link in page.select("a") if "…" in link.get_text()]
