"""Counting: choose a location, enter what is there, look at the differences, post them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.admin.filters import branch_options, chosen_branch
from catalog.models import Category, Part
from core.errors import BusinessError
from core.fields import QuantityField
from core.keys import is_any_in
from core.lines import LineFormSet
from core.pages import as_id, page_context, requires, user_of
from core.widgets import LongSelect
from stock import services
from stock.entries import Count, Posting
from stock.errors import CountOutdatedError, PlaceNotAllowedError
from stock.forms import HeaderForm, part_autocomplete
from stock.models import Location, Lot, StockLevel, Stocktake
from stock.pages.count_rows import rows_shown
from stock.places import Reach
from stock.rules import place_of

# A page that can be counted in one go; the rest follows page by page.
ROWS_A_PAGE = 200
_UNREAD = [f"part__{name}" for name in ("search_text", "description_ja", "description_en")]


class StartForm(forms.Form):
    """Where to count, and what."""

    location = forms.ModelChoiceField(Location.objects.all(), label=_("Location"))

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach.limit(self.fields["location"])
        places = branch_options(reach.within(Location.objects.all()))
        self.fields["location"].widget = LongSelect(choices=places)
        categories = branch_options(Category.objects.all())
        self.fields["category"] = forms.ChoiceField(
            label=_("Only this category"),
            required=False,
            choices=categories,
            help_text=_("Empty: everything that lies there."),
        )
        self.fields["category"].widget = LongSelect(choices=categories)


class CountForm(forms.Form):
    """One row: a part (and lot), what the books said when the page was opened, what is there."""

    part = forms.ModelChoiceField(Part.objects.all(), widget=forms.HiddenInput)
    lot = forms.ModelChoiceField(Lot.objects.all(), required=False, widget=forms.HiddenInput)
    expected = forms.DecimalField(widget=forms.HiddenInput)
    counted = QuantityField(
        label=_("Counted"),
        required=False,
        may_be_zero=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class FoundForm(forms.Form):
    """A part that the books do not have here."""

    part = forms.ModelChoiceField(
        Part.objects.all(), label=_("Part"), required=False, widget=part_autocomplete()
    )
    lot = forms.CharField(
        label=_("Lot or serial number"),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )
    counted = QuantityField(
        label=_("Counted"),
        required=False,
        may_be_zero=True,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean(self) -> None:
        super().clean()
        part, lot = self.cleaned_data.get("part"), self.cleaned_data.get("lot")
        if part is None or not lot:
            return
        known = Lot.objects.filter(part=part)
        found = (
            known.filter(serial__iexact=lot) | known.filter(serial="", code__iexact=lot)
        ).first()
        if found is None:
            raise ValidationError(
                _(
                    "%(part)s has no lot or serial number %(lot)s. Receive it first, "
                    "with its number."
                ),
                params={"part": part.number, "lot": lot},
            )
        self.cleaned_data["lot_found"] = found


CountFormSet: type[LineFormSet] = forms.formset_factory(  # type: ignore[assignment]
    CountForm, formset=LineFormSet, extra=0, max_num=ROWS_A_PAGE, absolute_max=ROWS_A_PAGE + 1
)
FoundFormSet: type[LineFormSet] = forms.formset_factory(  # type: ignore[assignment]
    FoundForm, formset=LineFormSet, extra=1, max_num=50, absolute_max=51
)


@requires("stock.count_stock")
def start(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Choose the location."""
    asked = request.GET if "location" in request.GET else None
    form = StartForm(asked, reach=Reach(user_of(request)))
    if asked is not None and form.is_valid():
        location = form.cleaned_data["location"]
        category = form.cleaned_data["category"]
        address = reverse("admin:stock_stocktake_count", args=[location.pk])
        return redirect(f"{address}?category={category}" if category else address)
    context = page_context(model_admin, request, title=_t("Stocktake"), form=form)
    return render(request, "stock/stocktake_start.html", context)


@requires("stock.count_stock")
def count(model_admin: "ModelAdmin[Any]", request: HttpRequest, location_id: int) -> HttpResponse:
    """Enter the counts; ``_review`` shows the differences, ``_post`` records them."""
    location = get_object_or_404(Location, pk=location_id)
    try:
        Reach(user_of(request)).check(location)
    except PlaceNotAllowedError as error:
        messages.error(request, str(error))
        return redirect("admin:stock_stocktake_start")
    category = request.GET.get("category")
    found_here = list(_levels(location, category, request.GET.get("after"))[: ROWS_A_PAGE + 1])
    more = len(found_here) > ROWS_A_PAGE
    levels = found_here[:ROWS_A_PAGE]
    posted = request.POST or None
    header = HeaderForm(posted)
    rows = CountFormSet(
        posted,
        prefix="rows",
        initial=[
            {"part": level.part_id, "lot": level.lot_id, "expected": level.quantity}
            for level in levels
        ],
    )
    found = FoundFormSet(posted, prefix="found")
    counts: list[Count] = []
    if posted and all([header.is_valid(), rows.is_valid(), found.is_valid()]):
        counts = _counts(location, rows, found)
        if not counts:
            header.add_error(
                None, _t("Nothing was counted yet. Enter what you counted in at least one row.")
            )
        elif "_post" in request.POST:
            posting = _post(header, rows, counts, location=location, request=request)
            if posting is not None:
                _say_done(request, posting, len(counts))
                return redirect(_next_page(rows, header.cleaned_data["key"], location, request))
    reviewing = bool(counts) and "_edit" not in request.POST and header.is_valid()
    context = page_context(
        model_admin,
        request,
        title=_t("Stocktake: %(location)s") % {"location": location},
        location=location,
        header=header,
        rows=rows_shown(rows, levels),
        rows_formset=rows,
        found=found,
        counts=counts,
        reviewing=reviewing,
        differences=[c for c in counts if c.counted != c.expected],
        more=more,
    )
    return render(request, "stock/stocktake_count.html", context)


