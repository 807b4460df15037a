"""The admin of the catalogue, one noun a module; Django looks for it here."""

from catalog.admin.category import CategoryAdmin
from catalog.admin.part import PartAdmin
from catalog.admin.supplier import SupplierAdmin, SupplierPartAdmin

__all__ = ["CategoryAdmin", "PartAdmin", "SupplierAdmin", "SupplierPartAdmin"]
