"""Dates and times as pages show them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from core.dates import day_shown, moment_shown, second_shown

LATE = datetime(2026, 3, 31, 23, 58, 59, tzinfo=UTC)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_are_what_django_makes_of_them(language: str) -> None:
    with translation.override(language), timezone.override(ZoneInfo("Asia/Tokyo")):
        local = timezone.localtime(LATE)

        assert moment_shown(LATE) == date_format(local, "SHORT_DATETIME_FORMAT")
        assert day_shown(local.date()) == date_format(local.date(), "SHORT_DATE_FORMAT")


def test_follow_the_language_of_whoever_reads() -> None:
    told = []
    for language in ("ja", "en", "ja"):
        with translation.override(language):
            told.append((day_shown(date(2026, 4, 1)), moment_shown(LATE)[:10]))

    assert told[0] == told[2] == ("2026/04/01", "2026/04/01")
    assert told[1] == ("2026-04-01", "2026-04-01")


def test_follow_the_time_zone() -> None:
    told = []
    for zone in ("Asia/Tokyo", "UTC", "Asia/Tokyo"):
        with translation.override("en"), timezone.override(ZoneInfo(zone)):
            told.append((moment_shown(LATE), second_shown(LATE)))

    assert told[0] == told[2] == ("2026-04-01 08:58", "2026-04-01 08:58:59")
    assert told[1] == ("2026-03-31 23:58", "2026-03-31 23:58:59")
