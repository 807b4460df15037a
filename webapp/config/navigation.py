"""The look of the admin and its side bar (django-unfold's setting)."""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def _may(*permissions: str) -> Callable[[HttpRequest], bool]:
    """Whether the user has one of the permissions: who may not open a page is not shown it."""

    def check(request: HttpRequest) -> bool:
        return any(request.user.has_perm(permission) for permission in permissions)

    return check


def _is_open(url_name: str) -> Callable[[HttpRequest], bool]:
    """Whether the page is the item's own, or one of its rows: one item is marked, not two."""

    def check(request: HttpRequest) -> bool:
        own = re.escape(str(reverse(f"admin:{url_name}")))
        return re.fullmatch(rf"{own}((\d+|add)/.*)?", request.path) is not None

    return check


def _item(title: Any, icon: str, url_name: str, *permissions: str) -> dict[str, Any]:
    item = {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{url_name}"),
        "active": _is_open(url_name),
    }
    if permissions:
        item["permission"] = _may(*permissions)
    return item


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Inventory"),
    "SITE_HEADER": _("Inventory"),
    "SITE_SYMBOL": "inventory_2",
    "SITE_URL": None,
    "SHOW_HISTORY": _may("audit.view_auditentry"),
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "ACCOUNT": {
        "navigation": [
            {"title": _("My rights"), "link": reverse_lazy("admin:access_my_rights")},
            {"title": _("Password"), "link": reverse_lazy("account_change_password")},
            {"title": _("Second factor"), "link": reverse_lazy("mfa_index")},
            {"title": _("Devices"), "link": reverse_lazy("usersessions_list")},
        ],
    },
    "DASHBOARD_CALLBACK": "dashboard.views.dashboard_callback",
    "STYLES": [
        lambda request: static("inventory/inventory.css"),
        lambda request: static("inventory/lists.css"),
        lambda request: static("inventory/reading.css"),
        lambda request: static("inventory/habits.css"),
    ],
    "SCRIPTS": [
        lambda request: static("inventory/names.js"),
        lambda request: static("inventory/habits.js"),
    ],
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("inventory/favicon.svg"),
        },
    ],
    "BORDER_RADIUS": "6px",
    "COLORS": {
        # A calm blue-green: colours of status (red, amber, green) must stand out against it.
        "primary": {
            "50": "oklch(97.7% .013 236.62)",
            "100": "oklch(95.1% .026 236.824)",
            "200": "oklch(90.1% .058 230.902)",
            "300": "oklch(82.8% .111 230.318)",
            "400": "oklch(74.6% .16 232.661)",
            "500": "oklch(62% .15 237.323)",
            "600": "oklch(52% .13 241.966)",
            "700": "oklch(47% .118 242.749)",
            "800": "oklch(42% .1 240.79)",
            "900": "oklch(37% .08 240.876)",
            "950": "oklch(29.3% .066 243.157)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [_item(_("Dashboard"), "dashboard", "index")],
            },
            {
                "title": _("Work"),
                "separator": True,
                "items": [
                    _item(_("Receive"), "input", "stock_receive", "stock.receive_stock"),
                    _item(_("Issue"), "output", "stock_issue", "stock.issue_stock"),
                    _item(_("Transfer"), "swap_horiz", "stock_transfer", "stock.transfer_stock"),
                    _item(
                        _("Stocktake"), "fact_check", "stock_stocktake_start", "stock.count_stock"
                    ),
                ],
            },
            {
                "title": _("Stock"),
                "separator": True,
                "items": [
                    _item(_("Parts"), "category", "catalog_part_changelist", "catalog.view_part"),
                    _item(
                        _("Stock levels"),
                        "shelves",
                        "stock_stocklevel_changelist",
                        "stock.view_stocklevel",
                    ),
                    _item(
                        _("Movements"),
                        "receipt_long",
                        "stock_stockmovement_changelist",
                        "stock.view_stockmovement",
                    ),
                    _item(
                        _("Lots and serial numbers"),
                        "qr_code_2",
                        "stock_lot_changelist",
                        "stock.view_lot",
                    ),
                    _item(
                        _("Stocktakes"),
                        "checklist",
                        "stock_stocktake_changelist",
                        "stock.view_stocktake",
                    ),
                ],
            },
            {
                "title": _("Purchasing"),
                "separator": True,
                "items": [
                    _item(
                        _("Orders"),
                        "shopping_cart",
                        "purchasing_purchaseorder_changelist",
                        "purchasing.view_purchaseorder",
                    ),
                    _item(
                        _("Goods receipts"),
                        "local_shipping",
                        "purchasing_goodsreceipt_changelist",
                        "purchasing.view_goodsreceipt",
                    ),
                    _item(
                        _("Re-order proposals"),
                        "autorenew",
                        "purchasing_reorderproposal_changelist",
                        "purchasing.view_reorderproposal",
                    ),
                ],
            },
            {
                "title": _("Master data"),
                "separator": True,
                "items": [
                    _item(
                        _("Categories"),
                        "account_tree",
                        "catalog_category_changelist",
                        "catalog.view_category",
                    ),
                    _item(
                        _("Locations"),
                        "warehouse",
                        "stock_location_changelist",
                        "stock.view_location",
                    ),
                    _item(
                        _("Suppliers"),
                        "factory",
                        "catalog_supplier_changelist",
                        "catalog.view_supplier",
                    ),
                    _item(
                        _("Supplier parts"),
                        "sell",
                        "catalog_supplierpart_changelist",
                        "catalog.view_supplierpart",
                    ),
                    _item(
                        _("Imports"),
                        "upload_file",
                        "exchange_importrun_changelist",
                        "exchange.import_data",
                        "exchange.view_importrun",
                    ),
                ],
            },
            {
                "title": _("Administration"),
                "separator": True,
                "items": [
                    _item(_("Users"), "person", "access_user_changelist", "access.view_user"),
                    _item(_("Roles"), "badge", "auth_group_changelist", "auth.view_group"),
                    _item(
                        _("Failed sign-ins"),
                        "lock",
                        "signin_signinfailure_changelist",
                        "signin.view_signinfailure",
                    ),
                    _item(
                        _("Second factors"),
                        "phonelink_lock",
                        "signin_secondfactor_changelist",
                        "signin.view_secondfactor",
                    ),
                    _item(
                        _("Approval limits"),
                        "gavel",
                        "purchasing_approvallimit_changelist",
                        "purchasing.view_approvallimit",
                    ),
                    _item(
                        _("Ledger verification"),
                        "verified",
                        "stock_ledgerverification_changelist",
                        "stock.view_ledgerverification",
                    ),
                    _item(
                        _("Audit log"),
                        "policy",
                        "audit_auditentry_changelist",
                        "audit.view_auditentry",
                    ),
                ],
            },
        ],
    },
}
