"""Writes that need not be safe on disk before the answer goes out.

A commit waits for the disk, and with it the page: milliseconds as a rule, sometimes half a second.
What is entered must wait. What a list was filtered by need not: if the server of the database
crashes, what was written so in the last second may be lost, and nothing else is harmed.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

# In the words of a statement that writes: rows come `FROM soon`.
_SOON = """
    WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
"""
# Within a larger transaction it is the others' commit too.
_WITH_THE_OTHERS = "WITH soon AS MATERIALIZED (SELECT 1)"


def written_soon(statement: str, values: Sequence[Any]) -> int:
    """Executes an ``INSERT … SELECT … FROM soon`` or ``UPDATE … FROM soon``: how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_WITH_THE_OTHERS if connection.in_atomic_block else _SOON} {statement}", values
        )
        written: int = cursor.rowcount
    return written
