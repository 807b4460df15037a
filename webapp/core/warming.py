"""What the first visitors of a new process would wait for, done before it takes requests."""

import contextlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Template, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import FilterExpression
from django.template.loader_tags import ExtendsNode
from django.template.utils import get_app_template_dirs
from django.urls import reverse
from django.utils import translation

from core import currencies, units
from core.release import release


def warm_up() -> None:
    """Templates compiled, catalogues read, addresses, units and currencies known: a second."""
    for name in _templates():
        # Of packages that can do more than we use, some want what is not installed.
        with contextlib.suppress(TemplateSyntaxError, TemplateDoesNotExist):
            _know_parents_of(Engine.get_default().get_template(name))
    for language, _name in settings.LANGUAGES:
        with translation.override(language):  # which reads its catalogues
            reverse("admin:index")  # addresses are known by language
            currencies.shown(Decimal(1), "USD")
    units.factor("ft", "m")
    release()


def _templates() -> Iterator[str]:
    folders: list[Any] = [*Engine.get_default().dirs, *get_app_template_dirs("templates")]
    for folder in folders:
        for file in Path(folder).rglob("*.html"):
            yield file.relative_to(folder).as_posix()


def _know_parents_of(template: Template) -> None:
    """One that extends a template of its own name makes Django compile that one anew."""
    context = Context()
    with context.bind_template(template), context.render_context.push_state(template):
        while parent := _extended_by(template):
            template = parent.get_parent(context)


def _extended_by(template: Template) -> ExtendsNode | None:
    """Of those whose name is known before anybody asks for a page."""
    for node in template.nodelist:
        if isinstance(node, ExtendsNode) and isinstance(node.parent_name, FilterExpression):
            return node if isinstance(node.parent_name.var, str) else None
    return None
