"""Policies as short as they read: who may do what to which thing, under which condition."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

Statement = dict[str, Any]
Condition = Mapping[str, Mapping[str, Any]]


def allow(
    actions: Sequence[str],
    on: pulumi.Input[Any],
    *,
    sid: str | None = None,
    to: Mapping[str, Any] | None = None,
    when: Condition | None = None,
) -> Statement:
    """One statement. `to` names principals, where the policy is attached to the thing itself."""
    return _statement("Allow", actions, on, sid, to, when)


def deny(
    actions: Sequence[str],
    on: pulumi.Input[Any],
    *,
    sid: str | None = None,
    to: Mapping[str, Any] | None = None,
    when: Condition | None = None,
) -> Statement:
    return _statement("Deny", actions, on, sid, to, when)


def _statement(
    effect: str,
    actions: Sequence[str],
    on: pulumi.Input[Any],
    sid: str | None,
    to: Mapping[str, Any] | None,
    when: Condition | None,
) -> Statement:
    parts = {
        "Sid": sid,
        "Effect": effect,
        "Principal": to,
        "Action": list(actions),
        "Resource": on,
        "Condition": when,
    }
    return {key: value for key, value in parts.items() if value is not None}


def policy(*statements: Statement) -> pulumi.Output[str]:
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str, *, account_id: str | None = None) -> pulumi.Output[str]:
    """Who may take a role: an AWS service, on behalf of this account only where it says so."""
    when = {"StringEquals": {"aws:SourceAccount": account_id}} if account_id else None
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        **({"Condition": when} if when else {}),
    }
    return policy(statement)
