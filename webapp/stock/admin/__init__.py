"""The admin of the stock, one noun a module; Django looks for it here."""

from stock.admin.level import StockLevelAdmin
from stock.admin.location import LocationAdmin
from stock.admin.lot import LotAdmin
from stock.admin.movement import StockMovementAdmin
from stock.admin.stocktake import StocktakeAdmin
from stock.admin.verification import LedgerVerificationAdmin

__all__ = [
    "LedgerVerificationAdmin",
    "LocationAdmin",
    "LotAdmin",
    "StockLevelAdmin",
    "StockMovementAdmin",
    "StocktakeAdmin",
]
