"""The counters behind the numbers of documents."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DocumentNumber(models.Model):
    """The last number given to a kind of document in a year.

    A row of its own and no sequence of the database: a number that a failed transaction took
    comes back with it, so that no number is missing.
    """

    prefix = models.CharField(_("prefix"), max_length=4)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        default_permissions = ()
        verbose_name = _("document number")
        verbose_name_plural = _("document numbers")
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="purchasing_number_once"),
            models.CheckConstraint(
                condition=Q(last__lte=999_999), name="purchasing_number_six_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:06}"
