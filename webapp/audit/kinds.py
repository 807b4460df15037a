"""What an entry of the audit log tells of."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """Changes are written by triggers alone; events by the application, through `record`."""

    # Written by the database's triggers.
    CREATED = "created", pgettext_lazy("audit", "created")
    CHANGED = "changed", pgettext_lazy("audit", "changed")
    DELETED = "deleted", pgettext_lazy("audit", "deleted")
    EMPTIED = "emptied", pgettext_lazy("audit", "table emptied")
    BREAK_GLASS = "break_glass", pgettext_lazy("audit", "log unlocked")
    ENTRY_CHANGED = "entry_changed", pgettext_lazy("audit", "log entry changed")
    ENTRY_REMOVED = "entry_removed", pgettext_lazy("audit", "log entry removed")

    # Recorded by the application.
    SIGNED_IN = "signed_in", pgettext_lazy("audit", "signed in")
    SIGNED_OUT = "signed_out", pgettext_lazy("audit", "signed out")
    SIGN_IN_FAILED = "sign_in_failed", pgettext_lazy("audit", "sign-in failed")
    LOCKED_OUT = "locked_out", pgettext_lazy("audit", "locked out")
    UNLOCKED = "unlocked", pgettext_lazy("audit", "unlocked")
    PASSWORD_CHANGED = "password_changed", pgettext_lazy("audit", "password changed")
    PASSWORD_RESET_ASKED = "password_reset_asked", pgettext_lazy("audit", "new password asked for")
    SECOND_FACTOR_ADDED = "second_factor_added", pgettext_lazy("audit", "second factor added")
    SECOND_FACTOR_REMOVED = "second_factor_removed", pgettext_lazy("audit", "second factor removed")
    SESSION_ENDED = "session_ended", pgettext_lazy("audit", "session ended")
    DENIED = "denied", pgettext_lazy("audit", "access denied")
    EXPORTED = "exported", pgettext_lazy("audit", "exported")
    IMPORTED = "imported", pgettext_lazy("audit", "imported")
    AUDIT_READ = "audit_read", pgettext_lazy("audit", "audit log read")
    VERIFIED = "verified", pgettext_lazy("audit", "log verified")


# What `record` takes, and what the database lets the application write.
EVENTS = frozenset(
    {
        Kind.SIGNED_IN,
        Kind.SIGNED_OUT,
        Kind.SIGN_IN_FAILED,
        Kind.LOCKED_OUT,
        Kind.UNLOCKED,
        Kind.PASSWORD_CHANGED,
        Kind.PASSWORD_RESET_ASKED,
        Kind.SECOND_FACTOR_ADDED,
        Kind.SECOND_FACTOR_REMOVED,
        Kind.SESSION_ENDED,
        Kind.DENIED,
        Kind.EXPORTED,
        Kind.IMPORTED,
        Kind.AUDIT_READ,
        Kind.VERIFIED,
    }
)
