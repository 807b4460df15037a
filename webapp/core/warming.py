"""What the first visitors of a new process would wait for, done before it takes requests."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Engine, TemplateSyntaxError
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import reverse
from django.utils import translation

from core import units
from core.release import release


def warm_up() -> None:
    """Templates compiled, catalogues read, addresses and units of measurement known: a second."""
    for name in _templates():
        # Of packages that can do more than we use, some want what is not installed.
        with contextlib.suppress(TemplateSyntaxError):
            get_template(name)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            pass  # which reads its catalogues
    reverse("admin:index")
    units.factor("ft", "m")
    release()


def _templates() -> Iterator[str]:
    folders: list[Any] = [*Engine.get_default().dirs, *get_app_template_dirs("templates")]
    for folder in folders:
        for file in Path(folder).rglob("*.html"):
            yield file.relative_to(folder).as_posix()
