"""What the first visitors of a new process would wait for, done before it takes requests."""

import contextlib
import gc
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

# How many new objects make Python look for those that nothing reaches any more: a page makes some
# ten thousand, nearly all of which are gone with it.
COLLECT_AFTER = 20_000


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


def settle() -> None:
    """What a process is made of is never thrown away, so it need not be looked through: otherwise
    one page in some hundred waits while all of it is.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 10, 10)


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
