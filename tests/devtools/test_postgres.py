"""The desk's PostgreSQL, with real servers: whatever is killed, the next start works."""

import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import psycopg
import pytest

from devtools.console import Problem
from devtools.database import APP, OWNER, connect, embedded, prepare, recreate
from devtools.house import House, Keys
from devtools.postgres import FAST_AND_LOOSE, Cluster, Running, version_of

pytestmark = pytest.mark.slow

Connection = psycopg.Connection[tuple[object, ...]]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def cluster_of(house: House, settings: Mapping[str, str] = FAST_AND_LOOSE) -> Cluster:
    return Cluster(house, "postgres", Keys.of(house).postgres, settings)


def ask(house: House, server: Running, query: str) -> object:
    superuser = embedded(server.port, Keys.of(house)).superuser_url
    assert superuser is not None
    with connect(superuser) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


class TestRunning:
    def test_makes_starts_and_stops_a_server(self, house: House) -> None:
        with cluster_of(house).running() as server:
            assert ask(house, server, "SELECT 1") == 1

        assert not server.process.is_running()

    def test_keeps_the_data(self, house: House) -> None:
        with cluster_of(house).running() as server:
            ask(house, server, "CREATE TABLE kept AS SELECT 7 AS number")

        with cluster_of(house).running() as server:
            assert ask(house, server, "SELECT number FROM kept") == 7

    def test_lets_nobody_in_without_the_password(self, house: House) -> None:
        with cluster_of(house).running() as server:
            stranger = f"postgresql://postgres:guess@127.0.0.1:{server.port}/postgres"

            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(stranger)

    def test_finds_japanese_by_parts_of_words(self, house: House) -> None:
        with cluster_of(house).running() as server:
            ask(house, server, "CREATE EXTENSION pg_trgm")

            assert ask(house, server, "SELECT cardinality(show_trgm('モーター'))") == 5

    def test_is_shared_until_the_last_one_leaves(self, house: House) -> None:
        with cluster_of(house).running() as first:
            with cluster_of(house).running() as second:
                assert second.process.pid == first.process.pid
            assert ask(house, first, "SELECT 1") == 1

        assert not first.process.is_running()


class TestSurvives:
    def test_a_server_killed_with_its_data_written(self, house: House) -> None:
        safe: dict[str, str] = {}
        with cluster_of(house, safe).running() as server:
            ask(house, server, "CREATE TABLE kept AS SELECT 7 AS number")
            server.process.kill()

        with cluster_of(house, safe).running() as server:
            assert ask(house, server, "SELECT number FROM kept") == 7

    def test_a_dev_killed_while_its_server_runs(self, house: House) -> None:
        """The child ends without putting anything away, as kill -9 would have it."""
        child = os.fork()
        if child == 0:
            running = cluster_of(house).running()
            running.__enter__()
            os._exit(0)
        os.waitpid(child, 0)

        with cluster_of(house).running() as server:
            assert ask(house, server, "SELECT 1") == 1

        assert not server.process.is_running()

    def test_an_initdb_cut_short(self, house: House) -> None:
        half = cluster_of(house).place.home / "data.new"
        half.mkdir()
        (half / "PG_VERSION").write_text("18\n")

        with cluster_of(house).running() as server:
            assert ask(house, server, "SELECT 1") == 1

        assert not half.exists()

    def test_a_pid_file_that_names_another_program(self, house: House) -> None:
        """After the machine was restarted, the old number is somebody else's."""
        with cluster_of(house).running():
            pass
        cluster = cluster_of(house)
        lines = [str(os.getpid()), str(cluster.data), "1", "5432", "", "127.0.0.1", "1 1", "ready"]
        (cluster.data / "postmaster.pid").write_text("\n".join(lines))

        with cluster_of(house).running() as server:
            assert server.process.pid != os.getpid()
            assert ask(house, server, "SELECT 1") == 1

    def test_workers_that_outlive_their_server(self, house: House) -> None:
        with cluster_of(house).running() as server:
            workers = server.process.children()
            for worker in workers:
                worker.send_signal(signal.SIGSTOP)
            server.process.kill()

        try:
            with cluster_of(house).running() as server:
                assert ask(house, server, "SELECT 1") == 1
        finally:
            for worker in (worker for worker in workers if worker.is_running()):
                worker.kill()


