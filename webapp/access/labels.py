"""Permissions in the user's words: Django stores their names in English."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.utils.text import capfirst
from django.utils.translation import pgettext_lazy

RIGHTS: dict[str, Any] = {
    "view": pgettext_lazy("right", "view"),
    "add": pgettext_lazy("right", "add"),
    "change": pgettext_lazy("right", "change"),
    "delete": pgettext_lazy("right", "delete"),
    "receive_stock": pgettext_lazy("right", "receive"),
    "issue_stock": pgettext_lazy("right", "issue"),
    "transfer_stock": pgettext_lazy("right", "transfer"),
    "count_stock": pgettext_lazy("right", "take stock"),
    "correct_stock": pgettext_lazy("right", "correct"),
    "verify_ledger": pgettext_lazy("right", "verify"),
    "approve_purchaseorder": pgettext_lazy("right", "approve"),
    "order_purchaseorder": pgettext_lazy("right", "mark as ordered"),
    "receive_purchaseorder": pgettext_lazy("right", "receive goods"),
    "close_purchaseorder": pgettext_lazy("right", "cancel and close short"),
    "reverse_goodsreceipt": pgettext_lazy("right", "reverse"),
    "decide_reorderproposal": pgettext_lazy("right", "accept and dismiss"),
    "import_data": pgettext_lazy("right", "import files"),
    "export_data": pgettext_lazy("right", "export lists"),
}


def right_label(permission: Permission) -> str:
    """What the permission lets one do, such as "view" or "take stock"."""
    verb = permission.codename.split("_", maxsplit=1)[0]
    return str(RIGHTS.get(permission.codename) or RIGHTS.get(verb) or permission.name)


def rights_by_kind(permissions: Iterable[Permission]) -> list[tuple[str, str]]:
    """What may be done with each kind of thing: ("Parts", "view, change")."""
    order = [str(right) for right in RIGHTS.values()]
    by_kind: dict[str, set[str]] = {}
    for permission in permissions:
        model = ContentType.objects.get_for_id(permission.content_type_id).model_class()
        kind = capfirst(str(model._meta.verbose_name_plural)) if model else permission.name
        by_kind.setdefault(kind, set()).add(right_label(permission))
    return [
        (kind, ", ".join([*filter(rights.__contains__, order), *sorted(rights - set(order))]))
        for kind, rights in by_kind.items()
    ]
