"""Roles are code: the one table of who may do what.

``manage.py sync_roles`` writes it into Django's groups; administrators assign the groups to
users in the admin. A change of rights is a reviewed change of this file.
"""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

_CATALOGUE = ("category", "supplier", "part", "supplierpart")
_STOCK_VIEWS = (
    "stock.view_location",
    "stock.view_lot",
    "stock.view_stocklevel",
    "stock.view_stockmovement",
    "stock.view_stocktake",
    "stock.view_stocktakeline",
    "stock.view_ledgerverification",
)
_PURCHASING_VIEWS = (
    "purchasing.view_purchaseorder",
    "purchasing.view_goodsreceipt",
    "purchasing.view_reorderproposal",
)
_READ = (
    *(f"catalog.view_{model}" for model in _CATALOGUE),
    *_STOCK_VIEWS,
    *_PURCHASING_VIEWS,
)
_EDIT_CATALOGUE = tuple(
    f"catalog.{action}_{model}" for model in _CATALOGUE for action in ("add", "change", "delete")
)
_EDIT_LOCATIONS = ("stock.add_location", "stock.change_location", "stock.delete_location")
_MOVE_STOCK = (
    "stock.receive_stock",
    "stock.issue_stock",
    "stock.transfer_stock",
    "stock.count_stock",
    "stock.correct_stock",
    "stock.change_lot",
)
_BUY = (
    "purchasing.add_purchaseorder",
    "purchasing.change_purchaseorder",
    "purchasing.approve_purchaseorder",
    "purchasing.order_purchaseorder",
    "purchasing.close_purchaseorder",
    "purchasing.decide_reorderproposal",
    "purchasing.view_approvallimit",
)
_RECEIVE_ORDERS = ("purchasing.receive_purchaseorder", "purchasing.reverse_goodsreceipt")
_LIMITS = (
    "purchasing.view_approvallimit",
    "purchasing.add_approvallimit",
    "purchasing.change_approvallimit",
    "purchasing.delete_approvallimit",
)
_EXPORT = ("exchange.export_data",)
_IMPORT = ("exchange.import_data", "exchange.view_importrun")
_AUDIT = ("audit.view_auditentry", "audit.export_auditentry")
_SIGN_INS = ("signin.view_signinfailure", "signin.view_secondfactor")
_USERS = ("access.view_user", "access.add_user", "access.change_user", "auth.view_group")


class Role(StrEnum):
    """The name of a role is the name of its group."""

    ADMINISTRATOR = "administrator"
    STOREKEEPER = "storekeeper"
    BUYER = "buyer"
    GENERAL = "general"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS = {
    Role.ADMINISTRATOR: _("Administrator"),
    Role.STOREKEEPER: _("Storekeeper"),
    Role.BUYER: _("Buyer"),
    Role.GENERAL: _("General user"),
    Role.AUDITOR: _("Auditor"),
}

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(
        (
            *_READ,
            *_EDIT_CATALOGUE,
            *_EDIT_LOCATIONS,
            *_MOVE_STOCK,
            *_BUY,
            *_RECEIVE_ORDERS,
            *_LIMITS,
            *_EXPORT,
            *_IMPORT,
            *_USERS,
            *_AUDIT,
            *_SIGN_INS,
            "signin.unlock_account",
            "signin.reset_second_factor",
            "access.delete_user",
            "stock.verify_ledger",
        )
    ),
    Role.STOREKEEPER: frozenset(
        (
            *_READ,
            *_EDIT_LOCATIONS,
            *_MOVE_STOCK,
            *_RECEIVE_ORDERS,
            *_EXPORT,
            "catalog.change_part",
        )
    ),
    Role.BUYER: frozenset((*_READ, *_EDIT_CATALOGUE, *_BUY, *_EXPORT, *_IMPORT)),
    Role.GENERAL: frozenset(_READ),
    Role.AUDITOR: frozenset(
        (
            *_READ,
            *_EXPORT,
            *_AUDIT,
            *_SIGN_INS,
            "purchasing.view_approvallimit",
            "stock.verify_ledger",
            "exchange.view_importrun",
            "access.view_user",
            "auth.view_group",
        )
    ),
}

# Everything that some role may: all the rights that govern something.
EVERY: frozenset[str] = frozenset().union(*PERMISSIONS.values())


def role_name(group: str) -> str:
    """The role in the user's language; a group of another origin by its own name."""
    return Role(group).label if group in Role else group
