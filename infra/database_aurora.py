"""PostgreSQL as an Aurora cluster: storage in three zones, capacity that follows the load."""

import pulumi
import pulumi_aws as aws

from infra.database_engine import CERTIFICATE, OWNER, Engine, EngineArgs, log_groups, parameters
from infra.names import tag

LOGS = ("postgresql",)


def make_aurora(name: str, args: EngineArgs, opts: pulumi.ResourceOptions) -> Engine:
    settings = args.settings
    kept = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=args.protected))
    cluster = aws.rds.Cluster(
        f"{name}-cluster",
        cluster_identifier=args.label,
        engine=aws.rds.EngineType.AURORA_POSTGRESQL,
        engine_mode="provisioned",  # what Serverless v2 calls itself
        engine_version=settings.version,
        serverlessv2_scaling_configuration=aws.rds.ClusterServerlessv2ScalingConfigurationArgs(
            min_capacity=settings.aurora_min_acu, max_capacity=settings.aurora_max_acu
        ),
        storage_encrypted=True,
        kms_key_id=args.key_arn,
        # --- who gets in
        database_name=settings.name,
        port=args.port,
        master_username=OWNER,
        manage_master_user_password=True,
        master_user_secret_kms_key_id=args.key_arn,
        db_subnet_group_name=args.subnet_group_name,
        vpc_security_group_ids=[args.security_group_id],
        db_cluster_parameter_group_name=_parameter_group(name, args, opts).name,
        # --- upkeep
        backup_retention_period=settings.backup_days,
        preferred_backup_window=settings.backup_window,
        preferred_maintenance_window=settings.maintenance_window,
        apply_immediately=settings.apply_immediately,
        copy_tags_to_snapshot=True,
        deletion_protection=args.protected,
        delete_automated_backups=not args.protected,
        skip_final_snapshot=not args.protected,
        final_snapshot_identifier=args.last_snapshot,
        # --- what it tells
        enabled_cloudwatch_logs_exports=list(LOGS),
        tags=tag(args.label),
        opts=pulumi.ResourceOptions.merge(
            kept,
            pulumi.ResourceOptions(depends_on=log_groups(name, args, "cluster", LOGS, opts)),
        ),
    )
    # Alike, so that any of them can take over as the writer.
    for position in range(1 + settings.aurora_readers):
        label = args.names.of("rds", f"main-{position}")
        aws.rds.ClusterInstance(
            f"{name}-member-{position}",
            identifier=label,
            cluster_identifier=cluster.id,
            engine=aws.rds.EngineType.AURORA_POSTGRESQL,
            engine_version=settings.version,
            auto_minor_version_upgrade=True,
            instance_class="db.serverless",
            db_subnet_group_name=args.subnet_group_name,
            publicly_accessible=False,
            ca_cert_identifier=CERTIFICATE,
            preferred_maintenance_window=settings.maintenance_window,
            apply_immediately=settings.apply_immediately,
            copy_tags_to_snapshot=True,
            performance_insights_enabled=True,
            performance_insights_retention_period=settings.insights_days,
            performance_insights_kms_key_id=args.key_arn,
            tags=tag(label),
            opts=kept,
        )
    return Engine(
        host=cluster.endpoint,
        owner_secret_arn=cluster.master_user_secrets[0].secret_arn,
        identifier=cluster.cluster_identifier,
    )


def _parameter_group(
    name: str, args: EngineArgs, opts: pulumi.ResourceOptions
) -> aws.rds.ClusterParameterGroup:
    label = args.names.of("rds", args.family)
    return aws.rds.ClusterParameterGroup(
        f"{name}-parameters",
        name=label,
        family=args.family,
        description="TLS only, slow statements and connections logged, time limits",
        parameters=[
            aws.rds.ClusterParameterGroupParameterArgs(
                name=key, value=value, apply_method="immediate"
            )
            for key, value in parameters(args.settings).items()
        ],
        tags=tag(label),
        opts=opts,
    )
