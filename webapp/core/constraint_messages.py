"""Messages of constraints and triggers that no model's ``violation_error_message`` has.

A page checks all of it before it asks the database: these are for what another person did in
between, and for writers that check nothing. A test compares with the database that none is missing.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RECORDED = _("What was recorded stays as it is: it is neither changed nor deleted.")
# Triggers that keep what was recorded, by the end of their names.
SUFFIXES = (
    "_append_only",
    "_no_truncate",
    "_never_deleted",
    "_only_by_ledger",
    "_posted_now",
)

_ALREADY = _("This was recorded before; it was not recorded a second time.")
_NOT_ENOUGH = _("Fewer are there than are asked for: somebody took some meanwhile. Look again.")
_CHANGED = _("This was changed meanwhile and stands where this cannot be done. Look again.")
_ORDER_STATE = _(
    "The order was changed meanwhile and stands where this cannot be done. Look again."
)
_PROPOSAL = _("The proposal was decided meanwhile. Look again.")
_RECEIPT = _("The receipt does not fit its order or its movements. Nothing was recorded.")
_BY_DATABASE = _("Totals follow from what is recorded; they cannot be entered.")
_MIRROR = _("A reversal is the exact reverse of what it reverses, once.")
_NUMBER = _("The price needs a currency, and cannot be negative.")

MESSAGES: dict[str, Promise | str] = {
    # The catalogue
    "catalog_category_no_cycle": _("A branch cannot be moved beneath itself."),
    "stock_location_no_cycle": _("A branch cannot be moved beneath itself."),
    "catalog_part_on_hand_not_negative": _NOT_ENOUGH,
    "catalog_part_on_order_not_negative": _BY_DATABASE,
    "catalog_part_totals_only_by_ledger": _BY_DATABASE,
    "catalog_part_starts_empty": _BY_DATABASE,
    "catalog_part_unit_fixed": _("The unit cannot change: movements were recorded in it."),
    "catalog_part_tracking_fixed": _("The tracking can only change while nothing is on hand."),
    "catalog_part_unit_of_orders": _("The unit cannot change: open orders count in it."),
    # The ledger
    "stock_level_not_negative": _NOT_ENOUGH,
    "stock_level_unique": _CHANGED,
    "stock_movement_idempotency_key": _ALREADY,
    "stock_movement_not_zero": _("A quantity of 0 moves nothing."),
    "stock_movement_receipt_adds": _("A receipt adds: enter more than 0."),
    "stock_movement_issue_takes": _("An issue takes: enter more than 0."),
    "stock_movement_kind_known": _("There is no such kind of movement."),
    "stock_movement_correction_reverses": _MIRROR,
    "stock_movement_correction_mirrors": _MIRROR,
    "stock_movement_transfer_reversed_whole": _("A transfer is reversed on both sides."),
    "stock_movement_transfer_balanced": _(
        "What a transfer takes from one location it puts into another."
    ),
    "stock_stockmovement_reverses_id_key": _("This movement was reversed before."),
    "stock_movement_cost_has_currency": _NUMBER,
    "stock_movement_not_in_future": _("The time cannot lie in the future."),
    "stock_movement_tracked": _("A movement of this part names its lot or serial number."),
    "stock_movement_whole_pieces": _("Pieces and sets move whole."),
    "stock_movement_serial_single": _(
        "This serial number is in stock already: it is one single item, in one place."
    ),
    "stock_movement_lot_of_part": _("This lot is of another part."),
    "stock_level_lot_of_part": _("This lot is of another part."),
    "stock_stocktakeline_lot_of_part": _("This lot is of another part."),
    "stock_lot_of_part": _CHANGED,
    "stock_stocktake_idempotency_key_key": _ALREADY,
    "stock_stocktakeline_once": _("Each part and lot is counted once."),
    # Orders
    "purchasing_order_state": _ORDER_STATE,
    "purchasing_order_state_known": _ORDER_STATE,
    "purchasing_order_origin_known": _ORDER_STATE,
    "purchasing_order_begins_as_draft": _("An order begins as a draft."),
    "purchasing_order_identity_fixed": _("Number, origin and author of an order stay."),
    "purchasing_order_only_drafts_change": _("Only drafts change their supplier."),
    "purchasing_order_transition": _ORDER_STATE,
    "purchasing_order_not_empty": _("An order without lines cannot be approved."),
    "purchasing_order_approved_by_person": _("This order needs a person's approval."),
    "purchasing_order_second_person": _(
        "Above the limit a person who neither made nor changed the order approves."
    ),
    "purchasing_order_approver": _ORDER_STATE,
    "purchasing_order_approver_has_time": _ORDER_STATE,
    "purchasing_order_approved_when": _ORDER_STATE,
    "purchasing_order_ordered_when": _ORDER_STATE,
    "purchasing_order_cancelled_untouched": _(
        "Something was received of this order: close it short instead of cancelling it."
    ),
    "purchasing_order_no_open_proposals": _("Dismiss the open proposals of this order first."),
    "purchasing_order_proposals_decided": _ORDER_STATE,
    "purchasing_order_only_automatic_drafts_collect": _ORDER_STATE,
    "purchasing_order_one_collecting_draft": _CHANGED,
    "purchasing_purchaseorder_idempotency_key_key": _ALREADY,
    "purchasing_event_states": _ORDER_STATE,
    "purchasing_event_state_by_trigger": RECORDED,
    "purchasing_guard_order": _ORDER_STATE,
    # Their lines
    "purchasing_line_position": _CHANGED,
    "purchasing_line_state_of_order": _ORDER_STATE,
    "purchasing_line_only_in_drafts": _("Lines change only while the order is a draft."),
    "purchasing_line_begins_untouched": _ORDER_STATE,
    "purchasing_line_identity_fixed": _("A line stays with its order and its part."),
    "purchasing_line_received_by_receipts": _BY_DATABASE,
    "purchasing_line_closed_after_ordering": _ORDER_STATE,
    "purchasing_line_of_supplier": _("The supplier of the order does not sell this."),
    "purchasing_line_received_not_negative": _RECEIPT,
    "purchasing_line_not_over_received": _("More arrived than the line's tolerance allows."),
    "purchasing_line_closed_with_reason": _("Say why the line is closed."),
    # Deliveries
    "purchasing_goodsreceipt_idempotency_key_key": _ALREADY,
    "purchasing_goodsreceipt_reverses_id_key": _("This receipt was reversed before."),
    "purchasing_receipt_reversal_has_reason": _("Say why the receipt is reversed."),
    "purchasing_receipt_not_reversed_twice": _("A reversal is not reversed."),
    "purchasing_receipt_reverses_receipt": _MIRROR,
    "purchasing_receiptline_reversal_mirrors": _MIRROR,
    "purchasing_receiptline_position": _CHANGED,
    "purchasing_receiptline_not_zero": _("A quantity of 0 moves nothing."),
    "purchasing_receiptline_converted": _RECEIPT,
    "purchasing_receiptline_of_order": _RECEIPT,
    "purchasing_receiptline_order_placed": _ORDER_STATE,
    "purchasing_receiptline_written_once": RECORDED,
    "purchasing_receiptline_in_ledger": _RECEIPT,
    "purchasing_movements_of_receipt": _RECEIPT,
    "purchasing_movement_of_receipt": _RECEIPT,
    # Proposals and numbers
    "purchasing_proposal_one_open": _("There is an open proposal for this part already."),
    "purchasing_proposal_state_known": _PROPOSAL,
    "purchasing_proposal_on_order": _PROPOSAL,
    "purchasing_proposal_on_draft": _PROPOSAL,
    "purchasing_proposal_begins_open": _PROPOSAL,
    "purchasing_proposal_decided": _PROPOSAL,
    "purchasing_proposal_decided_when": _PROPOSAL,
    "purchasing_proposal_dismissed_until": _PROPOSAL,
    "purchasing_proposal_wants_something": _PROPOSAL,
    "purchasing_reorderproposal_line_id_key": _PROPOSAL,
    "purchasing_number_once": _CHANGED,
    "purchasing_number_six_digits": _("All numbers of this year are used."),
    # People
    "access_last_administrator": _(
        "This is the last active administrator. Make somebody else an administrator first."
    ),
    "stock_location_limits": _("You work only at some locations, and this one is not among them."),
    # The audit log
    "audit_chainlink_position_key": RECORDED,
}
