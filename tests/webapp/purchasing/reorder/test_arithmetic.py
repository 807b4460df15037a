"""How much to order, for numbers that nobody would think of."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purchasing.reorder.arithmetic import Need, packs_for


def need(
    *,
    on_hand: int | str = 0,
    on_order: int | str = 0,
    drafted: int | str = 0,
    point: int | str = 10,
    target: int | str | None = None,
    quantity: int | str | None = None,
) -> Need:
    return Need(
        on_hand=Decimal(on_hand),
        on_order=Decimal(on_order),
        drafted=Decimal(drafted),
        reorder_point=Decimal(point),
        target_quantity=None if target is None else Decimal(target),
        reorder_quantity=None if quantity is None else Decimal(quantity),
    )


class TestNeed:
    def test_counts_what_is_on_hand_on_order_and_in_drafts(self) -> None:
        assert need(on_hand=1, on_order=2, drafted=4).position == 7

    @pytest.mark.parametrize(
        ("position", "point", "short"),
        [
            ("9.999999", 10, True),
            (10, 10, True),
            ("10.000001", 10, False),
            (0, 0, False),  # a point of 0: the part is not re-ordered
            (0, "0.000001", True),
        ],
    )
    def test_falls_short_at_its_point_or_below(
        self, position: int | str, point: int | str, short: bool
    ) -> None:
        assert need(on_hand=position, point=point).falls_short is short

    @pytest.mark.parametrize("where", ["on_hand", "on_order", "drafted"])
    def test_is_met_wherever_the_rest_is(self, where: str) -> None:
        assert not need(**{where: 11}).falls_short

    @pytest.mark.parametrize(
        ("target", "quantity", "wanted"),
        [
            (None, None, 7),  # up to the point
            (30, None, 27),  # up to the target
            (None, 50, 50),  # the quantity, as it is more
            (30, 50, 50),
            (100, 50, 97),  # the target, as it is more
            (None, 2, 7),
            (30, 0, 27),
        ],
    )
    def test_wants_the_reorder_quantity_or_what_the_target_lacks(
        self, target: int | None, quantity: int | None, wanted: int
    ) -> None:
        assert need(on_hand=3, target=target, quantity=quantity).wanted == wanted


class TestPacks:
    @pytest.mark.parametrize(
        ("on_hand", "target", "factor", "minimum", "packs"),
        [
            (3, 30, 1, 1, 27),
            (3, 30, 10, 1, 3),
            (3, 33, 10, 1, 3),  # exactly three
            (3, "33.000001", 10, 1, 4),
            (3, 30, 100, 1, 1),
            (3, 30, 10, 5, 5),  # the minimum order
            (3, 30, 10, "4.5", 5),  # orders are whole
            (3, 30, "30.48", 1, 1),  # a roll of 100 ft
            (10, 10, 1, 1, 1),  # nothing is missing to the target, but one lifts it above the point
            (10, 10, 100, 1, 1),
            (3, 10, 7, 1, 2),  # 3 + 7 = 10 is the point still: one more
            (3, 10, 1, 1, 8),
        ],
    )
    def test_are_whole_and_enough(
        self,
        on_hand: int,
        target: int | str,
        factor: int | str,
        minimum: int | str,
        packs: int,
    ) -> None:
        asked = need(on_hand=on_hand, target=target)

        found = packs_for(asked, factor=Decimal(factor), minimum_packs=Decimal(minimum))

        assert found == packs


quantities = st.decimals(0, 1_000_000, places=6)
targets = st.none() | quantities


@st.composite
def needs(draw: st.DrawFn) -> Need:
    """Any part that falls short."""
    parts = [draw(quantities) for _where in range(3)]
    point = sum(parts, start=draw(quantities))
    extra = draw(targets)
    return Need(
        on_hand=parts[0],
        on_order=parts[1],
        drafted=parts[2],
        reorder_point=point or Decimal(1),
        target_quantity=None if extra is None else point + extra,
        reorder_quantity=draw(targets),
    )


@given(
    need=needs(),
    factor=st.decimals("0.000000000001", 100_000, places=12) | st.integers(1, 1000).map(Decimal),
    minimum=st.decimals("0.000001", 10_000, places=6) | st.integers(1, 100).map(Decimal),
)
def test_packs_are_the_fewest_that_meet_any_need(
    need: Need, factor: Decimal, minimum: Decimal
) -> None:
    def meets(packs: Decimal) -> bool:
        return (
            packs >= minimum
            and packs * factor >= need.wanted
            and need.position + packs * factor > need.reorder_point
        )

    packs = packs_for(need, factor=factor, minimum_packs=minimum)

    assert packs == packs.to_integral_value()
    assert packs > 0
    assert meets(packs)
    assert not meets(packs - 1)


@given(need=needs(), factor=st.integers(1, 1000).map(Decimal))
def test_a_part_is_short_no_more_once_its_packs_are_on_order(need: Need, factor: Decimal) -> None:
    """Otherwise each look at it would order again."""
    packs = packs_for(need, factor=factor, minimum_packs=Decimal(1))

    after = Need(
        on_hand=need.on_hand,
        on_order=need.on_order + packs * factor,
        drafted=need.drafted,
        reorder_point=need.reorder_point,
        target_quantity=need.target_quantity,
        reorder_quantity=need.reorder_quantity,
    )

    assert need.falls_short
    assert not after.falls_short
