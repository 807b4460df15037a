"""When a session began, and when it was last used: kept in the session itself."""

from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

_BEGAN, _SEEN = "signin.began", "signin.seen"
# A session is written at most so often for being used.
_STEP = timedelta(minutes=1)


class End(StrEnum):
    """Why a session ends by itself."""

    IDLE = "idle"
    TOO_OLD = "too old"


def begin(session: SessionBase) -> None:
    session[_BEGAN] = session[_SEEN] = _now()


def reason_to_end(session: SessionBase) -> End | None:
    """Whether the session has been idle, or going on, for too long."""
    began, seen = session.get(_BEGAN), session.get(_SEEN)
    if began is None or seen is None:
        begin(session)  # of before there were these times
        return None
    if _now() - seen > settings.SESSION_IDLE_MINUTES * 60:
        return End.IDLE
    if _now() - began > settings.SESSION_COOKIE_AGE:
        return End.TOO_OLD
    return None


def note_use(session: SessionBase) -> bool:
    """Says whether it was time to write it down."""
    if _now() - session[_SEEN] < _STEP.total_seconds():
        return False
    session[_SEEN] = _now()
    return True


def _now() -> int:
    return int(timezone.now().timestamp())
