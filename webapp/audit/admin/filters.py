"""Filters of the audit log."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from ipaddress import ip_address
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter, TextFilter

from audit import reading
from audit.kinds import Kind
from audit.looks import MODEL
from audit.models import AuditEntry
from audit.wording import kind_of_object, watched_models
from catalog.admin.filters import ChoiceFilter
from core.lists.filters import KeptFormMixin, OptionsFilter, kept_choices
from core.pages import as_id
from core.text import half_width

NOBODY = "none"
# Before and after them there is nothing to find, and at the ends of the calendar nothing to add.
YEARS = range(1900, 3000)


class KindFilter(ChoiceFilter):
    """Created, changed, signed in, …"""

    title = _("what happened")
    parameter_name = field = "kind"
    options = Kind.choices


class ObjectKindFilter(ChoiceFilter):
    """Parts, orders, users, …"""

    title = _("kind of object")
    parameter_name = field = "model"

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> Sequence[tuple[str, Any]]:
        named = [(kind_of_object(name), name) for name in (*watched_models(), MODEL)]
        return [(name, label) for label, name in sorted(named)]


class PersonFilter(OptionsFilter):
    """Who did it; those in the log, whether their account still exists or not."""

    title = _("person")
    parameter_name = "person"

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        people = kept_choices("people in the log", _people)
        return [*people, (NOBODY, _t("Nobody signed in"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() == NOBODY:
            return queryset.filter(actor_id=None)
        person = as_id(self.value())
        return queryset if person is None else queryset.filter(actor_id=person)


class ProgramFilter(ChoiceFilter):
    """By way of what: the web, a command, psql."""

    title = _("program")
    parameter_name = field = "source"

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> Sequence[tuple[str, Any]]:
        return kept_choices("programs", lambda: [(name, name) for name in reading.sources()])


class DatabaseUserFilter(ChoiceFilter):
    """The application's, the owner, or somebody by hand."""

    title = _("database user")
    parameter_name = field = "db_user"

    def lookups(
        self, request: HttpRequest, model_admin: "ModelAdmin[Any]"
    ) -> Sequence[tuple[str, Any]]:
        return kept_choices(
            "database users", lambda: [(name, name) for name in reading.database_users()]
        )


class AddressFilter(TextFilter):
    """From where, exactly."""

    title = _("address")
    parameter_name = "address"

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        wanted = half_width(self.value() or "")
        if not wanted:
            return queryset
        try:
            return queryset.filter(address=str(ip_address(wanted)))
        except ValueError:
            text = _t("“%(text)s” is no address. Write it like 192.0.2.17.")
            messages.error(request, text % {"text": wanted})
            return queryset.none()


class MomentFilter(KeptFormMixin, RangeDateTimeFilter):
    """From a moment to a moment, where the user is; days without a time are whole days."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("time")

    def queryset(
        self, request: HttpRequest, queryset: "QuerySet[AuditEntry]"
    ) -> "QuerySet[AuditEntry]":
        try:
            begin, end = self._begin(), self._end()
        except _UnreadableError as error:
            text = _t("“%(text)s” is no time. Write days like 2026-04-01 and times like 13:30.")
            messages.error(request, text % {"text": error})
            return queryset.none()
        return reading.between(queryset, begin, end)

    def _begin(self) -> datetime | None:
        """A time alone says nothing."""
        day, at = self._given("from")
        return None if day is None else _local(day, at or time.min)

    def _end(self) -> datetime | None:
        """The second or the day given belongs to it."""
        day, at = self._given("to")
        if day is None:
            return None
        if at is None:
            return _local(day + timedelta(days=1), time.min)
        return _local(day, at) + timedelta(seconds=1)

    def _given(self, edge: str) -> tuple[datetime | None, time | None]:
        texts = [
            half_width(str(self.used_parameters.get(f"{self.field_path}_{edge}_{part}") or ""))
            for part in (0, 1)
        ]
        day = _parsed(parse_date, texts[0].replace("/", "-"))
        if day is not None and day.year not in YEARS:
            raise _UnreadableError(texts[0])
        return day, _parsed(parse_time, texts[1])


class _UnreadableError(ValueError):
    """The text that was meant to be a day or a time."""


def _people() -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in reading.people()]


def _parsed(parse: Any, text: str) -> Any:
    if not text:
        return None
    try:
        value = parse(text)
    except ValueError:
        value = None
    if value is None:
        raise _UnreadableError(text)
    return value


def _local(day: Any, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at.replace(tzinfo=None)))