def _levels(location: Location, category: str | None, after: object) -> QuerySet[StockLevel]:
    """What the books have here, in the order of the part numbers, behind the level `after`.

    Behind a row, not behind a number of rows: what was counted as gone leaves the list.
    """
    # Fetched and sorted: the planner knows little of a new shelf, and would look through all parts.
    here = StockLevel.objects.filter(location=location, quantity__gt=0)
    levels = StockLevel.objects.filter(is_any_in("pk", here.values("pk")))
    branch = chosen_branch(Category.objects.all(), category)
    if branch is not None:
        levels = levels.filter(part__category__in=branch)
    last_id = as_id(after)
    last = last_id and StockLevel.objects.filter(pk=last_id).select_related("part").first()
    if last:
        number = last.part.number
        levels = levels.filter(Q(part__number__gt=number) | Q(part__number=number, pk__gt=last.pk))
    shown = levels.select_related("part", "lot").defer(*_UNREAD)
    return shown.order_by("part__number", "pk")


def _counts(location: Location, rows: Any, found: Any) -> list[Count]:
    """What was entered; a part found here is counted against what the books have here."""
    counts = [
        Count(
            part=form.cleaned_data["part"],
            lot=form.cleaned_data["lot"],
            expected=form.cleaned_data["expected"],
            counted=form.cleaned_data["counted"],
        )
        for form in rows
        if form.cleaned_data.get("counted") is not None
    ]
    known = {place_of(count) for count in counts}
    for form in found:
        part, counted = form.cleaned_data.get("part"), form.cleaned_data.get("counted")
        if part is None or counted is None:
            continue
        lot = form.cleaned_data.get("lot_found")
        level = StockLevel.objects.filter(location=location, part=part, lot=lot).first()
        expected = level.quantity if level else Decimal(0)
        count = Count(part=part, lot=lot, counted=counted, expected=expected)
        if place_of(count) in known:
            form.add_error("part", _t("This part is counted in a row above already."))
            continue
        counts.append(count)
    return counts


def _post(
    header: HeaderForm,
    rows: Any,
    counts: Sequence[Count],
    *,
    location: Location,
    request: HttpRequest,
) -> Posting | None:
    try:
        return services.post_stocktake(
            location=location,
            counts=counts,
            reason=header.cleaned_data["reason"],
            by=user_of(request),
            at=header.cleaned_data["occurred_at"],
            key=header.cleaned_data["key"],
        )
    except CountOutdatedError as error:
        _take_over(rows, error)
        header.add_error(None, error)
    except BusinessError as error:
        header.add_error(None, error)
    return None


def _take_over(rows: Any, error: CountOutdatedError) -> None:
    """Put what the books say now into the outdated rows, and mark them."""
    rows.data = rows.data.copy()
    for form in rows:
        lot = form.cleaned_data["lot"]
        now = error.current.get((form.cleaned_data["part"].pk, lot.pk if lot else None))
        if now is not None:
            rows.data[form.add_prefix("expected")] = str(now)
            form.data = rows.data
            form.outdated = True


def _say_done(request: HttpRequest, posting: Posting, counted: int) -> None:
    if posting.repeated:
        messages.info(
            request, _t("This stocktake was recorded before; it was not recorded a second time.")
        )
        return
    differences = ngettext(
        "%(count)d difference was posted.",
        "%(count)d differences were posted.",
        len(posting.movements),
    ) % {"count": len(posting.movements)}
    rows = ngettext(
        "Stocktake recorded: %(count)d row counted.",
        "Stocktake recorded: %(count)d rows counted.",
        counted,
    ) % {"count": counted}
    messages.success(request, f"{rows} {differences}")


def _next_page(rows: Any, key: UUID, location: Location, request: HttpRequest) -> str:
    """The rows behind the last of this page while there are any, then the record of the count."""
    if rows.forms:
        last = rows.forms[-1].cleaned_data
        level = StockLevel.objects.filter(
            location=location, part=last["part"], lot=last["lot"]
        ).first()
        if level and _levels(location, request.GET.get("category"), level.pk).exists():
            query = request.GET.copy()
            query["after"] = str(level.pk)
            address = reverse("admin:stock_stocktake_count", args=[location.pk])
            return f"{address}?{query.urlencode()}"
    stocktake = Stocktake.objects.get(idempotency_key=key)
    return reverse("admin:stock_stocktake_change", args=[stocktake.pk])