class TestRefuses:
    def test_data_of_another_version(self, house: House) -> None:
        with cluster_of(house).running():
            pass
        cluster = cluster_of(house)
        (cluster.data / "PG_VERSION").write_text("16\n")
        ours = version_of(cluster.place.program("postgres"))

        with pytest.raises(Problem) as problem, cluster_of(house).running():
            pass

        said = str(problem.value)
        assert f"made by PostgreSQL 16; this checkout brings PostgreSQL {ours}" in said
        assert f"mv {cluster.place.home} {cluster.place.home}-16 && ./dev up" in said

    def test_a_full_disk_before_touching_anything(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 9_000_000))

        with pytest.raises(Problem, match="9 MB are free"), cluster_of(house).running():
            pass

        assert not cluster_of(house).data.exists()

    def test_passwords_that_were_lost(self, house: House) -> None:
        with cluster_of(house).running():
            pass
        (house.data / "secrets.json").unlink()
        keys = Keys.of(house)

        with (
            cluster_of(house).running() as server,
            pytest.raises(Problem, match=r"secrets\.json"),
        ):
            prepare(embedded(server.port, keys), keys)


class TestPlace:
    def test_works_beneath_a_closed_folder(self, house: House) -> None:
        """As root the server is another user's, who cannot enter; else nothing is special."""
        house.root.chmod(0o700)

        with cluster_of(house).running() as server:
            assert ask(house, server, "SELECT 1") == 1

        assert house.root.stat().st_mode & 0o777 == 0o700
        assert (house.data / "postgres-place").exists() == (os.geteuid() == 0)

    def test_never_runs_as_root(self, house: House) -> None:
        with cluster_of(house).running() as server:
            assert server.process.uids().real != 0


@pytest.fixture(scope="module")
def keys(shared_house: House) -> Keys:
    return Keys.of(shared_house)


@pytest.fixture(scope="module")
def server(shared_house: House, keys: Keys) -> Iterator[Running]:
    with cluster_of(shared_house).running() as server:
        prepare(embedded(server.port, keys), keys)
        yield server


@pytest.fixture
def owner(server: Running, keys: Keys) -> Iterator[Connection]:
    with connect(embedded(server.port, keys).owner_url) as connection:
        connection.execute("DROP TABLE IF EXISTS thing")
        yield connection


@pytest.fixture
def app(server: Running, keys: Keys) -> Iterator[Connection]:
    with connect(embedded(server.port, keys).app_url) as connection:
        yield connection


class TestRoles:
    def test_let_the_owner_change_the_schema(self, owner: Connection) -> None:
        owner.execute("CREATE TABLE thing (id int)")

    def test_refuse_the_application_to_change_the_schema(self, app: Connection) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE thing (id int)")

    def test_refuse_the_application_what_was_not_granted(
        self, owner: Connection, app: Connection
    ) -> None:
        owner.execute("CREATE TABLE thing (id int)")

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT * FROM thing")

    @pytest.mark.parametrize("role", [OWNER, APP])
    def test_are_no_superusers(self, owner: Connection, role: str) -> None:
        found = owner.execute(
            "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls "
            "FROM pg_roles WHERE rolname = %s",
            [role],
        ).fetchone()

        assert found == (False,)

    def test_can_be_prepared_again(self, server: Running, keys: Keys) -> None:
        prepare(embedded(server.port, keys), keys)

    def test_are_there_after_the_database_was_made_anew(
        self, server: Running, keys: Keys, owner: Connection
    ) -> None:
        owner.execute("CREATE TABLE thing (id int)")

        recreate(embedded(server.port, keys), keys)

        with connect(embedded(server.port, keys).owner_url) as again:
            assert again.execute("SELECT to_regclass('thing')").fetchone() == (None,)


class TestSecrets:
    def test_are_made_once_and_for_their_owner_alone(self, house: House) -> None:
        first = Keys.of(house)

        assert Keys.of(house) == first
        assert (house.data / "secrets.json").stat().st_mode & 0o777 == 0o600
