"""Finding parts by words of their numbers, names, descriptions and SKUs.

Each word is looked up first, by the indexes, and no further than a limit. Then the planner knows
what it is about: a word that few parts have is a list of keys, whatever list is searched; one that
very many have fills a page soon, looked at row by row in the order of the list. With a subquery in
its place it would read and sort a million movements.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from catalog.models.supplier import SupplierPart
from core.keys import Found
from core.text import contains, found_by_index, half_width

# What more parts have than this is looked for row by row. In the order of the part numbers those
# that have a word often stand together at the end of the alphabet: only of a tenth of all parts
# some are surely near the beginning.
MOST_IDS = 10_000
# The same for lists in the order of time, where they stand anywhere.
MOST_IDS_BY_TIME = 2000
# Words after these are not looked up, but looked for in what the others found.
MOST_LOOKED_UP = 6
PART, SKU = "part", "sku"
# Where a word is looked up: the table, and the column that names the part.
_PLACES = ((PART, "catalog_part", "id"), (SKU, "catalog_supplierpart", "part_id"))


UNKNOWN = Found(0, None)


def found_by(text: str, *, part: str = "", by_time: bool = False) -> Q:
    """The condition that a part has every word of `text`; `part` is the way to it from the rows.

    Width, case and kana do not matter. No text is no condition. Say whether the list is in the
    order of time, and not in that of the part numbers.
    """
    words = half_width(text).split()
    found = _look_up(words[:MOST_LOOKED_UP], MOST_IDS_BY_TIME if by_time else MOST_IDS)
    column = f"{part}__search_text" if part else "search_text"
    key = f"{part}_id" if part else "pk"
    condition = Q()
    for index, word in enumerate(words):
        named = found.get((index, PART), UNKNOWN)
        sold = found.get((index, SKU), UNKNOWN)
        if named.keys is None:
            has_word = Q(contains(column, word))
        else:
            has_word = named.condition(key, by_time=by_time)
        if sold.keys is None:
            offers = SupplierPart.objects.filter(part=OuterRef(key))
            has_word |= Q(Exists(offers.filter(contains("search_text", word))))
        elif sold.count:
            has_word |= sold.condition(key, by_time=by_time)
        condition &= has_word
    return condition


def _look_up(words: Sequence[str], most: int) -> dict[tuple[int, str], Found]:
    """The parts that have each word, and those that are sold under a SKU with it.

    By one statement, of which each branch stops when it has found enough.
    """
    if not words:
        return {}
    branches: list[str] = []
    values: list[str | int] = []
    for index, word in enumerate(words):
        here, wanted = found_by_index("search_text", word)
        for place, table, key in _PLACES:
            branches.append(
                f"(SELECT {index}, '{place}', {key} FROM {table} WHERE {here} LIMIT %s)"  # noqa: S608 - our own names
            )
            values += [wanted, most + 1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, place, count(*), array_agg(part)::text "  # noqa: S608 - our own names
            f"FROM ({' UNION ALL '.join(branches)}) AS found (word, place, part) "
            "GROUP BY word, place",
            values,
        )
        rows = {(word, place): (count, keys) for word, place, count, keys in cursor.fetchall()}
    nothing = (0, "{}")
    return {
        (index, place): Found(count, keys if count <= most else None)
        for index in range(len(words))
        for place in (PART, SKU)
        for count, keys in [rows.get((index, place), nothing)]
    }
