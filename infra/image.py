"""The container image: its repository, and either one that is built here or one that was tested.

A tag is the commit that last changed what is in the image and is never moved. Staging builds;
production is given the digest of the image that staging ran, copied into its own repository, so
that what it runs does not go away with staging's newer builds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_awsx as awsx

from infra.iam import allow, policy
from infra.names import Names, tag

KEPT_IMAGES = 3
# As Docker spells them.
PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
PYTHON_IMAGE = "python:3.13-slim-trixie"


@dataclass(frozen=True, kw_only=True)
class ImageArgs:
    names: Names
    kms_key_arn: pulumi.Input[str]
    protected: bool
    # Accounts that may fetch images, as production's to copy what staging tested.
    reader_account_ids: Sequence[str]
    # An image that is in the repository already (sha256:…); empty to build one.
    digest: str
    # What a build needs: the repository's root, the tag, the platform, and, if it is not to be
    # the Dockerfile's, the digest of the Python image.
    context: str
    tag: str
    architecture: str
    base_digest: str


class Image(pulumi.ComponentResource):
    """The ECR repository and the image that the tasks run."""

    repository_arn: pulumi.Output[str]
    repository_url: pulumi.Output[str]
    # With its digest, so that a task definition names the very bytes.
    uri: pulumi.Output[str]

    def __init__(
        self, name: str, args: ImageArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inventory:infra:Image", name, None, opts)
        repository = self._repository(name, args)
        self.repository_arn = repository.arn
        self.repository_url = repository.repository_url
        if args.digest:
            self.uri = pulumi.Output.concat(repository.repository_url, "@", args.digest)
        else:
            self.uri = self._build(name, args, repository)
        self.register_outputs({"repository_url": self.repository_url, "uri": self.uri})

    def _repository(self, name: str, args: ImageArgs) -> aws.ecr.Repository:
        child = pulumi.ResourceOptions(parent=self)
        repository = aws.ecr.Repository(
            f"{name}-repository",
            name=args.names.of("ecr", "web"),
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": args.kms_key_arn}],
            force_delete=not args.protected,
            tags=tag(args.names.of("ecr", "web")),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protected),
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=keep_latest(KEPT_IMAGES),
            opts=child,
        )
        if args.reader_account_ids:
            aws.ecr.RepositoryPolicy(
                f"{name}-readers",
                repository=repository.name,
                policy=policy(
                    allow(
                        [
                            "ecr:BatchCheckLayerAvailability",
                            "ecr:BatchGetImage",
                            "ecr:GetDownloadUrlForLayer",
                        ],
                        None,
                        sid="FetchFromOtherAccounts",
                        to={
                            "AWS": [
                                f"arn:aws:iam::{account}:root"
                                for account in args.reader_account_ids
                            ]
                        },
                    )
                ),
                opts=child,
            )
        return repository

    def _build(
        self, name: str, args: ImageArgs, repository: aws.ecr.Repository
    ) -> pulumi.Output[str]:
        base = {"PYTHON_IMAGE": f"{PYTHON_IMAGE}@{args.base_digest}"} if args.base_digest else {}
        image = awsx.ecr.Image(
            f"{name}-build",
            repository_url=repository.repository_url,
            context=args.context,
            dockerfile=f"{args.context}/webapp/Dockerfile",
            platform=PLATFORMS[args.architecture],
            image_tag=args.tag,
            args=base,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return image.image_uri


def keep_latest(count: int) -> str:
    """The latest builds, and nothing without a tag but the parts that those consist of.

    A part of an image that stays (a platform's manifest) is never taken away by a rule.
    """
    rules: list[dict[str, Any]] = [
        {
            "description": f"Keep the latest {count} images",
            "selection": {
                "tagStatus": "tagged",
                "tagPatternList": ["*"],
                "countType": "imageCountMoreThan",
                "countNumber": count,
            },
        },
        {
            "description": "Nothing without a tag",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 1,
            },
        },
    ]
    numbered = [
        {"rulePriority": priority, **rule, "action": {"type": "expire"}}
        for priority, rule in enumerate(rules, start=1)
    ]
    return json.dumps({"rules": numbered})
