"""The names of the pages, each one row of the report: addresses with ids count as one page."""

from enum import StrEnum


class Page(StrEnum):
    """Every request that the users make. One that nobody makes fails a complete run."""

    SIGN_IN_FORM = "sign in: form"
    SIGN_IN = "sign in: send"
    DASHBOARD = "dashboard"
    LIST_LEFT = "list: back as it was left"
    LIST_RESET = "list: without filters again"

    PARTS = "parts: list"
    PARTS_DEEP = "parts: later page"
    PARTS_NUMBER = "parts: search number"
    PARTS_WORD = "parts: search word"
    PARTS_CATEGORY = "parts: of a category"
    PARTS_STATUS = "parts: of a status"
    PART = "part"
    SEARCH_FIELD = "search field: part"
    AVAILABILITY = "availability of a part"

    LEVELS = "stock levels: of a location"
    MOVEMENTS = "movements: list"
    MOVEMENTS_DAYS = "movements: of some days"
    MOVEMENTS_PART = "movements: of a part"

    RECEIVE_FORM = "receive: form"
    RECEIVE = "receive: record"
    ISSUE_FORM = "issue: form"
    ISSUE = "issue: record"
    TRANSFER_FORM = "transfer: form"
    TRANSFER = "transfer: record"
    COUNT_FORM = "stocktake: form"
    COUNT_REVIEW = "stocktake: differences"
    COUNT = "stocktake: record"
    STOCKTAKE = "stocktake"

    ORDERS = "orders: list"
    ORDERS_NUMBER = "orders: search number"
    ORDERS_STATE = "orders: of a state"
    ORDERS_WAITING = "orders: waiting for approval"
    ORDER = "order"
    DRAFT_FORM = "order: form"
    DRAFT = "order: draft"
    ASK_APPROVAL = "order: ask for approval"
    APPROVE = "order: approve"
    PLACE_FORM = "order: place, form"
    PLACE = "order: place"
    ARRIVAL_FORM = "receive an order: form"
    ARRIVAL = "receive an order: record"
    PROPOSALS = "re-order proposals"
    SUPPLIER = "supplier"

    EXPORT_LEVELS = "export: stock levels"
    EXPORT_PARTS = "export: parts"
    EXPORT_ORDERS = "export: orders"
    EXPORT_MOVEMENTS = "export: movements"

    AUDIT = "audit: list"
    AUDIT_SEARCH = "audit: search"
    AUDIT_PERSON = "audit: of a person"
    AUDIT_ENTRY = "audit: entry"
    VERIFICATIONS = "ledger verifications"


class Booked(StrEnum):
    """What the application confirms, in the words of `manage.py count_load_test`."""

    RECEIPT = "movements: receipt"
    ISSUE = "movements: issue"
    TRANSFER = "movements: transfer"
    STOCKTAKE = "movements: stocktake"
    ARRIVAL = "movements: order receipt"
    COUNTED = "stocktakes"
    DRAFTED = "orders drafted"
    ASKED = "orders sent for approval"
    APPROVED = "orders approved"
    PLACED = "orders placed"
    RECEIVED = "orders received"
    SIGNED_IN = "sign-ins in the audit log"
    EXPORTED = "exports in the audit log"
