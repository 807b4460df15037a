"""The tables, in the order in which one refers to the ones before it."""

from exchange.tables.base import Table
from exchange.tables.categories import CategoriesTable
from exchange.tables.locations import LocationsTable
from exchange.tables.opening_stock import OpeningStockTable
from exchange.tables.parts import PartsTable
from exchange.tables.purchase_order_lines import OrderLinesTable
from exchange.tables.purchase_orders import PurchaseOrdersTable
from exchange.tables.supplier_parts import SupplierPartsTable
from exchange.tables.suppliers import SuppliersTable

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        CategoriesTable(),
        LocationsTable(),
        SuppliersTable(),
        PartsTable(),
        SupplierPartsTable(),
        OpeningStockTable(),
        PurchaseOrdersTable(),
        OrderLinesTable(),
    )
}
