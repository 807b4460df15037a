"""What was imported, by whom, from which file."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One uploaded file: previewed first, then applied as a whole or not at all."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("Previewed")
        REFUSED = "refused", _("Has errors")
        APPLIED = "applied", _("Applied")

    table = models.CharField(_("table"), max_length=32)
    file_name = models.CharField(_("file"), max_length=255)
    content = models.BinaryField(_("content"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State)
    summary = models.JSONField(_("summary"), default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("imported by"),
    )
    created_at = models.DateTimeField(_("uploaded at"), db_default=Now())
    applied_at = models.DateTimeField(_("applied at"), null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("import_data", "Can import files"), ("export_data", "Can export lists")]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"
