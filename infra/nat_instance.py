"""One small machine as the way out of private subnets, replaced by itself when it dies.

An Auto Scaling group of one; the route points to a network interface that outlives the machine,
so a replacement changes no route. The new machine proves itself, by a launching hook, before it
takes over; every 14 days one is replaced in any case, on the newest Amazon Linux. Nobody signs in
but by Session Manager.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_aws as aws

from infra.names import Names, tag
from infra.nat_alarms import NatAlarmArgs, alarms_of_instance
from infra.nat_role import NatRoleArgs, nat_profile
from infra.nat_script import as_user_data, with_values

# Resolved whenever a machine is launched, so each replacement is also an update.
AMI = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
NAMESPACE = "Nat"  # of the metrics that the machine reports
HOOK = "configured"
LIFETIME = timedelta(days=14)
TIME_TO_PROVE = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class NatInstanceArgs:
    names: Names
    account_id: str
    region: str
    zone: str
    subnet_id: pulumi.Input[str]
    security_group_id: pulumi.Input[str]
    private_cidrs: Sequence[str]
    instance_type: str
    script: str
    tags: Mapping[str, str]  # the group's machines and disks do not get the provider's
    key_arn: pulumi.Input[str]
    alarm_topic_arn: pulumi.Input[str]


class NatInstance(pulumi.ComponentResource):
    """Auto Scaling group of one, its lasting network interface and its public address."""

    interface_id: pulumi.Output[str]
    public_address: pulumi.Output[str]

    def __init__(
        self, name: str, args: NatInstanceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:NatInstance", name, None, opts)
        self._prefix, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._label = args.names.of("nat", f"1{args.zone}")
        interface = aws.ec2.NetworkInterface(
            f"{name}-interface",
            subnet_id=args.subnet_id,
            security_groups=[args.security_group_id],
            source_dest_check=False,
            description="Where the private route table points; moves from machine to machine",
            tags=tag(self._label),
            opts=self._child,
        )
        address = aws.ec2.Eip(
            f"{name}-address", domain="vpc", tags=tag(self._label), opts=self._child
        )
        profile = nat_profile(
            name,
            NatRoleArgs(
                names=args.names,
                account_id=args.account_id,
                region=args.region,
                zone=args.zone,
                label=self._label,
                namespace=NAMESPACE,
                group_name=self._group_name(),
                interface_arn=interface.arn,
                address_arn=address.arn,
            ),
            self._child,
        )
        group = self._group(self._template(profile, interface, address))
        alarms_of_instance(
            name,
            NatAlarmArgs(names=args.names, zone=args.zone, topic_arn=args.alarm_topic_arn),
            group_name=group.name,
            namespace=NAMESPACE,
            opts=self._child,
        )
        self.interface_id, self.public_address = interface.id, address.public_ip
        self.register_outputs(
            {"interface_id": self.interface_id, "public_address": self.public_address}
        )

    def _template(
        self,
        profile: aws.iam.InstanceProfile,
        interface: aws.ec2.NetworkInterface,
        address: aws.ec2.Eip,
    ) -> aws.ec2.LaunchTemplate:
        tags = {**self._args.tags, **tag(self._label)}
        return aws.ec2.LaunchTemplate(
            f"{self._prefix}-template",
            name=self._args.names.of("lt", f"nat-1{self._args.zone}"),
            update_default_version=True,
            image_id=AMI,
            instance_type=self._args.instance_type,
            user_data=self._user_data(interface, address),
            iam_instance_profile=aws.ec2.LaunchTemplateIamInstanceProfileArgs(arn=profile.arn),
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
            ),
            network_interfaces=[
                aws.ec2.LaunchTemplateNetworkInterfaceArgs(
                    device_index=0,
                    # Until it takes over the lasting address.
                    associate_public_ip_address="true",
                    security_groups=[self._args.security_group_id],
                    delete_on_termination="true",
                )
            ],
            block_device_mappings=[
                aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                    device_name="/dev/xvda",
                    ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                        volume_size=8,
                        volume_type="gp3",
                        encrypted="true",
                        kms_key_id=self._args.key_arn,
                        delete_on_termination="true",
                    ),
                )
            ],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
                for kind in ("instance", "volume", "network-interface")
            ],
            tags=tag(self._label),
            opts=self._child,
        )

    def _user_data(
        self, interface: aws.ec2.NetworkInterface, address: aws.ec2.Eip
    ) -> pulumi.Output[str]:
        return pulumi.Output.all(interface.id, interface.mac_address, address.allocation_id).apply(
            lambda made: as_user_data(
                with_values(
                    self._args.script,
                    {
                        "REGION": self._args.region,
                        "GROUP": self._group_name(),
                        "HOOK": HOOK,
                        "INTERFACE_ID": made[0],
                        "INTERFACE_MAC": made[1],
                        "ALLOCATION_ID": made[2],
                        "PRIVATE_CIDRS": " ".join(self._args.private_cidrs),
                        "NAMESPACE": NAMESPACE,
                    },
                )
            )
        )

    def _group(self, template: aws.ec2.LaunchTemplate) -> aws.autoscaling.Group:
        tags = {**self._args.tags, **tag(self._label)}
        return aws.autoscaling.Group(
            f"{self._prefix}-group",
            name=self._group_name(),
            vpc_zone_identifiers=[self._args.subnet_id],
            min_size=1,
            max_size=1,
            desired_capacity=1,
            launch_template=aws.autoscaling.GroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            health_check_type="EC2",
            health_check_grace_period=60,
            max_instance_lifetime=int(LIFETIME.total_seconds()),
            # The new one first: then the way out is gone for the seconds of a take-over only.
            instance_maintenance_policy=aws.autoscaling.GroupInstanceMaintenancePolicyArgs(
                min_healthy_percentage=100, max_healthy_percentage=200
            ),
            initial_lifecycle_hooks=[
                aws.autoscaling.GroupInitialLifecycleHookArgs(
                    name=HOOK,
                    lifecycle_transition="autoscaling:EC2_INSTANCE_LAUNCHING",
                    default_result="ABANDON",
                    heartbeat_timeout=int(TIME_TO_PROVE.total_seconds()),
                )
            ],
            instance_refresh=aws.autoscaling.GroupInstanceRefreshArgs(
                strategy="Rolling",
                preferences=aws.autoscaling.GroupInstanceRefreshPreferencesArgs(
                    min_healthy_percentage=100, max_healthy_percentage=200
                ),
            ),
            metrics_granularity="1Minute",
            enabled_metrics=[aws.autoscaling.Metric.GROUP_IN_SERVICE_INSTANCES],
            wait_for_capacity_timeout="15m",
            tags=[
                aws.autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=False)
                for key, value in tags.items()
            ],
            opts=self._child,
        )

    def _group_name(self) -> str:
        return self._args.names.of("asg", f"nat-1{self._args.zone}")
