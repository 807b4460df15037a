"""What a NAT instance may do: take over its own interface and address, report, and be signed in to.

Attaching needs rights on both ends. The interface and the address are named; the machine, which is
not there yet, is known by its tag Name.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.iam import allow, policy, trust
from infra.names import Names, tag


@dataclass(frozen=True, kw_only=True)
class NatRoleArgs:
    names: Names
    account_id: str
    region: str
    zone: str
    label: str  # the tag Name of the machine and of its own interface
    namespace: str
    group_name: str
    interface_arn: pulumi.Input[str]
    address_arn: pulumi.Input[str]


def nat_profile(
    name: str, args: NatRoleArgs, opts: pulumi.ResourceOptions
) -> aws.iam.InstanceProfile:
    """The role as an instance takes it; it is there once its rights are."""
    role_name = args.names.of("role", f"nat-1{args.zone}")
    role = aws.iam.Role(
        f"{name}-role",
        name=role_name,
        assume_role_policy=trust("ec2.amazonaws.com"),
        tags=tag(role_name),
        opts=opts,
    )
    rights = aws.iam.RolePolicy(f"{name}-rights", role=role.id, policy=_rights(args), opts=opts)
    session_manager = aws.iam.RolePolicyAttachment(
        f"{name}-session-manager",
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        opts=opts,
    )
    profile_name = args.names.of("profile", f"nat-1{args.zone}")
    return aws.iam.InstanceProfile(
        f"{name}-profile",
        name=profile_name,
        role=role.name,
        tags=tag(profile_name),
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=[rights, session_manager])
        ),
    )


def _rights(args: NatRoleArgs) -> pulumi.Output[str]:
    ec2 = f"arn:aws:ec2:{args.region}:{args.account_id}"
    ours = {"StringEquals": {"aws:ResourceTag/Name": args.label}}
    moving = ["ec2:AttachNetworkInterface", "ec2:DetachNetworkInterface"]
    return policy(
        allow(moving, args.interface_arn, sid="LastingInterface"),
        allow(moving, f"{ec2}:instance/*", sid="OwnMachines", when=ours),
        allow(["ec2:AssociateAddress"], args.address_arn, sid="LastingAddress"),
        allow(
            ["ec2:AssociateAddress"],
            [f"{ec2}:network-interface/*", f"{ec2}:instance/*"],
            sid="OwnInterfaces",
            when=ours,
        ),
        # EC2 has no rights on single things for looking at them.
        allow(["ec2:DescribeNetworkInterfaces"], "*", sid="Look"),
        allow(
            ["autoscaling:CompleteLifecycleAction"],
            (
                f"arn:aws:autoscaling:{args.region}:{args.account_id}:autoScalingGroup:*:"
                f"autoScalingGroupName/{args.group_name}"
            ),
            sid="Report",
        ),
        # CloudWatch's metrics have no ARN; the namespace is what can be limited.
        allow(
            ["cloudwatch:PutMetricData"],
            "*",
            sid="Measure",
            when={"StringEquals": {"cloudwatch:namespace": args.namespace}},
        ),
    )
