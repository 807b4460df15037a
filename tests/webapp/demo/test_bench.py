"""The benchmark: which pages it asks for, how, and what it compares them with."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from access.models import User
from catalog.models import Part
from demo import measuring_movements
from demo.bench import beside, posting, rounds
from demo.bench.asking import (
    Person,
    Sample,
    UnexpectedAnswerError,
    application,
    fields_of,
    logging_as_in_production,
)
from demo.bench.limits import Limit
from demo.bench.plain import handlers
from demo.bench.rounds import Figures, Rounds, Variant
from demo.bench.visits import FULL, LEFT_OUT, MissingError, Traffic, Visit, chosen, model_admin_of
from demo.loading import load_demo
from loadtest.names import Page
from stock.models import StockMovement
from tests.webapp.demo.test_load_test import PEOPLE

URLCONF = "demo.bench.plain.urls"


def visit(**given: Any) -> Visit:
    return Visit(**{"page": "a page", "path": "/livez", "who": "", **given})


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench") / "people.json"


@pytest.fixture(scope="module")
def loaded(
    people: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The demo data, and people as in a load test."""
    with django_db_blocker.unblock(), transaction.atomic():
        for username in ("storekeeper", "buyer", "administrator"):
            User.objects.create_user(username)
        load_demo(now=timezone.now(), write=lambda _line: None)
        call_command("prepare_load_test", *PEOPLE, "--file", str(people))
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _connection_stays() -> Iterator[None]:
    """A request would close it, for a test is within a transaction; Django's own client does so."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


class TestFieldsOf:
    def test_reads_what_is_filled_in_and_no_templates(self) -> None:
        page = (
            '<form><input name="key" value="k"><input name="empty" value="">'
            '<template><input name="lines-__prefix__-part" value="1"></template>'
            '<input type="submit" value="Save"><input name="after" value="a&amp;b"></form>'
        )

        assert fields_of(page) == {"key": "k", "after": "a&b"}


class TestFigures:
    def test_are_medians_of_all_rounds(self) -> None:
        seen = [Sample(cpu=cpu, wall=cpu * 2, sql=1, queries=3, size=10) for cpu in (1, 9, 2)]

        medians = Figures(seen).medians()

        assert medians == {"cpu": 2, "wall": 4, "sql": 1, "queries": 3, "size": 10}


class Noted(Person):
    """Notes who was asked for what, instead of asking."""

    def __init__(self, variant: str, notes: list[str]) -> None:
        self.variant, self.notes = variant, notes

    def visit(self, visit: Visit) -> Sample:
        self.notes.append(f"{self.variant} {visit.page}")
        return Sample(cpu=1, wall=1, sql=0, queries=0, size=0)


class TestRounds:
    def test_ask_for_each_page_in_turn_of_all_variants(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        notes: list[str] = []
        monkeypatch.setattr(rounds, "Person", lambda handler, _name: Noted(handler, notes))
        few, many = (
            [visit(page=page) for page in pages] for pages in (("a", "b"), ("a", "b", "c"))
        )
        both: Sequence[Variant] = [Variant("x", "x", few), Variant("y", "y", many)]  # type: ignore[arg-type]  # a name is enough here
        done: list[str] = []

        measured = Rounds(both, [Limit("small", 3, lambda: done.append("small"))])
        measured.go_round()
        measured.go_round()

        assert notes == ["x a", "y a", "x b", "y b", "y c"] * 2
        assert list(measured.turns)[-2:] == ["y: c", "alone: small"]
        assert measured.done == 2
        assert len(done) == 6
        assert list(measured.medians()["y"]) == ["a", "b", "c"]
        assert measured.medians_of_limits()["small"]["wall"] > 0

    def test_fill_what_shows_the_last_bookings_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        notes: list[str] = []
        monkeypatch.setattr(rounds, "Person", lambda handler, _name: Noted(handler, notes))
        pages = [visit(page="look"), visit(page="book", who="a", form="/f/")]

        Rounds([Variant("x", "x", pages)]).warm_up()  # type: ignore[arg-type]  # a name is enough here

        assert notes == ["x look", "x book", *["x book"] * rounds.BOOKINGS]


@pytest.mark.django_db
class TestPlainAddresses:
    def test_are_the_benchmarks_alone(self) -> None:
        for path in ("/bare/catalog/part/", "/unfold/catalog/part/", "/fixed/"):
            assert resolve(path, URLCONF).route
            with pytest.raises(Resolver404):
                resolve(path)

    def test_answer_something_fixed_without_anything_of_ours(self) -> None:
        answer = Person(handlers.without_middleware(), "").get("/fixed/")

        assert (answer.status, len(answer.content)) == (200, 30_000)
        assert set(answer.headers) == {"Content-Type"}


class TestPosting:
    def test_sets_the_service_beside_raw_sql_for_both_kinds_of_rows(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Any] = []
        rates = {True: 150.0, False: 300.0}

        def speeds(**given: Any) -> Iterator[measuring_movements.Speed]:
            [(variant, switched_off)] = given["variants"].items()
            assert not switched_off  # the service as it is
            for same, rate in rates.items():
                yield measuring_movements.Speed(
                    variant=variant, same_part=same, a_second=rate, middle=1, slow=2
                )

        def raw(parts: Sequence[int], *given: float) -> float:
            asked.append((len(parts), len(set(parts)), *given))
            return 1000.0

        monkeypatch.setattr(measuring_movements, "scratch_database", nullcontext)
        monkeypatch.setattr(measuring_movements, "measure", speeds)
        monkeypatch.setattr(posting, "_raw", raw)

        found = posting.measure(processes=4, seconds=2, rounds=3)

        assert found == {
            "a part each": {"service": 300.0, "raw": 1000.0},
            "one part": {"service": 150.0, "raw": 1000.0},
        }
        assert asked == [(4, 4, 2, 3), (4, 1, 2, 3)]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("loaded")
class TestOnTheDemo:
    @pytest.fixture
    def traffic(self, people: Path) -> Traffic:
        return Traffic(json.loads(people.read_text()))

    @pytest.fixture(autouse=True)
    def _waiting_as_it_was(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the command sets for its process would stay for all tests."""
        monkeypatch.setattr("demo.management.commands.measure_pages.limit_waiting", lambda: None)

    def test_every_page_of_the_load_test_is_measured_or_left_out_with_a_reason(
        self, traffic: Traffic
    ) -> None:
        measured = {visit.page for visit in traffic.visits()}

        assert {page.value for page in Page} == (measured & set(Page)) | set(LEFT_OUT)
        assert not measured & set(LEFT_OUT)
        assert measured - set(Page) == {
            f"{page}, {FULL} rows"
            for page in ("parts: list", "movements: list", "orders: list", "stock levels: list")
        }

    def test_command_measures_all_of_it(self, people: Path, tmp_path: Path) -> None:
        """Every page answers as it should, or the command fails."""
        before = StockMovement.objects.count()
        handlers_before = list(logging.getLogger().handlers)
        file = tmp_path / "pages.json"

        call_command(
            "measure_pages", "--people", people, "--rounds", "1", "--beside", "--limits",
            "--file", file,
        )  # fmt: skip

        found = json.loads(file.read_text())
        assert found["rounds"] == 1
        assert set(found["machine"]) == {"cores", "Python", "Django", "PostgreSQL"}
        assert set(found["pages"]) == {
            "ours",
            "beside: ours",
            "beside: bare Django",
            "beside: plain unfold",
        }
        for pages in found["pages"].values():
            assert all(page["cpu"] > 0 and page["wall"] > 0 for page in pages.values())
        assert found["pages"]["ours"]["parts: list"]["queries"] > 3
        assert len(found["limits"]) == 8
        once = 2 + rounds.BOOKINGS  # warming up, filling, and the round
        assert StockMovement.objects.count() - before == 4 * once  # a transfer is two
        assert logging.getLogger().handlers == handlers_before

    def test_command_takes_turns(
        self, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        name = "ours: availability of a part"
        monkeypatch.setattr("sys.stdin", iter([f"{name}\n", f"{name}\n"]))
        file = tmp_path / "pages.json"

        call_command("measure_pages", "--people", people, "--by-turns", "--only", "availability",
                     "--file", file)  # fmt: skip

        turns, *answers = capsys.readouterr().out.splitlines()
        assert json.loads(turns) == [name]
        assert answers == ["done", "done"]
        found = json.loads(file.read_text())
        assert found["rounds"] == 2
        assert list(found["pages"]["ours"]) == ["availability of a part"]

    def test_command_says_what_is_missing(self, tmp_path: Path) -> None:
        file = tmp_path / "nobody.json"
        file.write_text(json.dumps({"people": [], "everybody": {}}))

        with pytest.raises(CommandError, match="There is no auditor, buyer, general"):
            call_command("measure_pages", "--people", file)

    def test_a_page_that_answers_otherwise_is_not_measured(self, traffic: Traffic) -> None:
        [page] = chosen(list(traffic.visits()), ["dashboard"])
        somebody = Person(application(), "")  # nobody is signed in

        with pytest.raises(UnexpectedAnswerError, match="dashboard: /admin/ answers 302"):
            somebody.visit(page)

    def test_lists_are_made_as_long_as_asked_for_and_stay_as_they_are(
        self, traffic: Traffic
    ) -> None:
        found = {page.page: page for page in chosen(list(traffic.visits()), ["parts: list"])}
        kept = model_admin_of(Part).list_per_page
        person = Person(application(), found["parts: list"].who)

        usual = person.visit(found["parts: list"])
        full = person.visit(found[f"parts: list, {FULL} rows"])

        assert full.size > usual.size * 1.2
        assert model_admin_of(Part).list_per_page == kept

    def test_a_list_forgets_what_the_page_before_made_it_remember(self, traffic: Traffic) -> None:
        every = {page.page: page for page in traffic.visits()}
        person = Person(application(), every["parts: list"].who)

        person.visit(every["parts: of a status"])

        assert person.get(every["parts: list"].path).status == 302
        assert person.visit(every["parts: list"]).size > 10_000

    def test_who_signs_in_signs_out_again(self, traffic: Traffic) -> None:
        """Each session left behind would be looked at by all sign-ins after it."""
        [page] = chosen(list(traffic.visits()), ["sign in: send"])
        person = Person(application(), "")

        seen = [person.visit(page).queries for _time in range(4)]

        assert seen[-1] <= seen[1]

    def test_nobody_may_be_missing(self, people: Path) -> None:
        content = json.loads(people.read_text())
        content["people"] = [p for p in content["people"] if p["work"] != "buyer"]

        with pytest.raises(MissingError, match="buyer"):
            Traffic(content)

    # --- Beside ours ------------------------------------------------------------------------

    def test_all_admins_show_the_same_parts(self, traffic: Traffic) -> None:
        number = traffic.part["number"]
        for variant in beside.variants(traffic.part):
            person = Person(variant.handler, beside.ASKING)
            pages = {page.page: page for page in variant.visits}
            assert len(pages) == 7
            for name in ("search a number", "form of a part"):
                shown = person.get(pages[name].path).content.decode()
                assert number in shown, (variant.name, name)

    def test_plain_admins_have_nothing_of_ours(self, traffic: Traffic) -> None:
        _ours, *plain = beside.variants(traffic.part)
        for variant, of_unfold in zip(plain, (False, True), strict=True):
            for page in variant.visits:
                answer = Person(variant.handler, beside.ASKING).get(page.path)
                shown = answer.content.decode()
                assert answer.status == 200
                assert ("unfold" in shown) is of_unfold
                assert "inventory" not in shown

    def test_templates_are_ours_again_afterwards(self, traffic: Traffic) -> None:
        mine, bare, _unfold = beside.variants(traffic.part)
        Person(bare.handler, beside.ASKING).get(bare.visits[0].path)

        shown = Person(mine.handler, beside.ASKING).get(mine.visits[0].path).content.decode()

        assert "unfold" in shown
        assert "inventory" in shown

    def test_plain_admins_count_all_rows(self, traffic: Traffic) -> None:
        """Otherwise nothing would be compared with what Django does by itself."""
        _ours, bare, _unfold = beside.variants(traffic.part)
        person = Person(bare.handler, beside.ASKING)
        asked: list[str] = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            person.visit(bare.visits[0])

        assert sum('COUNT(*) AS "__count" FROM "catalog_part"' in sql for sql in asked) == 2

    def test_what_the_database_is_asked_is_counted(self, traffic: Traffic) -> None:
        [page] = chosen(list(traffic.visits()), ["dashboard"])
        person = Person(application(), page.who)

        with CaptureQueriesContext(connection) as captured:
            sample = person.visit(page)

        assert 0 < sample.queries == len(captured)
        assert 0 < sample.sql < sample.wall

    def test_every_line_of_the_log_is_written_as_in_production(self, traffic: Traffic) -> None:
        [page] = chosen(list(traffic.visits()), ["dashboard"])
        with logging_as_in_production():
            [handler] = logging.getLogger().handlers
            lines: list[str] = []
            handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]  # to read them
            Person(application(), page.who).visit(page)

        assert json.loads(lines[-1])["path"] == "/admin/"
