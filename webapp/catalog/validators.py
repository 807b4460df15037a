"""Judging uploaded pictures."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _


def validate_picture(picture: "File[bytes]") -> None:
    """Refuse a picture that is too large to show on a page."""
    if picture.size > settings.PICTURE_MAX_BYTES:
        raise ValidationError(
            _("The picture has %(size).1f MB; at most %(limit)d MB are taken. Make it smaller."),
            code="picture_too_large",
            params={"size": picture.size / 1e6, "limit": settings.PICTURE_MAX_BYTES // 1_000_000},
        )
