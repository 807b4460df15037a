"""A new process is ready before it takes requests."""

from typing import Any

from django.template import Engine
from django.urls import clear_url_caches, get_resolver
from django.utils import translation
from django.utils.translation import trans_real

from core import currencies, units, warming
from core.release import release


def test_templates_and_languages_are_there() -> None:
    loader: Any
    [loader] = Engine.get_default().template_loaders
    loader.reset()
    trans_real._translations.clear()  # type: ignore[attr-defined]  # not in the stubs
    units._registry.cache_clear()
    clear_url_caches()
    currencies._shown.cache_clear()
    release.cache_clear()

    warming.warm_up()

    known = {key for key, found in loader.get_template_cache.items() if hasattr(found, "nodelist")}
    for name in ("admin/change_list.html", "stock/part_panel.html", "unfold/layouts/skeleton.html"):
        assert name in known
    # Ours of that name extends the one of the package.
    assert any(key.startswith("admin/change_list.html-") for key in known)
    assert {"ja", "en"} <= set(trans_real._translations)  # type: ignore[attr-defined]
    assert {"ja", "en"} <= set(get_resolver()._reverse_dict)
    assert units._registry.cache_info().currsize == 1
    assert currencies._shown.cache_info().currsize == 2
    assert release.cache_info().currsize == 1


def test_speaks_the_language_it_spoke_before() -> None:
    with translation.override("ja"):
        warming.warm_up()
        assert translation.get_language() == "ja"
