"""Pages of orders as one reads them."""

from typing import Any

from bs4 import BeautifulSoup, Tag

from purchasing.models import OrderLine, PurchaseOrder


def lines_of(order: PurchaseOrder) -> list[OrderLine]:
    return list(order.lines.select_related("order", "part").order_by("position"))


def parsed(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def said(shown: Tag | BeautifulSoup) -> str:
    """What one reads there."""
    return " ".join(shown.get_text(" ").split())
