"""What an order says on paper: every word of it, in one language, ready to be set.

The HTML page and the PDF arrange the same tree, so they cannot say different things.
"""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext, override
from django.utils.translation import pgettext as _p

from core.currencies import price_shown, rounded, shown
from core.models import either
from purchasing.document.quantities import contents_in_words, ordered_in_words
from purchasing.models import OrderLine, Origin, PurchaseOrder
from purchasing.states import OrderState

type Language = Literal["ja", "en"]
NOTHING = "–"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A value with its label."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Company:
    """Who orders."""

    name: str
    contact: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Why the paper is not to be acted upon: large across each page, and as a sentence."""

    word: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The head of the table."""

    position: str
    number: str
    name: str
    quantity: str
    price: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the table."""

    position: str
    sku: str
    number: str
    name: str
    description: str
    quantity: str
    contents: str
    price: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class OrderDocument:
    """The whole paper, from top to bottom."""

    language: Language
    title: str
    number: str
    stamp: Stamp | None
    request: str
    addressee: str
    company: Company
    identity: tuple[Fact, ...]
    terms: tuple[Fact, ...]
    columns: Columns
    lines: tuple[Line, ...]
    no_lines: str
    totals: tuple[Fact, ...]
    unpriced: str
    notes_label: str
    notes: tuple[str, ...]
    approval: Fact | None


def document_of(order: PurchaseOrder, *, language: Language) -> OrderDocument:
    """The order as it stands in the database now."""
    lines = list(order.lines.select_related("part").order_by("position"))
    with override(language):
        return OrderDocument(
            language=language,
            title=_p("title of the document", "Purchase order"),
            number=_printable(order.number),
            stamp=_stamp(order),
            request=_request(order),
            addressee=_p("addressee of an order", "To: %(supplier)s")
            % {"supplier": _printable(order.supplier.name)},
            company=_company(),
            identity=_identity(order),
            terms=_terms(order),
            columns=_columns(),
            lines=tuple(map(_line, lines)),
            no_lines="" if lines else _t("Nothing is on the order yet."),
            totals=_totals(lines),
            unpriced=_unpriced(lines),
            notes_label=_p("on an order", "Notes"),
            notes=tuple(_printable(order.notes).strip().splitlines()),
            approval=_approval(order),
        )


# --- Around the table ---------------------------------------------------------------------------


def _stamp(order: PurchaseOrder) -> Stamp | None:
    if order.state == OrderState.DRAFT:
        return Stamp(
            word=_p("stamp on an order", "DRAFT"),
            sentence=_t("Not approved: this is not an order yet."),
        )
    if order.state == OrderState.CANCELLED:
        return Stamp(
            word=_p("stamp on an order", "CANCELLED"),
            sentence=_t("This order was cancelled. Please do not deliver."),
        )
    return None


def _request(order: PurchaseOrder) -> str:
    """What the supplier is asked to do; nothing while, or since, it is no order."""
    if order.state in {OrderState.DRAFT, OrderState.CANCELLED}:
        return ""
    return _t("Please supply the following.")


def _company() -> Company:
    """Ours, from the environment."""
    company = settings.COMPANY
    contact = [
        either(company["address_ja"], company["address_en"]),
        _t("Phone: %(number)s") % {"number": company["phone"]} if company["phone"] else "",
        _t("E-mail: %(address)s") % {"address": company["email"]} if company["email"] else "",
    ]
    return Company(
        name=either(company["name_ja"], company["name_en"]) or _t("Our company"),
        contact=tuple(filter(None, contact)),
    )


def _identity(order: PurchaseOrder) -> tuple[Fact, ...]:
    """Number and date: of the order once it is one, of the draft before."""
    day = timezone.localtime(order.ordered_at or order.approved_at or order.created_at)
    return (
        Fact(label=_p("on an order", "Number"), value=_printable(order.number)),
        Fact(label=_p("on an order", "Date"), value=date_format(day, "DATE_FORMAT")),
    )


def _terms(order: PurchaseOrder) -> tuple[Fact, ...]:
    values = {
        _p("on an order", "Deliver by"): (
            date_format(order.expected_on, "DATE_FORMAT") if order.expected_on else ""
        ),
        _p("on an order", "Deliver to"): (
            order.destination.path_shown if order.destination else ""
        ),
        _p("on an order", "Your reference"): order.supplier_reference,
    }
    return tuple(
        Fact(label=label, value=_printable(value)) for label, value in values.items() if value
    )


def _approval(order: PurchaseOrder) -> Fact | None:
    if order.approved_at is None:
        return None
    who = ""
    if order.approved_by:
        who = _printable(order.approved_by.display_name)
    elif order.origin == Origin.AUTOMATIC:
        who = _p("who approved an order", "Automatic, within the limit")
    at = date_format(timezone.localtime(order.approved_at), "DATETIME_FORMAT")
    return Fact(label=_p("on an order", "Approved"), value=f"{who} {at}".strip())


# --- The table ----------------------------------------------------------------------------------


def _columns() -> Columns:
    return Columns(
        position=_p("column of an order", "No."),
        number=_p("column of an order", "Your / our part number"),
        name=_p("column of an order", "Description"),
        quantity=_p("column of an order", "Quantity"),
        price=_p("column of an order", "Unit price"),
        amount=_p("column of an order", "Amount"),
    )


def _line(line: OrderLine) -> Line:
    name = _printable(line.part.name)
    description = _printable(line.description)
    return Line(
        position=str(line.position),
        sku=_printable(line.sku),
        number=_printable(line.part.number),
        name=name,
        description="" if description.casefold() == name.casefold() else description,
        quantity=ordered_in_words(line),
        contents=contents_in_words(line),
        price=NOTHING if line.unit_price is None else price_shown(line.unit_price, line.currency),
        amount=NOTHING if line.amount is None else shown(line.amount, line.currency),
    )


def _totals(lines: list[OrderLine]) -> tuple[Fact, ...]:
    """One sum a currency, of the amounts as they are printed: whoever adds them up agrees."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.amount is not None:
            amount = rounded(line.amount, line.currency)
            sums[line.currency] = sums.get(line.currency, Decimal(0)) + amount
    return tuple(
        Fact(label=_t("Total (%(currency)s)") % {"currency": currency}, value=shown(sum_, currency))
        for currency, sum_ in sorted(sums.items())
    )


def _unpriced(lines: list[OrderLine]) -> str:
    count = sum(line.amount is None for line in lines)
    if not count:
        return ""
    if count == len(lines):
        return _t("No prices are given.")
    return ngettext(
        "%(count)d line has no price; it is not in the total.",
        "%(count)d lines have no price; they are not in the total.",
        count,
    ) % {"count": count}


def _printable(text: str) -> str:
    """The text without what cannot be seen but can mislead: control and direction characters.

    A right-to-left mark in a name could make an amount beside it read backwards.
    """
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\t", " ")
        if character == "\n" or not _misleads(character)
    )


def _misleads(character: str) -> bool:
    return (
        unicodedata.category(character) == "Cc"
        or unicodedata.bidirectional(character) in _DIRECTIONS
    )


_DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
