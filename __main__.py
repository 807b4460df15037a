"""The platform of one environment, from the network to the service behind CloudFront.

`pulumi up --stack stg` makes it; docs/deploying.md goes through it step by step. What can be set
is in Pulumi.yaml; which value goes where is in infra/layers/.
"""

from pathlib import Path

import pulumi

from infra.config import StackConfig
from infra.layers.data import keep_data
from infra.layers.foundation import lay_foundation
from infra.layers.network import lay_network
from infra.layers.way_in import open_way_in
from infra.layers.work import serve
from infra.parameters import Parameters
from infra.stack import Stack

stack = Stack.of(StackConfig.from_pulumi(), root=Path(__file__).resolve().parent)

foundation = lay_foundation(stack)
ground = lay_network(stack, foundation)
data = keep_data(stack, foundation, ground)
way_in = open_way_in(stack, foundation, ground)
work = serve(stack, foundation, ground, data, way_in)

# What CI and operators need next, by name and on the terminal. Nothing of it is secret.
made = {
    "url": way_in.edge.url,
    "cluster": work.cluster.cluster_name,
    "service": work.web.service_name,
    "repository": work.image.repository_url,
    "image": work.image.uri,
    "database": data.database.identifier,
    "database-secret": data.secrets.database.arn,
    "database-owner-secret": data.database.owner_secret_arn,
    "django-secret": data.secrets.django.arn,
    "audit-secret": data.secrets.audit.arn,
    "second-factor-secret": data.secrets.second_factor.arn,
    "log-bucket": foundation.log_bucket.name,
    "alarm-topic": foundation.alarm_topic.arn,
    "key": foundation.keys.main_arn,
}
Parameters("parameters", stack.names, made, stack.home)
for name, value in made.items():
    pulumi.export(name, value)
pulumi.export("egress-addresses", ground.nat.public_addresses)
if way_in.domain:
    pulumi.export("name-servers", way_in.domain.name_servers)
pulumi.export(
    "dashboard",
    pulumi.Output.format(
        "https://{0}.console.aws.amazon.com/ecs/v2/clusters/{1}/services/{2}/health?region={0}",
        stack.config.account.region,
        work.cluster.cluster_name,
        work.web.service_name,
    ),
)
