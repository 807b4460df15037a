"""Search keys: the same text however it was typed.

Full-width and half-width forms, upper and lower case, hiragana and katakana compare equal.
The function lives in the database (``search_key``), so that generated columns, indexes and
queries agree by construction.
"""

import unicodedata

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat


def half_width(text: str) -> str:
    """Full-width letters and digits as half-width, half-width kana as full-width (NFKC)."""
    return unicodedata.normalize("NFKC", text).strip()


def fold(text: str) -> str:
    """``half_width`` without regard to case: for comparing keys that people typed."""
    return half_width(text).casefold()


_HIRAGANA = "".join(chr(code) for code in range(0x3041, 0x3097))
_KATAKANA = "".join(chr(code) for code in range(0x30A1, 0x30F7))

CREATE_SEARCH_KEY = f"""
CREATE FUNCTION search_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN pg_catalog.translate(
    pg_catalog.lower(pg_catalog.normalize(value, 'NFKC')), '{_HIRAGANA}', '{_KATAKANA}'
);
"""
DROP_SEARCH_KEY = "DROP FUNCTION search_key(text);"


# The characters of a text, and every two that follow each other: what trigrams cannot find. The
# costs keep the planner from working it out row by row instead of reading the index.
CREATE_SEARCH_GRAMS = """
CREATE FUNCTION search_grams(value text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT COST 10000
RETURN pg_catalog.string_to_array(value, NULL) || (
    SELECT pg_catalog.array_agg(first || second) FROM ROWS FROM (
        pg_catalog.unnest(pg_catalog.string_to_array(value, NULL)),
        pg_catalog.unnest((pg_catalog.string_to_array(value, NULL))[2:])
    ) AS pair (first, second)
);
"""
DROP_SEARCH_GRAMS = "DROP FUNCTION search_grams(text);"
# Words up to this length are found by `search_grams`, longer ones by trigrams.
LONGEST_GRAM = 2


class SearchKey(Func):
    """``search_key(text)`` as an expression."""

    function = "search_key"
    arity = 1
    output_field = TextField()


def search_text(*fields: str) -> SearchKey:
    """The expression of a generated column that holds the search key of some columns.

    Fields are separated by a line feed, so that a search term never matches across two of them.
    """
    parts: list[Combinable] = []
    for index, field in enumerate(fields):
        if index:
            parts.append(Value("\n"))
        parts.append(F(field))
    text = parts[0] if len(parts) == 1 else Concat(*parts, output_field=TextField())
    return SearchKey(text)


def contains_pattern(term: str) -> SearchKey:
    """The LIKE pattern, as an expression, that finds `term` anywhere in a search key."""
    return SearchKey(Value(_within(term)))


def _within(term: str) -> str:
    # Widths first: a full-width percent sign must not become a wildcard afterwards.
    escaped = half_width(term).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


class SearchLike(Func):
    """``column LIKE pattern``."""

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    output_field = BooleanField()
    conditional = True


class SearchGrams(Func):
    """``search_grams(column)``: what indexes of short words hold."""

    function = "search_grams"
    arity = 1
    output_field = ArrayField(TextField())


def contains(column: str, word: str) -> SearchLike:
    """Whether a search key contains `word`, as one looks at a row."""
    return SearchLike(F(column), contains_pattern(word))


def found_by_index(column: str, word: str) -> tuple[str, str]:
    """The same as text, in the words of the index that has such words, and what it asks for.

    A short word is a gram: exact, as the gram is the whole word.
    """
    if len(half_width(word)) > LONGEST_GRAM:
        return f"{column} LIKE search_key(%s)", _within(word)
    return f"search_grams({column}) @> ARRAY[search_key(%s)]", half_width(word)
