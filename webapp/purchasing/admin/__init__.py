"""Orders, receipts, proposals and limits in the admin."""

from purchasing.admin.limits import ApprovalLimitAdmin
from purchasing.admin.orders import PurchaseOrderAdmin
from purchasing.admin.proposals import ReorderProposalAdmin
from purchasing.admin.receipts import GoodsReceiptAdmin

__all__ = ["ApprovalLimitAdmin", "GoodsReceiptAdmin", "PurchaseOrderAdmin", "ReorderProposalAdmin"]
