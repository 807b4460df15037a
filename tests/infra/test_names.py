import json

import pytest

from infra.names import LIMITS, Names, tag
from infra.provider import default_tags
from tests.infra.conftest import STACKS, Deploy, ReadConfig

STG = Names("drone", "stg")


class TestNames:
    def test_are_system_environment_service_and_what_tells_several_apart(self) -> None:
        assert STG.of("vpc") == "drone-stg-vpc"
        assert STG.of("subnet", "public-1a") == "drone-stg-subnet-public-1a"

    def test_put_the_environment_last_where_aws_shows_a_name_alone(self) -> None:
        assert STG.suffixed("rds-main") == "rds-main-stg"

    def test_are_paths_in_parameter_store_and_for_log_groups(self) -> None:
        assert STG.parameter("ecr", "repository") == "/drone/stg/ecr/repository"
        assert STG.log_group("app") == "/drone/stg/app"

    def test_keep_to_each_service_s_length(self) -> None:
        with pytest.raises(ValueError, match="alb allows 32: choose a shorter sysname"):
            STG.of("alb", "x" * 30)

    def test_keep_to_what_a_service_allows_as_letters(self) -> None:
        with pytest.raises(ValueError, match="no name that s3 allows"):
            STG.of("s3", "Logs")

    @pytest.mark.parametrize("service", LIMITS)
    def test_fit_for_the_longest_system_and_environment(self, service: str) -> None:
        """What configuration allows as `sysname` and `env`, with an account's number behind."""
        longest = Names("inventory0", "stage")

        assert longest.of(service, "1" * 8)


class TestTags:
    @pytest.mark.parametrize("stack", STACKS)
    def test_come_from_explicit_providers_that_refuse_other_accounts(
        self, stack: str, deploy: Deploy, read_config: ReadConfig
    ) -> None:
        graph = deploy(stack)

        home, edge = graph.of_type("pulumi:providers:aws")
        read = read_config(stack)
        for provider in (home, edge):
            assert provider.document("defaultTags")["tags"] == default_tags(read)
            assert provider.inputs["allowedAccountIds"] == f'["{read.account.id}"]'
            [role] = json.loads(provider.inputs["assumeRoles"])
            assert role["roleArn"].endswith(
                f":iam::{read.account.id}:role/OrganizationAccountAccessRole"
            )
        assert (home.inputs["region"], edge.inputs["region"]) == ("ap-northeast-1", "us-east-1")

    def test_are_the_five_that_everything_carries(self, read_config: ReadConfig) -> None:
        read = read_config("prd")

        assert {**default_tags(read), **tag("drone-prd-vpc")} == {
            "Project": "drone-inventory",
            "Cost": "drone-prd",
            "createdBy": "pulumi",
            "env": "prd",
            "Name": "drone-prd-vpc",
        }

    def test_without_a_role_the_credentials_at_hand_are_used(self, deploy: Deploy) -> None:
        graph = deploy("stg", accountRole="")

        assert all(
            "assumeRoles" not in provider.inputs
            for provider in graph.of_type("pulumi:providers:aws")
        )
