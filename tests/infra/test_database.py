import pytest

from infra.database_engine import parameters
from tests.infra.conftest import STACKS, Deploy, ReadConfig
from tests.infra.options import WITH_AURORA

INSTANCE = "rds/instance:Instance"
CLUSTER = "rds/cluster:Cluster"
MEMBER = "rds/clusterInstance:ClusterInstance"


@pytest.mark.parametrize("stack", STACKS)
class TestRds:
    def test_is_postgresql_17_on_gp3_that_grows(self, stack: str, deploy: Deploy) -> None:
        instance = deploy(stack).one(INSTANCE).inputs

        assert (instance["engine"], instance["engineVersion"]) == ("postgres", "17")
        assert instance["identifier"] == f"drone-{stack}-rds-main"
        assert instance["storageType"] == "gp3"
        assert (instance["allocatedStorage"], instance["maxAllocatedStorage"]) == (20, 200)

    def test_is_encrypted_with_our_key(self, stack: str, deploy: Deploy) -> None:
        instance = deploy(stack).one(INSTANCE).inputs

        assert instance["storageEncrypted"] is True
        for key in ("kmsKeyId", "performanceInsightsKmsKeyId", "masterUserSecretKmsKeyId"):
            assert instance[key].endswith(":keys-main")

    def test_lies_in_the_private_subnets(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)

        assert graph.one(INSTANCE).inputs["publiclyAccessible"] is False
        assert graph.one("rds/subnetGroup:SubnetGroup").inputs["subnetIds"] == [
            "network-private-a-id",
            "network-private-c-id",
        ]

    def test_leaves_its_owner_s_password_to_rds(self, stack: str, deploy: Deploy) -> None:
        instance = deploy(stack).one(INSTANCE).inputs

        assert instance["manageMasterUserPassword"] is True
        assert instance["username"] == "inventory_owner"
        assert "password" not in instance

    def test_is_reached_by_the_application_only(self, stack: str, deploy: Deploy) -> None:
        [rule] = [
            rule.inputs
            for rule in deploy(stack).of_type(
                "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
            )
            if rule.inputs["securityGroupId"] == "database-sg-id"
        ]

        assert rule["referencedSecurityGroupId"] == "app-group-id"
        assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 5432, 5432)

    def test_logs_into_groups_that_were_made_for_it(self, stack: str, deploy: Deploy) -> None:
        graph = deploy(stack)
        instance = graph.one(INSTANCE)

        groups = [g for g in graph.of_type("cloudwatch/logGroup:LogGroup") if "database" in g.name]
        assert [g.inputs["name"] for g in groups] == [
            f"/aws/rds/instance/drone-{stack}-rds-main/{log}" for log in ("postgresql", "upgrade")
        ]
        assert instance.inputs["enabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
        assert {g.urn for g in groups} <= instance.depends_on

    def test_is_kept_up_at_night_and_watched(self, stack: str, deploy: Deploy) -> None:
        """UTC: three and four o'clock in Tokyo."""
        instance = deploy(stack).one(INSTANCE).inputs

        assert instance["backupWindow"] == "18:00-18:30"
        assert instance["maintenanceWindow"] == "sat:19:00-sat:20:00"
        assert instance["autoMinorVersionUpgrade"] is True
        assert instance["copyTagsToSnapshot"] is True
        assert instance["performanceInsightsEnabled"] is True
        assert instance["performanceInsightsRetentionPeriod"] == 7

    def test_takes_its_parameters_without_a_restart(self, stack: str, deploy: Deploy) -> None:
        group = deploy(stack).one("rds/parameterGroup:ParameterGroup").inputs

        assert group["family"] == "postgres17"
        assert {said["applyMethod"] for said in group["parameters"]} == {"immediate"}


class TestEnvironments:
    def test_production_has_a_standby_and_is_hard_to_lose(self, deploy: Deploy) -> None:
        instance = deploy("prd").one(INSTANCE)

        assert instance.protect
        said = instance.inputs
        assert said["multiAz"] is True
        assert said["deletionProtection"] is True
        assert said["skipFinalSnapshot"] is False
        assert said["finalSnapshotIdentifier"] == "drone-prd-rds-main-last"
        assert said["deleteAutomatedBackups"] is False
        assert said["backupRetentionPeriod"] == 35
        assert said["applyImmediately"] is False

    def test_staging_is_small_and_goes_without_a_trace(self, deploy: Deploy) -> None:
        instance = deploy("stg").one(INSTANCE)

        assert not instance.protect
        said = instance.inputs
        assert said["instanceClass"] == "db.t4g.micro"
        assert said["multiAz"] is False
        assert said["skipFinalSnapshot"] is True
        assert said["deletionProtection"] is False


class TestAurora:
    def test_is_a_serverless_cluster_with_its_readers(self, deploy: Deploy) -> None:
        graph = deploy("prd", **WITH_AURORA)

        assert graph.of_type(INSTANCE) == []
        cluster = graph.one(CLUSTER).inputs
        assert (cluster["engine"], cluster["engineVersion"]) == ("aurora-postgresql", "17")
        assert cluster["serverlessv2ScalingConfiguration"] == {"minCapacity": 1, "maxCapacity": 8}
        members = graph.of_type(MEMBER)
        assert [m.inputs["identifier"] for m in members] == [
            f"drone-prd-rds-main-{position}" for position in range(3)
        ]
        assert {m.inputs["instanceClass"] for m in members} == {"db.serverless"}
        assert all(m.protect for m in (*members, graph.one(CLUSTER)))

    def test_is_encrypted_kept_and_watched_like_the_other(self, deploy: Deploy) -> None:
        graph = deploy("prd", **WITH_AURORA)
        cluster, members = graph.one(CLUSTER).inputs, graph.of_type(MEMBER)

        assert cluster["storageEncrypted"] is True
        for key in ("kmsKeyId", "masterUserSecretKmsKeyId"):
            assert cluster[key].endswith(":keys-main")
        assert cluster["manageMasterUserPassword"] is True
        assert cluster["backupRetentionPeriod"] == 35
        assert cluster["preferredBackupWindow"] == "18:00-18:30"
        assert cluster["preferredMaintenanceWindow"] == "sat:19:00-sat:20:00"
        assert cluster["finalSnapshotIdentifier"] == "drone-prd-rds-main-last"
        assert cluster["enabledCloudwatchLogsExports"] == ["postgresql"]
        log = graph.one("cloudwatch/logGroup:LogGroup", "database-log")
        assert log.inputs["name"] == "/aws/rds/cluster/drone-prd-rds-main/postgresql"
        for member in members:
            assert member.inputs["publiclyAccessible"] is False
            assert member.inputs["performanceInsightsEnabled"] is True
            assert member.inputs["performanceInsightsKmsKeyId"].endswith(":keys-main")

    def test_stands_behind_the_same_door(self, deploy: Deploy) -> None:
        graph = deploy("stg", **WITH_AURORA)

        assert graph.one(CLUSTER).inputs["vpcSecurityGroupIds"] == ["database-sg-id"]
        assert graph.outputs["database"] == "drone-stg-rds-main"
        assert graph.outputs["database-owner-secret"] == (
            "arn:aws:secretsmanager:database-cluster-master"
        )
        group = graph.one("rds/clusterParameterGroup:ClusterParameterGroup").inputs
        assert group["family"] == "aurora-postgresql17"
        assert {said["name"]: said["value"] for said in group["parameters"]}["rds.force_ssl"] == "1"


class TestParameters:
    def test_force_tls_and_log_who_came_and_what_was_slow(self, read_config: ReadConfig) -> None:
        settings = read_config("prd", databaseSlowStatementMs=500).database

        said = parameters(settings)

        assert said["rds.force_ssl"] == "1"
        assert said["log_connections"] == said["log_disconnections"] == "1"
        assert said["log_min_duration_statement"] == "500"

    def test_end_statements_and_transactions_that_hold_others_up(
        self, read_config: ReadConfig
    ) -> None:
        settings = read_config("stg").database

        said = parameters(settings)

        assert said["statement_timeout"] == "60000"
        assert said["idle_in_transaction_session_timeout"] == "60000"
