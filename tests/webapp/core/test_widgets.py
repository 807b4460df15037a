"""Form widgets that several applications use."""

import pytest
from django.utils import translation

from stock.forms import LineForm
from stock.places import Reach


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_search_field_speaks_the_language_of_the_page(language: str) -> None:
    with translation.override(language):
        form = LineForm(reach=Reach(None))
        scripts = str(form.media)
        field = str(form["part"])

    assert f"select2/i18n/{language}.js" in scripts
    assert f'lang="{language}"' in field
