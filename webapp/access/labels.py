"""Permissions in the user's words: Django stores their names in English."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
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
    "export_auditentry": pgettext_lazy("right", "export"),
    "unlock_account": pgettext_lazy("right", "unlock"),
    "reset_second_factor": pgettext_lazy("right", "remove"),
}
_ORDER = list(RIGHTS)


def _known_as(permission: Permission) -> str:
    """The key of the right among ``RIGHTS``; its own code where it has none."""
    verb = permission.codename.split("_", maxsplit=1)[0]
    return next((key for key in (permission.codename, verb) if key in RIGHTS), permission.codename)


def right_label(permission: Permission) -> str:
    """What the permission lets one do, such as "view" or "take stock"."""
    return str(RIGHTS.get(_known_as(permission)) or permission.name)


def right_order(permission: Permission) -> tuple[int, str]:
    """To sort by: reading first, then what changes more and more."""
    known = _known_as(permission)
    return (_ORDER.index(known) if known in RIGHTS else len(_ORDER), known)


def kind_label(permission: Permission) -> str:
    """The kind of thing that the right is about, such as "Parts"."""
    model = ContentType.objects.get_for_id(permission.content_type_id).model_class()
    return capfirst(str(model._meta.verbose_name_plural)) if model else permission.name


def rights_by_kind(permissions: Iterable[Permission]) -> list[tuple[str, str]]:
    """What may be done with each kind of thing: ("Parts", "view, change")."""
    by_kind: dict[str, list[Permission]] = {}
    for permission in permissions:
        by_kind.setdefault(kind_label(permission), []).append(permission)
    return [
        (kind, ", ".join(dict.fromkeys(map(right_label, sorted(rights, key=right_order)))))
        for kind, rights in by_kind.items()
    ]


def rights_in_words(names: Iterable[str]) -> str:
    """Permissions (``app.codename``) as a sentence names them: "Parts: change; Users: view"."""
    wanted = Q()
    for name in names:
        app_label, _dot, codename = name.partition(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    found = Permission.objects.filter(wanted) if wanted else ()
    return "; ".join(f"{kind}: {rights}" for kind, rights in rights_by_kind(found))
