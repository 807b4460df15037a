"""Two people change the tree of categories at the same moment."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError

from catalog.models import Category
from tests.webapp.factories import CategoryFactory
from tests.webapp.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def update(category: Category, **values: object) -> None:
    Category.objects.filter(pk=category.pk).update(**values)


@pytest.mark.parametrize("run", range(5))
class TestMoves:
    def test_that_would_close_a_cycle_together_are_not_both_made(self, run: int) -> None:
        motors = CategoryFactory.create(name_en="Motors")
        props = CategoryFactory.create(name_en="Props")

        outcome = at_once(
            [partial(update, motors, parent=props), partial(update, props, parent=motors)]
        )

        outcome.only_raised(IntegrityError)
        assert len(outcome.errors) == 1
        assert sorted(Category.objects.values_list("path", flat=True)) in (
            ["Motors", "Motors/Props"],
            ["Props", "Props/Motors"],
        )

    def test_and_names_above_and_below_finish_and_agree(self, run: int) -> None:
        root = CategoryFactory.create(name_en="Root")
        branch = CategoryFactory.create(name_en="Branch", parent=root)
        leaf = CategoryFactory.create(name_en="Leaf", parent=branch)

        calls: list[Callable[[], object]] = [
            partial(update, root, name_en="R"),
            partial(update, leaf, name_en="L"),
            partial(update, branch, name_en="B"),
            partial(CategoryFactory.create, name_en="New", parent_id=branch.pk),
            partial(update, leaf, description="small"),
        ]
        at_once(calls).only_raised()

        assert set(Category.objects.values_list("path", flat=True)) == {
            "R",
            "R/B",
            "R/B/L",
            "R/B/New",
        }
