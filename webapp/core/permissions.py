"""A right that is missing, by name, so that the page can say which and who can give it."""

from django.core.exceptions import PermissionDenied


class MissingRightError(PermissionDenied):
    """The user lacks these permissions (``app.codename``)."""

    def __init__(self, *permissions: str) -> None:
        super().__init__(", ".join(permissions))
        self.permissions = permissions
