"""The numbers of an order's lines, as they are printed: from 1, without gaps."""

from collections.abc import Collection

from django.db import connection

_CLOSE_GAPS = """
UPDATE purchasing_orderline l SET position = n.position
FROM (SELECT id, row_number() OVER (PARTITION BY order_id ORDER BY position) AS position
      FROM purchasing_orderline WHERE order_id = ANY (%s)) n
WHERE l.id = n.id AND l.position <> n.position
"""


def close_gaps(orders: Collection[int]) -> None:
    """Number the lines of drafts anew after some were taken away; the caller has the locks."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE_GAPS, [sorted(orders)])
