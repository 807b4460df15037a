"""What is ordered, received and proposed."""

from purchasing.models.event import EventKind, OrderEvent
from purchasing.models.limit import ApprovalLimit
from purchasing.models.line import OrderLine
from purchasing.models.number import DocumentNumber
from purchasing.models.order import Origin, PurchaseOrder
from purchasing.models.proposal import ProposalState, ReorderProposal
from purchasing.models.receipt import GoodsReceipt, GoodsReceiptLine

__all__ = [
    "ApprovalLimit",
    "DocumentNumber",
    "EventKind",
    "GoodsReceipt",
    "GoodsReceiptLine",
    "OrderEvent",
    "OrderLine",
    "Origin",
    "ProposalState",
    "PurchaseOrder",
    "ReorderProposal",
]
