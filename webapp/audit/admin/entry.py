"""The audit log in the admin: the list, and the addresses of the pages beneath it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from audit.admin.filters import (
    AddressFilter,
    DatabaseUserFilter,
    KindFilter,
    MomentFilter,
    ObjectKindFilter,
    PersonFilter,
    ProgramFilter,
)
from audit.looks import asked, note_look
from audit.models import AuditEntry
from audit.pages import entry, export, life, links
from audit.pages.table import colour_of, label_of, person_of, summaries
from audit.reading import entries, found, last_verification
from audit.wording import kind_of_object, moment
from core.admin import InventoryChangeList, ReadOnlyAdmin
from core.html import escaped
from core.links import link
from core.pages import as_id, page_at
from core.permissions import MissingRightError

# The colours of the labels; each stands for itself.
LABELS = {name: name for name in ("success", "info", "danger", "warning", "primary", "default")}

# What an address may ask for: the filters, and what pages of the log link to.
LOOKUPS = frozenset(
    {"person", "kind", "model", "address", "source", "db_user"}
    | {"batch", "request_id", "root_model", "root_id"}
)


class AuditChangeList(InventoryChangeList):
    """Knows the names and the addresses that the rows of the page need."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """No text of the database holds a NUL, so no address asks for one."""
        found: dict[str, Any] = super().get_filters_params(params)
        if any("\x00" in text for texts in found.values() for text in texts):
            raise IncorrectLookupParameters
        return found

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: Sequence[Any] = list(self.result_list)
        told = summaries(rows)
        pages = links.pages_of(self.model_admin.admin_site, request, links.things_of(rows))
        list_url = reverse("admin:audit_auditentry_changelist")
        for row in rows:
            row.summary, row.page_url = told[row.pk], links.page_of(row, pages)
            row.list_url = list_url
        self.result_list = rows


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Every entry, newest first. Whoever looks is recorded first."""

    list_display = [
        "at_column",
        "kind_column",
        "object_column",
        "person_column",
        "address",
        "summary_column",
        "request_column",
    ]
    list_display_links = ["at_column"]
    list_filter = [
        PersonFilter,
        KindFilter,
        ObjectKindFilter,
        ("at", MomentFilter),
        AddressFilter,
        ProgramFilter,
        DatabaseUserFilter,
    ]
    # By another order than that of their numbers a million entries are not listed at once.
    sortable_by = ()
    ordering = ["-pk"]
    search_fields = ["object_label"]
    search_help_text = _("How the name of the object begins, id of a request, or # and an entry")
    list_before_template = "audit/status.html"  # type: ignore[assignment]  # unfold: None
    actions = None

    def get_urls(self) -> list[URLPattern]:
        page = partial(page_at, self)
        return [
            page("export/", export.download, "audit_auditentry_export"),
            page("life/<str:model>/<str:object_id>/", life.show, "audit_life"),
            page("<int:pk>/change/", entry.show, "audit_auditentry_change"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AuditEntry]":
        return entries()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[AuditChangeList]:
        return AuditChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[AuditEntry]", search_term: str
    ) -> "tuple[QuerySet[AuditEntry], bool]":
        return (found(queryset, search_term) if search_term.strip() else queryset), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Adds how far the log can be trusted, and the way to have it as a file."""
        if not self.has_view_permission(request):
            raise MissingRightError("audit.view_auditentry")
        note_look("list", asked(dict(request.GET.lists())))
        status = {"verification": last_verification()}
        response = super().changelist_view(request, {**(extra_context or {}), **status})
        context = getattr(response, "context_data", None)
        if context is not None and request.user.has_perm("audit.export_auditentry"):
            context["actions_list"] = [*context.get("actions_list", ()), _export_button(request)]
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Addresses that Django makes come here too."""
        return entry.show(self, request, as_id(object_id) or 0)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """What an index answers: anything else would read a million entries."""
        return lookup in LOOKUPS or lookup.startswith("at_")

    # --- Columns ---

    @admin.display(description=_("time"))
    def at_column(self, row: AuditEntry) -> str:
        return mark_safe(f'<span class="inventory-nowrap">{moment(row.at)}</span>')  # noqa: S308 - a time

    @display(description=_("what happened"), label=LABELS)
    def kind_column(self, row: AuditEntry) -> tuple[str, str]:
        return colour_of(row), row.get_kind_display()

    @admin.display(description=_("object"), empty_value="")
    def object_column(self, row: Any) -> SafeString | str:
        if not row.model:
            return ""
        life_url = links.life_of(row.root_model, row.root_id)
        return mark_safe(  # noqa: S308 - each part is escaped
            f'<span class="audit-object"><small>{escaped(kind_of_object(row.model))}</small>'
            f"{link(row.page_url, label_of(row))}{_history(life_url) if life_url else ''}</span>"
        )

    @admin.display(description=_("person"))
    def person_column(self, row: AuditEntry) -> str:
        return person_of(row)

    @admin.display(description=_("summary"))
    def summary_column(self, row: Any) -> str:
        return mark_safe(f'<span class="audit-summary">{escaped(row.summary)}</span>')  # noqa: S308 - escaped

    @admin.display(description=_("request"))
    def request_column(self, row: Any) -> SafeString | str:
        if not row.request_id:
            return ""
        whole = escaped(row.request_id)
        return mark_safe(  # noqa: S308 - each part is escaped
            f'<a class="audit-request" href="{row.list_url}?request_id={whole}" title="{whole}">'
            f"{escaped(row.request_id[:8])}</a>"
        )


def _history(url: str) -> str:
    said = escaped(_t("History"))
    return (
        f'<a class="audit-life" href="{escaped(url)}" title="{said}"><span class='
        '"material-symbols-outlined" aria-hidden="true">history</span>'
        f'<span class="inventory-hidden">{said}</span></a>'
    )


def _export_button(request: HttpRequest) -> dict[str, Any]:
    """Carries the list's filters along."""
    query = request.GET.copy()
    query.pop("p", None)
    suffix = f"?{query.urlencode()}" if query else ""
    return {
        "title": _t("Export (CSV)"),
        "icon": "download",
        "path": reverse("admin:audit_auditentry_export") + suffix,
    }
