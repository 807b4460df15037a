"""Numbers of documents: counted per year, without gaps."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

ORDER, RECEIPT = "PO", "GR"

_NEXT = """
INSERT INTO purchasing_documentnumber AS n (prefix, year, last) VALUES (%s, %s, 1)
ON CONFLICT (prefix, year) DO UPDATE SET last = n.last + 1 RETURNING last
"""


def next_number(prefix: str, *, at: datetime) -> str:
    """``PO-2026-000123``: the next of the local year of `at`.

    The counter stays locked until the transaction ends, and counts back if it fails; take the
    number after every other lock.
    """
    year = timezone.localtime(at).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [prefix, year])
        (last,) = cursor.fetchone()
    return f"{prefix}-{year}-{last:06}"
