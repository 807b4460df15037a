"""Coloured labels are the theme's, made once."""

import pytest
from django.template import engines

SOURCE = """{% load labels %}{% label kind text %}"""
OF_THE_THEME = '{% include "unfold/helpers/label.html" with type=kind %}'


def rendered(source: str, **told: str) -> str:
    return " ".join(engines["django"].from_string(source).render(told).split())


@pytest.mark.parametrize("kind", ["success", "info", "danger", "warning", "primary", "default"])
def test_looks_as_the_theme_makes_it(kind: str) -> None:
    assert rendered(SOURCE, kind=kind, text="Low") == rendered(OF_THE_THEME, kind=kind, text="Low")


def test_escapes_its_text() -> None:
    assert "&lt;b&gt;" in rendered(SOURCE, kind="info", text="<b>")
