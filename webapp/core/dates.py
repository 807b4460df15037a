"""Dates and times as pages show them: lists show the same ones again and again."""

from datetime import date, datetime, tzinfo
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language


def day_shown(day: date) -> str:
    """A date in the user's language."""
    return _day_shown(day, get_language())


def moment_shown(moment: datetime) -> str:
    """A time to the minute, where the user is."""
    return _moment_shown(moment, get_language(), timezone.get_current_timezone())


def second_shown(moment: datetime) -> str:
    """A time to the second, as the order of events needs it."""
    return _second_shown(moment, get_language(), timezone.get_current_timezone())


@lru_cache(maxsize=2_000)
def _day_shown(day: date, _language: str | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


@lru_cache(maxsize=10_000)
def _moment_shown(moment: datetime, _language: str | None, zone: tzinfo) -> str:
    return date_format(timezone.localtime(moment, zone), "SHORT_DATETIME_FORMAT")


@lru_cache(maxsize=10_000)
def _second_shown(moment: datetime, language: str | None, zone: tzinfo) -> str:
    local = timezone.localtime(moment, zone)
    return f"{_day_shown(local.date(), language)} {local:%H:%M:%S}"
