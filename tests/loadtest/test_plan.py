"""How many users there are when."""

from loadtest.mix import PEOPLE, accounts_for, weight_of
from loadtest.plan import MINUTES, Plan, StepUp, plan_for


class TestPlan:
    def test_lets_users_come_and_stay(self) -> None:
        plan = plan_for("steady", users=100, minutes=2)

        assert isinstance(plan, Plan)
        assert plan.ramp == 50
        assert plan.users_at(0) == 100
        assert plan.users_at(50 + 119.9) == 100

    def test_ends_when_the_minutes_after_the_ramp_are_over(self) -> None:
        assert plan_for("steady", users=100, minutes=2).users_at(50 + 120) is None

    def test_is_there_for_each_shape(self) -> None:
        for shape, minutes in MINUTES.items():
            assert plan_for(shape, users=100, minutes=minutes).users_at(0)


class TestStepUp:
    def test_adds_a_step_at_a_time(self) -> None:
        plan = plan_for("step-up", users=100, minutes=1, step=25)

        assert isinstance(plan, StepUp)
        assert [plan.users_at(s) for s in (0, 59, 60, 120, 180)] == [25, 25, 50, 75, 100]

    def test_ends_at_the_most_users_allowed(self) -> None:
        assert plan_for("step-up", users=100, minutes=1, step=25).users_at(240) is None


class TestMix:
    def test_makes_a_hundred(self) -> None:
        assert sum(PEOPLE.values()) == 100

    def test_has_an_account_for_everybody_however_locust_divides_them(self) -> None:
        for users in (1, 8, 99, 100, 500):
            accounts = accounts_for(users)
            assert sum(accounts.values()) >= users
            assert all(accounts[work] >= users * share / 100 for work, share in PEOPLE.items())

    def test_gives_a_smoke_test_some_of_each(self) -> None:
        assert {weight_of(work, "smoke") for work in PEOPLE} == {1}
        assert weight_of("auditor", "steady") == PEOPLE["auditor"]
