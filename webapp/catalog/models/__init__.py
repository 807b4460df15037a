"""The models of the catalogue, one noun a module; Django looks for them here."""

from catalog.models.category import Category
from catalog.models.part import Part, StockStatus, Tracking
from catalog.models.supplier import Supplier, SupplierPart

__all__ = ["Category", "Part", "StockStatus", "Supplier", "SupplierPart", "Tracking"]
