"""The buttons that open a page of work, for those who may: once for all places that show them."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, kw_only=True)
class Button:
    """Opens a page for those who have the right."""

    label: str | Promise
    icon: str
    url_name: str
    permission: str

    @property
    def url(self) -> str:
        return reverse(self.url_name)


RECEIVE = Button(
    label=_("Receive"),
    icon="input",
    url_name="admin:stock_receive",
    permission="stock.receive_stock",
)
ISSUE = Button(
    label=_("Issue"), icon="output", url_name="admin:stock_issue", permission="stock.issue_stock"
)
TRANSFER = Button(
    label=_("Transfer"),
    icon="swap_horiz",
    url_name="admin:stock_transfer",
    permission="stock.transfer_stock",
)
STOCKTAKE = Button(
    label=_("Stocktake"),
    icon="fact_check",
    url_name="admin:stock_stocktake_start",
    permission="stock.count_stock",
)
ORDER = Button(
    label=pgettext_lazy("verb", "Order"),
    icon="add_shopping_cart",
    url_name="admin:purchasing_purchaseorder_add",
    permission="purchasing.add_purchaseorder",
)
