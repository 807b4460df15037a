"""Why a movement of stock was refused, in words fit for the user."""

from decimal import Decimal

from core.errors import BusinessError


class NotEnoughStockError(BusinessError):
    """Fewer are there than are asked for."""


class LotNeededError(BusinessError):
    """The part is tracked, and the line does not name its lot or serial number."""


class UnknownLotError(BusinessError):
    """The lot or serial number to take from does not exist."""


class SerialTakenError(BusinessError):
    """The item with this serial number is in stock already."""


class NotAcceptedError(BusinessError):
    """The part, the location or the quantity does not allow what was asked for."""


class PlaceNotAllowedError(BusinessError):
    """The person works at other locations; `field` is where the page asks for the location."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class KeyReusedError(BusinessError):
    """The key of an earlier request came with a different request."""


class AlreadyCorrectedError(BusinessError):
    """The movement was reversed before, or is a reversal itself."""


class CountOutdatedError(BusinessError):
    """Stock moved between the count and its posting.

    `current` maps (part id, lot id) of each outdated line to what the books say now.
    """

    def __init__(self, message: str, current: dict[tuple[int, int | None], Decimal]) -> None:
        super().__init__(message)
        self.current = current
