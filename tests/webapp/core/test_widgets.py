"""Form widgets that several applications use."""

import pytest
from django.urls import reverse
from django.utils import translation

from access.models import User
from stock.forms import LineForm
from stock.places import Reach
from tests.webapp.cast import ClientOf


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_search_field_speaks_the_language_of_the_page(language: str) -> None:
    with translation.override(language):
        form = LineForm(reach=Reach(None))
        scripts = str(form.media)
        field = str(form["part"])

    assert f"select2/i18n/{language}.js" in scripts
    assert f'lang="{language}"' in field


@pytest.mark.django_db
@pytest.mark.parametrize("odd", [" ", "abc", "NaN", "٣.5", "-1", "9" * 40, "'; --"])
def test_a_search_field_survives_what_is_no_choice(
    odd: str, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    address = reverse("admin:stock_location_add")

    opened = client.get(address, {"parent": odd})
    sent = client.post(address, {"name_en": "Shelf", "parent": odd})

    assert (opened.status_code, sent.status_code) == (200, 200)
    assert "Select a valid choice" in sent.text or "is not a valid value" in sent.text
