"""``{% kept_original … %}``: a template of the theme, made once for all requests alike."""

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, Parser, Template, Token
from django.template.context import Context
from django.utils.translation import get_language

from core.fragments import kept
from core.theme.actions import plain_action

register = template.Library()

# Stands for the visitor's own token while a part is kept.
TOKEN = "a-token-of-the-visitor-stands-here"  # noqa: S105 - the opposite of one


@register.tag
def kept_original(parser: Parser, token: Token) -> "KeptOriginal":
    """In a file that stands in for the theme's of the same name: show the theme's.

    Its arguments are all that it depends on beside the language. Forms in it get the token of
    the visitor, whoever it was made for.
    """
    return KeptOriginal([parser.compile_filter(bit) for bit in token.split_contents()[1:]])


class Original(Node):
    """Stands in for the theme's template of the same name, and can show it."""

    _found: Template | None = None

    def shown(self, context: Context) -> str:
        return str(self._original(context).render(context))

    def _original(self, context: Context) -> Template:
        """The next template of this name, as ``{% extends %}`` would find it."""
        if self._found is None:
            engine: Any = context.template.engine  # type: ignore[union-attr]
            found, _origin = engine.find_template(self.origin.template_name, skip=[self.origin])
            self._found = found
        return self._found


class KeptOriginal(Original):
    def __init__(self, depends_on: list[FilterExpression]) -> None:
        self.depends_on = depends_on

    def render(self, context: Context) -> str:
        own = self.origin.template_name or ""
        values = tuple([str(expression.resolve(context)) for expression in self.depends_on])
        html = kept(("original", own, get_language(), values), lambda: self._made(context))
        if TOKEN in html:
            return html.replace(TOKEN, str(context.get("csrf_token", "")))
        return html

    def _made(self, context: Context) -> str:
        with context.push(csrf_token=TOKEN):
            return self.shown(context)


class Action(Original):
    """An action above a page by Python; the theme's where it is a rare one."""

    def render(self, context: Context) -> str:
        told = context.get("action")  # links of the theme's own have none
        html = None
        if told and not context.get("blank"):
            html = plain_action(told, context.get("title"), context.get("link"))
        return html or self.shown(context)


@register.tag
def action(_parser: Parser, _token: Token) -> Action:
    return Action()
