"""Figures a few minutes old."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.release import release
from dashboard import caching
from dashboard.caching import FRESH_FOR, Figure, a_few_minutes_old, cache, shared

pytestmark = pytest.mark.django_db


def age(name: str, by: timedelta) -> None:
    """Make the figure kept under `name` older."""
    key = f"dashboard:{name}:{release()}"
    for kept in (cache, shared):
        figure = kept.get(key)
        kept.set(key, Figure(figure.value, figure.as_of - by), 3600)


def never() -> int:
    pytest.fail("computed again")


class TestAFewMinutesOld:
    def test_computes_once_and_says_when(self) -> None:
        answers = iter([1, 2])

        first = a_few_minutes_old("answer", lambda: next(answers))
        second = a_few_minutes_old("answer", lambda: next(answers))

        assert first == second
        assert first.value == 1
        assert timezone.now() - first.as_of < timedelta(minutes=1)

    def test_computes_again_when_the_figure_is_old(self) -> None:
        a_few_minutes_old("answer", lambda: 1)
        age("answer", FRESH_FOR)

        assert a_few_minutes_old("answer", lambda: 2).value == 2

    def test_serves_the_old_figure_while_another_request_computes(self) -> None:
        a_few_minutes_old("answer", lambda: 1)
        age("answer", FRESH_FOR)
        seen_meanwhile = []

        def slow() -> int:
            seen_meanwhile.append(a_few_minutes_old("answer", lambda: 3).value)
            return 2

        assert a_few_minutes_old("answer", slow).value == 2
        assert seen_meanwhile == [1]

    def test_lets_another_try_after_a_computation_that_failed(self) -> None:
        a_few_minutes_old("answer", lambda: 1)
        age("answer", FRESH_FOR)

        with pytest.raises(ZeroDivisionError):
            a_few_minutes_old("answer", lambda: 1 // 0)

        assert a_few_minutes_old("answer", lambda: 2).value == 2

    def test_is_computed_by_one_process_for_all(self) -> None:
        first = a_few_minutes_old("answer", lambda: 1)
        cache.clear()  # as in another process

        assert a_few_minutes_old("answer", never) == first

    def test_serves_the_old_figure_while_another_process_computes(self) -> None:
        a_few_minutes_old("answer", lambda: 1)
        age("answer", FRESH_FOR)
        seen_meanwhile = []

        def slow() -> int:
            cache.clear()
            seen_meanwhile.append(a_few_minutes_old("answer", never).value)
            return 2

        assert a_few_minutes_old("answer", slow).value == 2
        assert seen_meanwhile == [1]

    def test_another_release_computes_for_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_few_minutes_old("answer", lambda: 1)
        monkeypatch.setattr(caching, "release", lambda: "next")

        assert a_few_minutes_old("answer", lambda: 2).value == 2
