"""Addresses of the pages of rows, and links to them."""

import pytest
from django.test.utils import override_script_prefix
from django.urls import reverse
from django.utils.safestring import mark_safe

from core.links import link, page_address


@pytest.mark.parametrize("url_name", ["admin:catalog_part_change", "admin:purchasing_order_place"])
@pytest.mark.parametrize("pk", [1, 2_000_000_000_000])
def test_the_address_is_the_one_that_django_finds(url_name: str, pk: int) -> None:
    assert page_address(url_name, pk) == reverse(url_name, args=[pk])


def test_the_address_lies_where_the_application_is_served() -> None:
    plain = page_address("admin:catalog_part_change", 7)

    with override_script_prefix("/stock/"):
        assert page_address("admin:catalog_part_change", 7) == f"/stock{plain}"
    assert page_address("admin:catalog_part_change", 7) == plain


def test_a_link_escapes_its_text_and_its_address() -> None:
    made = link('/a?b="1"&c', "<i>Nut & bolt</i>")

    assert made == '<a href="/a?b=&quot;1&quot;&amp;c">&lt;i&gt;Nut &amp; bolt&lt;/i&gt;</a>'


def test_a_safe_text_stays_as_it_is() -> None:
    assert link("/a", mark_safe("<b>1</b>"), css="wide") == '<a class="wide" href="/a"><b>1</b></a>'


def test_without_an_address_there_is_the_text_alone() -> None:
    assert link("", "a < b") == "a &lt; b"
