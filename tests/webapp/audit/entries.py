"""Reading the log in tests."""

from django.db.models import Model

from audit.models import AuditEntry


def entries_of(thing: Model) -> list[AuditEntry]:
    """Those about `thing` itself, oldest first."""
    return list(
        AuditEntry.objects.filter(model=thing._meta.label_lower, object_id=thing.pk).order_by("id")
    )


def newest() -> AuditEntry:
    entry = AuditEntry.objects.order_by("id").last()
    assert entry is not None
    return entry
