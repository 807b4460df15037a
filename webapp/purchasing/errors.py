"""Why an order, a receipt or a proposal was refused, in words fit for the user."""

from core.errors import BusinessError


class WrongStateError(BusinessError):
    """The order stands where this cannot be done."""


class OrderChangedError(BusinessError):
    """Somebody changed the order after the page was made."""


class SecondPersonError(BusinessError):
    """Above the limit somebody else must approve."""


class OrderRefusedError(BusinessError):
    """The lines, the supplier or a date do not allow what was asked for."""


class OverReceiptError(BusinessError):
    """More arrived than the line's tolerance allows."""


class ReversedAlreadyError(BusinessError):
    """The receipt was reversed before, or is a reversal itself."""


class ProposalDecidedError(BusinessError):
    """Somebody, or a change of stock, decided about the proposal before."""
