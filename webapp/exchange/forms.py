"""The form that takes a file."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from exchange.problems import FileError
from exchange.reading import check_size
from exchange.tables.base import Table


class UploadForm(forms.Form):
    """A file, and the table that it is imported into."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # the reader says what to do about an empty file
        widget=UnfoldAdminFileFieldWidget(
            attrs={
                "accept": ".csv,.txt,.tsv,.xlsx,text/csv,"
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
        help_text=_(
            "CSV (UTF-8 or Shift_JIS; comma, semicolon or tab) or Excel (.xlsx, first sheet). "
            "The first row holds the names of the columns."
        ),
    )
    table = forms.ChoiceField(
        label=_("Table"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("What the rows of the file are."),
    )

    def __init__(self, *args: Any, tables: dict[str, Table], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [("", _("Find out from the first row"))]
        choices += [(name, capfirst(str(table.label))) for name, table in tables.items()]
        field = self.fields["table"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = choices

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            check_size(file.size or 0)
        except FileError as error:
            raise ValidationError(error.messages) from error
        return file
