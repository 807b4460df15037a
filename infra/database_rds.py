"""PostgreSQL as an RDS instance: storage that grows, and a standby in the other zone if wanted."""

import pulumi
import pulumi_aws as aws

from infra.database_engine import CERTIFICATE, OWNER, Engine, EngineArgs, log_groups, parameters
from infra.names import tag

LOGS = ("postgresql", "upgrade")


def make_rds(name: str, args: EngineArgs, opts: pulumi.ResourceOptions) -> Engine:
    settings = args.settings
    instance = aws.rds.Instance(
        f"{name}-instance",
        identifier=args.label,
        engine="postgres",
        engine_version=settings.version,
        auto_minor_version_upgrade=True,
        instance_class=settings.instance_class,
        multi_az=settings.multi_az,
        # --- storage
        storage_type="gp3",
        allocated_storage=settings.storage_gb,
        max_allocated_storage=settings.storage_max_gb,
        storage_encrypted=True,
        kms_key_id=args.key_arn,
        # --- who gets in
        db_name=settings.name,
        port=args.port,
        username=OWNER,
        manage_master_user_password=True,
        master_user_secret_kms_key_id=args.key_arn,
        db_subnet_group_name=args.subnet_group_name,
        vpc_security_group_ids=[args.security_group_id],
        publicly_accessible=False,
        ca_cert_identifier=CERTIFICATE,
        parameter_group_name=_parameter_group(name, args, opts).name,
        # --- upkeep
        backup_retention_period=settings.backup_days,
        backup_window=settings.backup_window,
        maintenance_window=settings.maintenance_window,
        apply_immediately=settings.apply_immediately,
        copy_tags_to_snapshot=True,
        deletion_protection=args.protected,
        delete_automated_backups=not args.protected,
        skip_final_snapshot=not args.protected,
        final_snapshot_identifier=args.last_snapshot,
        # --- what it tells
        enabled_cloudwatch_logs_exports=list(LOGS),
        performance_insights_enabled=True,
        performance_insights_retention_period=settings.insights_days,
        performance_insights_kms_key_id=args.key_arn,
        tags=tag(args.label),
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                protect=args.protected,
                # RDS itself keeps the storage large enough.
                ignore_changes=["allocatedStorage"],
                depends_on=log_groups(name, args, "instance", LOGS, opts),
            ),
        ),
    )
    return Engine(
        host=instance.address,
        owner_secret_arn=instance.master_user_secrets[0].secret_arn,
        identifier=instance.identifier,
    )


def _parameter_group(
    name: str, args: EngineArgs, opts: pulumi.ResourceOptions
) -> aws.rds.ParameterGroup:
    label = args.names.of("rds", args.family)
    return aws.rds.ParameterGroup(
        f"{name}-parameters",
        name=label,
        family=args.family,
        description="TLS only, slow statements and connections logged, time limits",
        parameters=[
            aws.rds.ParameterGroupParameterArgs(name=key, value=value, apply_method="immediate")
            for key, value in parameters(args.settings).items()
        ],
        tags=tag(label),
        opts=opts,
    )
