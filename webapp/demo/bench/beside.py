"""The same pages of parts three times: by this application, by bare Django and by plain unfold.

The same superuser asks for the same parts, fifty rows a list.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from access.models import User
from catalog.models import Part
from demo.bench.asking import application
from demo.bench.plain import handlers
from demo.bench.rounds import Variant
from demo.bench.visits import FULL, Visit, list_of, page_of, reset, search_word

ASKING = "load-superuser"
URLCONF = "demo.bench.plain.urls"


def variants(part: Mapping[str, Any]) -> list[Variant]:
    """`part`: one of those that everybody looks at in a load test."""
    User.objects.get_or_create(
        username=ASKING,
        defaults={"is_staff": True, "is_superuser": True, "language": "ja", "password": "!"},
    )
    return [
        Variant("beside: ours", application(), list(_ours(part))),
        Variant("beside: bare Django", handlers.bare(), list(_plain("bare", part))),
        Variant("beside: plain unfold", handlers.plain_unfold(), list(_plain("unfold", part))),
    ]


def _queries(part: Mapping[str, Any], *, category: str) -> dict[str, dict[str, Any]]:
    return {
        f"list of {FULL} rows": {},
        "later page": {"p": 2},
        "search a number": {"q": part["number"]},
        "search a word": {"q": search_word(part["ja"] or part["en"])},
        "of a category": {category: part["category"]},
    }


def _ours(part: Mapping[str, Any]) -> Iterator[Visit]:
    path = list_of(Part)
    for page, query in _queries(part, category="category").items():
        yield Visit(
            page=page,
            path=f"{path}?{urlencode(query)}" if query else path,
            who=ASKING,
            before=reset(path),
            list_of=Part,
            rows=FULL,
        )
    yield Visit(page="form of a new part", path=reverse("admin:catalog_part_add"), who=ASKING)
    yield Visit(page="form of a part", path=page_of(Part, part["id"]), who=ASKING)


def _plain(site: str, part: Mapping[str, Any]) -> Iterator[Visit]:
    def address(name: str, *args: Any) -> str:
        return reverse(f"admin:catalog_part_{name}", URLCONF, args=args, current_app=site)

    path = address("changelist")
    for page, query in _queries(part, category="category__id__exact").items():
        yield Visit(page=page, path=f"{path}?{urlencode(query)}" if query else path, who=ASKING)
    yield Visit(page="form of a new part", path=address("add"), who=ASKING)
    yield Visit(page="form of a part", path=address("change", part["id"]), who=ASKING)
