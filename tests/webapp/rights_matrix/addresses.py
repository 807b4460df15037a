"""Every address that the resolver knows, with examples for what stands in it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from exchange.exporting import FORMATS
from exchange.tables.registry import TABLES

_PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """An address as the resolver has it: ``admin/stock/lot/<pk>/change/``."""

    shape: str
    name: str
    callback: Callable[..., Any]

    @property
    def arguments(self) -> list[str]:
        return _PLACEHOLDER.findall(self.shape)


@dataclass(frozen=True, kw_only=True)
class Address:
    """One to ask for; `shown` stands in the table, without keys that differ each time."""

    path: str
    shown: str
    pattern: Pattern


class NoExampleError(AssertionError):
    """A page for which nobody said which example to open."""


def patterns() -> list[Pattern]:
    """All of them, each shape once: of two with one shape the resolver takes the first."""
    found: dict[str, Pattern] = {}
    for pattern in _walk(get_resolver(), "", ""):
        found.setdefault(pattern.shape, pattern)
    return sorted(found.values(), key=lambda pattern: pattern.shape)


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Pattern]:
    for entry in resolver.url_patterns:
        shape = prefix + _readable(str(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, shape, inner)
        elif isinstance(entry, URLPattern):
            yield Pattern(shape=shape, name=namespace + (entry.name or ""), callback=entry.callback)


def _readable(pattern: str) -> str:
    """Regular expressions in the same notation as paths."""
    return _GROUP.sub(r"<\1>", pattern).removeprefix("^").removesuffix("$")


# --- Examples ---------------------------------------------------------------------------------

# Arguments whose values are known from the code; each is a row of the table.
CHOICES: Mapping[str, Sequence[str]] = {
    "file_format": [*FORMATS, "pdf"],
    "table": list(TABLES),
    "app_label": ["auth", "access", "catalog", "stock", "purchasing", "exchange"],
}
# Arguments of single shapes: (part of the shape, argument) → the example's key in the world, or
# its text. The first that fits is taken.
SPECIAL: Sequence[tuple[str, str, str]] = [
    ("media/parts/", "name", "@picture"),
    ("account/password/reset/", "uidb36", "1"),
    ("account/password/reset/", "key", "not-a-key"),
    ("audit/auditentry/life/", "model", "catalog.part"),
    ("audit/auditentry/life/", "object_id", "@catalog.part"),
    ("admin/r/", "content_type_id", "@content_type"),
    ("admin/r/", "object_id", "@catalog.part"),
    ("", "location_id", "@stock.location"),
    ("", "part_id", "@catalog.part"),
    ("", "user_id", "@access.user"),
    ("admin/<url>", "url", "no/such/page/"),
]
KEYS = ("pk", "object_id", "id")
# Pages about an order: its state decides what can be done with it. All others: an ordered one.
ORDER_STATES = {
    "draft": ("edit", "request-approval", "approve"),
    "approved": ("place", "send-back"),
}
# Models whose rows belong to others, and which have no example of their own.
WITHOUT_ROWS = ("account", "mfa", "usersessions", "signin", "axes")


def addresses(world: Mapping[str, str]) -> Iterator[Address]:
    """Each pattern with each choice of its arguments."""
    for pattern in patterns():
        yield from addresses_of(pattern, world)


def addresses_of(pattern: Pattern, world: Mapping[str, str]) -> Iterator[Address]:
    options = [_options(pattern, argument, world) for argument in pattern.arguments]
    for values in product(*options):
        path, shown = pattern.shape, pattern.shape
        for argument, (value, is_choice) in zip(pattern.arguments, values, strict=True):
            placeholder = re.compile(rf"<(?:\w+:)?{argument}>")
            path = placeholder.sub(value.replace("\\", r"\\"), path, count=1)
            shown = placeholder.sub(value if is_choice else f"<{argument}>", shown, count=1)
        yield Address(path=f"/{path}", shown=f"/{shown}", pattern=pattern)


def _options(
    pattern: Pattern, argument: str, world: Mapping[str, str]
) -> Sequence[tuple[str, bool]]:
    if argument in CHOICES:
        return [(value, True) for value in CHOICES[argument]]
    for part, name, value in SPECIAL:
        if part in pattern.shape and name == argument:
            return [(world[value[1:]] if value.startswith("@") else value, False)]
    if argument in KEYS and (key := _key_of(pattern, world)):
        return [(key, False)]
    raise NoExampleError(
        f"No example for <{argument}> of {pattern.shape} ({pattern.name}). Make one in the world "
        "of tests/webapp/rights_matrix/world.py and name it there as app.model, or say in "
        "SPECIAL of addresses.py what to fill in."
    )


def _key_of(pattern: Pattern, world: Mapping[str, str]) -> str | None:
    """The example of the model beneath whose list the page lies."""
    parts = pattern.shape.split("/")
    if parts[0] != "admin" or len(parts) < 4:
        return None
    model = f"{parts[1]}.{parts[2]}"
    if model == "purchasing.purchaseorder":
        for state, slugs in ORDER_STATES.items():
            if any(f"/{slug}/" in pattern.shape for slug in slugs):
                return world[f"{model}.{state}"]
    if model in world:
        return world[model]
    return "1" if parts[1] in WITHOUT_ROWS else None
