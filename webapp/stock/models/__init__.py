"""The models of the stock, one noun a module; Django looks for them here."""

from stock.models.ledger import LedgerVerification, StockLevel, StockMovement
from stock.models.location import Location
from stock.models.lot import Lot
from stock.models.stocktake import Stocktake, StocktakeLine

__all__ = [
    "LedgerVerification",
    "Location",
    "Lot",
    "StockLevel",
    "StockMovement",
    "Stocktake",
    "StocktakeLine",
]
