"""Where alarms go: one topic, and a person's mailbox if one is set."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.iam import allow, policy
from infra.names import Names, tag


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs:
    names: Names
    account_id: str
    key_arn: pulumi.Input[str]
    email: str  # empty: nobody yet


class AlarmTopic(pulumi.ComponentResource):
    """An encrypted SNS topic that CloudWatch may publish to."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: AlarmTopicArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:AlarmTopic", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        label = args.names.of("sns", "alarms")
        topic = aws.sns.Topic(
            f"{name}-topic",
            name=label,
            kms_master_key_id=args.key_arn,
            tags=tag(label),
            opts=child,
        )
        aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=policy(
                allow(
                    ["sns:Publish"],
                    topic.arn,
                    sid="AlarmsOfThisAccount",
                    to={"Service": "cloudwatch.amazonaws.com"},
                    when={"StringEquals": {"aws:SourceAccount": args.account_id}},
                )
            ),
            opts=child,
        )
        if args.email:
            aws.sns.TopicSubscription(
                f"{name}-mail",
                topic=topic.arn,
                protocol="email",
                endpoint=args.email,
                opts=child,
            )
        self.arn = topic.arn
        self.register_outputs({"arn": self.arn})
