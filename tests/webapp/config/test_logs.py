"""Logs are one JSON object a line, with the request that wrote it."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from config.logs import logging_config


@pytest.fixture(autouse=True)
def _structlog_as_it_was() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def logged(record: logging.LogRecord, *, as_json: bool = True) -> str:
    formatter: dict[str, Any] = dict(logging_config(json=as_json)["formatters"]["structured"])
    return str(formatter.pop("()")(**formatter).format(record))


def record(message: str, *values: object, error: bool = False) -> logging.LogRecord:
    return logging.LogRecord(
        "stock.services", logging.WARNING, __file__, 1, message, values,
        sys.exc_info() if error else None,
    )  # fmt: skip


class TestJson:
    def test_says_what_where_how_bad_and_when(self) -> None:
        line = json.loads(logged(record("%d of %s left", 3, "モーター")))

        assert line["event"] == "3 of モーター left"
        assert (line["logger"], line["level"]) == ("stock.services", "warning")
        assert line["timestamp"].endswith("Z")

    def test_names_the_request(self) -> None:
        with structlog.contextvars.bound_contextvars(request_id="r-1"):
            line = json.loads(logged(record("slow")))

        assert line["request_id"] == "r-1"

    def test_keeps_an_error_on_its_line(self) -> None:
        try:
            int("no\nnumber")
        except ValueError:
            text = logged(record("failed", error=True))

        assert "\n" not in text
        assert "ValueError: invalid literal" in json.loads(text)["exception"]

    def test_does_not_let_a_user_forge_a_line(self) -> None:
        text = logged(record('search "%s"', '"}\n{"event": "forged'))

        assert "\n" not in text
        assert json.loads(text)["event"].startswith("search")


class TestSecrets:
    @pytest.mark.parametrize(
        "address",
        [
            "/account/password/reset/1a-cxyz123-0123456789abcdef/",
            "/account/password/reset/key/1a-cxyz123-0123456789abcdef/",
            "/account/confirm-email/cxyz123-0123456789abcdef/",
        ],
    )
    def test_of_a_link_for_a_new_password_are_not_told(self, address: str) -> None:
        text = logged(record("Internal Server Error: %s", address))

        assert "0123456789abcdef" not in text
        assert "***" in text

    def test_leave_the_names_of_pages(self) -> None:
        address = "/account/password/reset/sent/"

        assert address in logged(record("%s", address))

    def test_of_a_row_that_was_refused_are_not_told(self) -> None:
        try:
            int("violates check. DETAIL:  Failing row contains (7, pbkdf2$hash, x).")
        except ValueError:
            text = logged(record("failed", error=True))

        assert "pbkdf2" not in text
        assert "violates check" in text

    def test_of_requests_that_were_refused_are_left_to_the_access_log(self) -> None:
        loggers = logging_config(json=True)["loggers"]

        assert loggers["django.request"]["level"] == "ERROR"


def test_a_desk_reads_plain_text() -> None:
    assert "3 left" in logged(record("3 left"), as_json=False)
