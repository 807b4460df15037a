"""The audit log: entries, and the chain of hashes that binds them."""

from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.kinds import Kind
from core.models import ChoiceLabels
from core.text import SearchKey


class WrittenByDatabaseError(TypeError):
    """Rows of the audit log are neither changed nor deleted; the database refuses it as well."""


class _AppendOnly(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise WrittenByDatabaseError("use audit.recording.record")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise WrittenByDatabaseError("the audit log only grows")


class AuditEntry(_AppendOnly, ChoiceLabels):
    """One change or event. The database fills in who, when, from where, and the hash.

    `root_model` and `root_id` name the whole that a part belongs to (an order of its line), so
    that the life of an object is one question. `batch` is the id of the first entry of the same
    transaction. Nothing here is a foreign key: the log outlives what it tells of.
    """

    batch = models.BigIntegerField(editable=False)
    at = models.DateTimeField(_("time"), editable=False)
    kind = models.CharField(_("what"), max_length=32, choices=Kind)
    model = models.CharField(_("kind of object"), max_length=100, blank=True)
    object_id = models.CharField(max_length=64, blank=True, editable=False)
    object_label = models.CharField(_("object"), max_length=300, blank=True)
    root_model = models.CharField(max_length=100, blank=True, editable=False)
    root_id = models.CharField(max_length=64, blank=True, editable=False)
    actor_id = models.BigIntegerField(null=True, editable=False)
    actor_name = models.CharField(_("person"), max_length=150, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, editable=False)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    source = models.CharField(_("program"), max_length=100, blank=True)
    db_user = models.CharField(_("database user"), max_length=63, editable=False)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    details = models.JSONField(_("details"), null=True)
    hash = models.BinaryField(editable=False)

    class Meta:
        default_permissions = ("view",)
        permissions = [("export_auditentry", "Can export the audit log")]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            models.Index(fields=["batch", "id"], name="audit_entry_batch"),
            models.Index(fields=["at"], name="audit_entry_at"),
            models.Index(fields=["actor_id", "-id"], name="audit_entry_actor"),
            models.Index(fields=["kind", "-id"], name="audit_entry_kind"),
            models.Index(fields=["model", "-id"], name="audit_entry_model"),
            models.Index(fields=["root_model", "root_id", "-id"], name="audit_entry_life"),
            models.Index(
                fields=["request_id"], name="audit_entry_request", condition=~Q(request_id="")
            ),
            models.Index(fields=["address", "-id"], name="audit_entry_address"),
            # Two filters at once, where each alone finds much and both together little.
            models.Index(fields=["model", "kind", "-id"], name="audit_entry_model_kind"),
            models.Index(fields=["actor_id", "model", "-id"], name="audit_entry_actor_model"),
            models.Index(fields=["actor_id", "kind", "-id"], name="audit_entry_actor_kind"),
            models.Index(
                fields=["-id"], name="audit_entry_nobody", condition=Q(actor_id__isnull=True)
            ),
            models.Index(fields=["source", "-id"], name="audit_entry_source"),
            models.Index(fields=["db_user", "-id"], name="audit_entry_db_user"),
            # By how the object's name begins, however it is typed.
            models.Index(
                OpClass(SearchKey("object_label"), name="text_pattern_ops"),
                name="audit_entry_label",
                condition=~Q(object_label=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_kind_display()} {self.object_label}".strip()


class ChainLink(_AppendOnly):
    """All entries of one transaction, bound to everything that was committed before it.

    Opened while the transaction goes on, and closed as its last act: only then it has its place
    in the chain.
    """

    batch = models.BigIntegerField(primary_key=True, editable=False)
    position = models.BigIntegerField(null=True, unique=True, editable=False)
    at = models.DateTimeField(null=True, editable=False)
    entries = models.IntegerField(null=True, editable=False)
    digest = models.BinaryField(null=True, editable=False)
    previous = models.BinaryField(null=True, editable=False)
    hash = models.BinaryField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("link of the audit chain")
        verbose_name_plural = _("audit chain")

    def __str__(self) -> str:
        return str(self.position)
