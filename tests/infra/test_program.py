"""The whole program, as `pulumi preview` and `pulumi up` run it."""

import ast
from pathlib import Path

import pytest

from infra.plan.recorder import record
from tests.infra.conftest import STACKS, Deploy
from tests.infra.options import COMBINATIONS, WITH_DOMAIN, WITH_ZONE


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("name", COMBINATIONS)
def test_survives_its_first_preview_where_nothing_is_known(
    stack: str, name: str, deploy: Deploy
) -> None:
    options = COMBINATIONS[name]

    previewed = {record.urn for record in deploy(stack, preview=True, **options)}

    assert previewed == {record.urn for record in deploy(stack, **options)}


@pytest.mark.parametrize("stack", STACKS)
class TestStack:
    def test_names_nothing_twice(self, stack: str, deploy: Deploy) -> None:
        urns = [record.urn for record in deploy(stack)]

        assert len(urns) == len(set(urns))

    def test_puts_every_resource_into_a_component(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)
        for found in graph:
            if found.type.startswith("aws"):
                assert graph.by_urn(found.parent).type.startswith("inventory:infra:"), found

    def test_says_what_an_operator_needs_next(self, stack: str, deploy: Deploy) -> None:
        outputs = deploy(stack).outputs

        assert outputs["url"] == "https://d111111abcdef8.cloudfront.net/"
        assert outputs["cluster"] == f"drone-{stack}-ecs"
        assert outputs["service"] == f"drone-{stack}-ecs-web"
        assert f"/drone-{stack}-ecs/services/drone-{stack}-ecs-web/" in outputs["dashboard"]
        assert outputs["egress-addresses"][0] == "203.0.113.10"

    def test_keeps_secrets_out_of_what_it_says(self, stack: str, deploy: Deploy) -> None:
        assert deploy(stack).secret_outputs == set()

    def test_starts_tasks_once_there_is_a_way_out(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        service = graph.one("ecs/service:Service", "web")
        assert graph.one("autoscaling/group:Group", "nat-a").urn in service.depends_on
        assert graph.one("rds/instance:Instance").urn in service.depends_on


class TestDomain:
    def test_is_where_the_service_answers(self, deploy: Deploy) -> None:
        graph = deploy("prd", **WITH_DOMAIN)

        assert graph.outputs["url"] == "https://inventory.example.com/"
        assert graph.outputs["name-servers"] == ["ns-1.example"]

    def test_asks_for_no_delegation_where_its_zone_is_there(self, deploy: Deploy) -> None:
        graph = deploy("prd", **WITH_ZONE)

        assert graph.of_type("route53/zone:Zone") == []


class TestForm:
    """docs/adr and the style of this program: what a component may not do."""

    def components(self, root: Path) -> list[Path]:
        return [path for path in sorted((root / "infra").glob("*.py")) if path.stat().st_size]

    def test_the_program_reads_in_one_look(self, root: Path) -> None:
        assert len((root / "__main__.py").read_text().splitlines()) <= 80

    def test_no_file_is_long(self, root: Path) -> None:
        long = {
            path.name: length
            for path in [*(root / "infra").rglob("*.py"), *(root / "tests/infra").rglob("*.py")]
            if (length := len(path.read_text().splitlines())) > 400
        }

        assert long == {}

    def test_configuration_is_read_in_one_place(self, root: Path) -> None:
        readers = {
            path.name
            for path in self.components(root)
            if {"pulumi.Config(", "get_stack("} & set(_calls(path))
        }

        assert readers == {"config.py"}

    def test_components_reach_for_nothing_outside(self, root: Path) -> None:
        """Files and programs are read before, by helpers that are named here."""
        allowed = {"nat_script.py", "image_tag.py"}
        for path in self.components(root):
            if path.name not in allowed:
                calls = set(_calls(path))
                assert not {"open(", "subprocess.run(", "boto3.client("} & calls, path.name
                assert not any(call.endswith(".read_text(") for call in calls), path.name

    def test_nothing_switches_on_a_stack_s_name(self, root: Path) -> None:
        for path in [*self.components(root), root / "__main__.py"]:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Compare):
                    words = {
                        entry.value for entry in ast.walk(node) if isinstance(entry, ast.Constant)
                    }
                    assert not {"stg", "prd"} & words, path.name


def test_a_failure_inside_an_output_fails_the_run() -> None:
    import pulumi

    def program() -> None:
        pulumi.Output.from_input(0).apply(lambda nothing: 1 / nothing)

    with pytest.raises(ZeroDivisionError):
        record(program)


def _calls(path: Path) -> list[str]:
    return [
        f"{ast.unparse(node.func)}("
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]
