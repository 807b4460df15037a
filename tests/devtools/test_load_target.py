"""A deployment is loaded only by somebody who means it."""

import pytest

from devtools import load_target
from devtools.console import Problem


class TestIsTrial:
    @pytest.mark.parametrize(
        "host", ["stg.example.com", "inventory-stg.example.com", "test.example.com", "127.0.0.1"]
    )
    def test_knows_a_deployment_for_trials_by_its_name(self, host: str) -> None:
        assert load_target.is_trial(host)

    @pytest.mark.parametrize(
        "host", ["inventory.example.com", "prd.example.com", "latest.example.com", "example.com"]
    )
    def test_takes_everything_else_for_production(self, host: str) -> None:
        assert not load_target.is_trial(host)


class TestAgree:
    def test_goes_on_when_the_host_is_typed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("builtins.input", lambda _prompt: " stg.example.com ")

        load_target.agree("https://stg.example.com/", production=False, agreed=None)

    @pytest.mark.parametrize("typed", ["", "y", "stg.example.org"])
    def test_stops_at_anything_else(self, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("builtins.input", lambda _prompt: typed)

        with pytest.raises(Problem, match="nothing was done"):
            load_target.agree("https://stg.example.com", production=False, agreed=None)

    def test_stops_without_anybody_to_ask(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def nobody(_prompt: str) -> str:
            raise EOFError

        monkeypatch.setattr("builtins.input", nobody)

        with pytest.raises(Problem, match="nothing was done"):
            load_target.agree("https://stg.example.com", production=False, agreed=None)

    def test_refuses_what_looks_like_production(self) -> None:
        with pytest.raises(Problem, match="does not look like a deployment for trials"):
            load_target.agree(
                "https://inventory.example.com", production=False, agreed="inventory.example.com"
            )

    def test_loads_production_only_when_told_twice(self) -> None:
        url, host = "https://inventory.example.com", "inventory.example.com"

        load_target.agree(url, production=True, agreed=host)
        with pytest.raises(Problem, match="nothing was done"):
            load_target.agree(url, production=True, agreed="yes")

    def test_sends_no_password_in_clear(self) -> None:
        with pytest.raises(Problem, match="in clear"):
            load_target.agree("http://stg.example.com", production=False, agreed="stg.example.com")

    @pytest.mark.parametrize("url", ["stg.example.com", "ftp://stg.example.com", "https://"])
    def test_asks_for_an_address(self, url: str) -> None:
        with pytest.raises(Problem, match="is no address"):
            load_target.agree(url, production=False, agreed="")


class TestPassword:
    def test_comes_from_the_environment_alone(self) -> None:
        assert load_target.password_of_everybody({"LOADTEST_PASSWORD": "x"}) == "x"
        with pytest.raises(Problem, match="LOADTEST_PASSWORD is not set"):
            load_target.password_of_everybody({})
