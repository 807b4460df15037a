"""The application at work: what serves, and what runs by the clock."""

from dataclasses import dataclass

import pulumi

from infra.application import Application, ApplicationArgs
from infra.cluster import Cluster, ClusterArgs
from infra.containers import Secret
from infra.image import Image, ImageArgs
from infra.image_tag import image_tag
from infra.jobs import Jobs, JobsArgs
from infra.layers.data import Data
from infra.layers.foundation import Foundation
from infra.layers.network import Ground
from infra.layers.way_in import WayIn
from infra.mail import Mail, MailArgs
from infra.secrets import APP_ROLE
from infra.service import WebService, WebServiceArgs
from infra.settings import django_settings
from infra.stack import Stack
from infra.worker import Worker, WorkerArgs


@dataclass(frozen=True, kw_only=True)
class Work:
    """The application at work: what serves, and what runs by the clock."""

    image: Image
    cluster: Cluster
    web: WebService


def serve(stack: Stack, foundation: Foundation, ground: Ground, data: Data, way_in: WayIn) -> Work:
    config, names = stack.config, stack.names
    image = Image(
        "image",
        ImageArgs(
            names=names,
            kms_key_arn=foundation.keys.main_arn,
            protected=config.environment.protected,
            reader_account_ids=config.image.readers,
            digest=config.image.digest,
            context=str(stack.root),
            tag="" if config.image.digest else image_tag(stack.root),
            architecture=config.service.architecture,
            base_digest=config.image.base_digest,
        ),
        stack.home,
    )
    cluster = Cluster(
        "cluster",
        ClusterArgs(names=names, kms_key_arn=foundation.keys.main_arn, log_days=config.logs.days),
        stack.home,
    )
    mail = None
    if config.mail.sender:
        mail = Mail("mail", MailArgs(settings=config.mail, domain=way_in.domain), stack.home)
    application = Application(
        "app",
        ApplicationArgs(
            names=names,
            account_id=config.account.id,
            region=config.account.region,
            vpc_id=ground.network.vpc_id,
            subnet_ids=ground.network.private_subnet_ids,
            cluster=cluster,
            image=image,
            architecture=config.service.architecture,
            cpu=config.service.cpu,
            memory=config.service.memory,
            exec=config.service.exec,
            environment=django_settings(config, host=way_in.edge.host, app_role=APP_ROLE),
            database_secret=data.secrets.database,
            django_secret=data.secrets.django,
            audit_secret=data.secrets.audit,
            second_factor_secret=data.secrets.second_factor,
            rights=[mail.right_to_send()] if mail else [],
            kms_key_arn=foundation.keys.main_arn,
            log_days=config.logs.days,
            after=[ground.nat, ground.endpoints, data.database],
        ),
        stack.home,
    )
    data.database.allow_from("app", application.security_group_id)
    web = WebService(
        "web",
        WebServiceArgs(
            application=application,
            load_balancer=way_in.load_balancer,
            owner_secret=Secret(arn=data.database.owner_secret_arn),
            tasks_min=config.service.tasks_min,
            tasks_max=config.service.tasks_max,
            spot_percent=config.service.spot_percent,
            gunicorn_workers=config.service.gunicorn_workers,
            gunicorn_threads=config.service.gunicorn_threads,
            cpu_target_percent=config.service.cpu_target_percent,
            memory_target_percent=config.service.memory_target_percent,
            requests_per_task=config.service.requests_per_task,
        ),
        stack.home,
    )
    if config.worker.tasks:
        Worker(
            "worker",
            WorkerArgs(
                application=application,
                command=config.worker.command,
                tasks=config.worker.tasks,
                spot=config.service.spot_percent > 0,
            ),
            pulumi.ResourceOptions.merge(stack.home, pulumi.ResourceOptions(depends_on=[web])),
        )
    jobs = Jobs(
        "jobs", JobsArgs(application=application, timezone=config.jobs.timezone), stack.home
    )
    jobs.add("reorder_sweep", when=config.jobs.reorder_sweep)
    jobs.add("verify_ledger", when=config.jobs.verify_ledger)
    jobs.add("verify_audit", when=config.jobs.verify_audit)
    return Work(image=image, cluster=cluster, web=web)
