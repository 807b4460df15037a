"""What connections of a web server begin with."""

from collections.abc import Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import override_settings

from core.waiting import limit_waiting


@pytest.fixture
def _of_a_web_server(transactional_db: None) -> Iterator[None]:
    options = connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]
    before = dict(options)
    with override_settings(DB_LOCK_TIMEOUT_SECONDS=7, DB_STATEMENT_TIMEOUT_SECONDS=21):
        limit_waiting()
    connection.close()
    yield
    options.clear()
    options.update(before)
    connection.close()


@pytest.mark.usefixtures("_of_a_web_server")
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("lock_timeout", "7s"),
        ("statement_timeout", "21s"),
        ("jit", "off"),
        ("max_parallel_workers_per_gather", "0"),
    ],
)
def test_a_page_waits_for_no_lock_statement_compiler_or_helper(setting: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])

        assert cursor.fetchone() == (value,)
