"""The audit log in the admin; Django looks for it here."""

from audit.admin.entry import AuditEntryAdmin

__all__ = ["AuditEntryAdmin"]
