"""What the rules know about kinds of resources.

A kind that is in neither `STORES` nor `HOLDS_NO_DATA` is a finding: whoever adds one decides.
"""

import importlib
import inspect

# What keeps data at rest, and the arguments that must be the environment's key.
STORES: dict[str, tuple[str, ...]] = {
    "aws:cloudwatch/logGroup:LogGroup": ("kmsKeyId",),
    "aws:ec2/launchTemplate:LaunchTemplate": ("blockDeviceMappings.0.ebs.kmsKeyId",),
    "aws:ecr/repository:Repository": ("encryptionConfigurations.0.kmsKey",),
    "aws:ecs/cluster:Cluster": (
        "configuration.executeCommandConfiguration.kmsKeyId",
        "configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId",
    ),
    "aws:rds/cluster:Cluster": ("kmsKeyId", "masterUserSecretKmsKeyId"),
    "aws:rds/clusterInstance:ClusterInstance": ("performanceInsightsKmsKeyId",),
    "aws:rds/instance:Instance": (
        "kmsKeyId",
        "masterUserSecretKmsKeyId",
        "performanceInsightsKmsKeyId",
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    ),
    "aws:scheduler/schedule:Schedule": ("kmsKeyArn",),
    "aws:secretsmanager/secret:Secret": ("kmsKeyId",),
    "aws:sns/topic:Topic": ("kmsMasterKeyId",),
}

HOLDS_NO_DATA = frozenset(
    {
        "aws:acm/certificate:Certificate",
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:appautoscaling/policy:Policy",
        "aws:appautoscaling/target:Target",
        "aws:autoscaling/group:Group",
        "aws:cloudfront/distribution:Distribution",
        "aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        "aws:cloudfront/vpcOrigin:VpcOrigin",
        "aws:cloudwatch/logDelivery:LogDelivery",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/eip:Eip",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/networkInterface:NetworkInterface",
        "aws:ec2/route:Route",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        "aws:ecs/service:Service",
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/alias:Alias",
        "aws:kms/key:Key",
        "aws:kms/replicaKey:ReplicaKey",
        "aws:lb/listener:Listener",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:lb/targetGroup:TargetGroup",
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:route53/record:Record",
        "aws:route53/zone:Zone",
        # A bucket's encryption is a resource of its own.
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:scheduler/scheduleGroup:ScheduleGroup",
        # Encrypted as its secret is.
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:sesv2/emailIdentity:EmailIdentity",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
        # Names and ARNs; secrets are in Secrets Manager.
        "aws:ssm/parameter:Parameter",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:wafv2/ipSet:IpSet",
        "aws:wafv2/webAcl:WebAcl",
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    }
)

# What must not be lost, and AWS's own guard against it besides Pulumi's.
STATEFUL: dict[str, dict[str, object]] = {
    "aws:ecr/repository:Repository": {"forceDelete": False},
    "aws:kms/key:Key": {"deletionWindowInDays": 30},
    "aws:kms/replicaKey:ReplicaKey": {"deletionWindowInDays": 30},
    "aws:rds/cluster:Cluster": {"deletionProtection": True, "skipFinalSnapshot": False},
    "aws:rds/clusterInstance:ClusterInstance": {},
    "aws:rds/instance:Instance": {"deletionProtection": True, "skipFinalSnapshot": False},
    # Deleted, a zone takes its name servers with it, and the parent domain points to nobody.
    "aws:route53/zone:Zone": {"forceDestroy": False},
    "aws:s3/bucket:Bucket": {"forceDestroy": False},
    "aws:secretsmanager/secret:Secret": {"recoveryWindowInDays": 30},
}

# Arguments that hold a policy as JSON.
POLICIES: dict[str, tuple[str, ...]] = {
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("policy",),
    "aws:iam/role:Role": ("assumeRolePolicy",),
    "aws:iam/rolePolicy:RolePolicy": ("policy",),
    "aws:kms/key:Key": ("policy",),
    "aws:kms/replicaKey:ReplicaKey": ("policy",),
    "aws:s3/bucketPolicy:BucketPolicy": ("policy",),
    "aws:sns/topicPolicy:TopicPolicy": ("policy",),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("policy",),
}


def takes_tags(type_: str) -> bool:
    """Whether AWS keeps tags for this kind, as pulumi-aws's own class says."""
    _, place, name = type_.split(":")
    module = importlib.import_module(f"pulumi_aws.{place.partition('/')[0]}")
    return "tags" in inspect.signature(getattr(module, name)._internal_init).parameters  # noqa: SLF001
