"""When a generated history happens."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

_OPENS, _OPEN_FOR = time(8), timedelta(hours=11)


class WorkingDays:
    """Mondays to Fridays between two dates, and when a fraction of their hours has passed."""

    def __init__(self, since: date, until: date) -> None:
        days = (since + timedelta(days=day) for day in range((until - since).days))
        self._days = [day for day in days if day.weekday() < 5]

    def __len__(self) -> int:
        return len(self._days)

    def at(self, fraction: float) -> datetime:
        """`fraction` from 0 up to, and without, 1."""
        day, passed = divmod(fraction * len(self._days), 1)
        opens = datetime.combine(self._days[int(day)], _OPENS, timezone.get_default_timezone())
        return opens + _OPEN_FOR * passed
