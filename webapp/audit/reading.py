"""Reading the log, fast however long it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from access.models import User
from audit.kinds import Kind
from audit.models import AuditEntry
from core.pages import as_id
from core.text import SearchKey, SearchLike, half_width

# Numbers and times of entries follow the same order but for an instant, as long as no clock is put
# back; a clock put back by less than this hides nothing either.
SKEW = timedelta(days=1)
# As many different values as a filter offers.
MOST_VALUES = 500


def entries() -> "QuerySet[AuditEntry]":
    """With `before` and `after` as texts: as JSON, a decimal would lose digits."""
    return AuditEntry.objects.defer("before", "after", "hash").annotate(
        before_text=Cast("before", TextField()), after_text=Cast("after", TextField())
    )


def in_lines() -> "QuerySet[AuditEntry]":
    """Only what a line about an entry tells."""
    return AuditEntry.objects.only("at", "kind", "model", "object_id", "object_label", "details")


def between(
    rows: "QuerySet[AuditEntry]", begin: datetime | None, end: datetime | None
) -> "QuerySet[AuditEntry]":
    """From `begin` until before `end`.

    The same span in numbers of entries comes along: the list is in the order of the numbers, so
    that an index of another filter gives both.
    """
    if begin is not None:
        rows = rows.filter(at__gte=begin)
        before = _number(AuditEntry.objects.filter(at__lt=begin - SKEW).order_by("-at"))
        if before is not None:
            rows = rows.filter(pk__gt=before)
    if end is not None:
        rows = rows.filter(at__lt=end)
        after = _number(AuditEntry.objects.filter(at__gte=end + SKEW).order_by("at"))
        if after is not None:
            rows = rows.filter(pk__lt=after)
    return rows


def found(rows: "QuerySet[AuditEntry]", term: str) -> "QuerySet[AuditEntry]":
    """By the id of a request, by ``#`` and an entry's number, or by how an object's name begins."""
    term = half_width(term)
    if term.startswith("#") and (number := as_id(term[1:])) is not None:
        return rows.filter(pk=number)
    if AuditEntry.objects.filter(request_id=term).exists():
        return rows.filter(request_id=term)
    beginning = SearchKey(Value(f"{_escaped(term)}%"))
    named = rows.filter(~Q(object_label=""))
    return named.filter(SearchLike(SearchKey("object_label"), beginning))


def life_of(model: str, object_id: str) -> "QuerySet[AuditEntry]":
    """Everything that happened to an object and its parts, newest first.

    That the table was emptied at once happened to it as well.
    """
    own = Q(root_model=model, root_id=object_id)
    emptied = Q(root_model=model, root_id="", kind=Kind.EMPTIED)
    return entries().filter(own | emptied).order_by("-pk")


def last_label(model: str, object_id: str) -> str:
    """What the object was called when it was last written about; empty if never."""
    own = AuditEntry.objects.filter(root_model=model, root_id=object_id, object_id=object_id)
    return (
        own.filter(model=model)
        .exclude(object_label="")
        .order_by("-pk")
        .values_list("object_label", flat=True)
        .first()
        or ""
    )


def people() -> list[tuple[int, str]]:
    """Who stands in the log, by name; also those whose account is gone."""
    accounts = {number: name for number, name in _distinct("actor_id", "actor_name") if number}
    known = User.objects.in_bulk(list(accounts))
    named = {
        number: f"{known[number].display_name} ({name})" if number in known else name
        for number, name in accounts.items()
    }
    return sorted(named.items(), key=lambda person: person[1])


def sources() -> list[str]:
    """Programs that wrote into the log."""
    return [source for source, _also in _distinct("source", "source") if source]


def database_users() -> list[str]:
    """Users of the database who wrote into it."""
    return [user for user, _also in _distinct("db_user", "db_user")]


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The newest proof of the log, or that there is none."""

    at: datetime | None = None
    whole: bool = False
    entries: int = 0
    links: int = 0
    first: str = ""

    @property
    def is_old(self) -> bool:
        limit = timedelta(hours=settings.AUDIT_VERIFICATION_MAX_AGE_HOURS)
        return self.at is not None and timezone.now() - self.at > limit


def last_verification() -> Verification:
    """As `verify_audit` recorded it."""
    verified = AuditEntry.objects.filter(kind=Kind.VERIFIED).order_by("-pk")
    found = verified.values_list("at", "details").first()
    if found is None:
        return Verification()
    told: dict[str, Any] = found[1] or {}
    return Verification(
        at=found[0],
        whole=bool(told.get("whole")),
        entries=told.get("entries", 0),
        links=told.get("links", 0),
        first=str(told.get("first", "")),
    )


def _number(rows: "QuerySet[AuditEntry]") -> int | None:
    return rows.values_list("pk", flat=True).first()


def _distinct(column: str, also: str) -> list[tuple[Any, str]]:
    """The values of an indexed column, with another one of the newest row that has it.

    From each value to the next by the index: DISTINCT would read the whole log.
    """
    newest = f"SELECT e.{column} AS value, e.{also} AS also FROM audit_auditentry e"  # noqa: S608
    order = f"ORDER BY e.{column}, e.id DESC LIMIT 1"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE found AS (({newest} WHERE e.{column} IS NOT NULL {order}) "  # noqa: S608
            f"UNION ALL SELECT next.* FROM found CROSS JOIN LATERAL "
            f"({newest} WHERE e.{column} > found.value {order}) AS next) "
            "SELECT value, also FROM found LIMIT %s",
            [MOST_VALUES],
        )
        found: list[tuple[Any, str]] = cursor.fetchall()
    return found


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
