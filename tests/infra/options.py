"""Combinations of settings that several tests look at: each is recorded once a session.

Together they reach every way that the program can go, so what holds for a stack however it is set
(the rules, surviving a preview) is asked of these.
"""

from typing import Any

DOMAIN = "inventory.example.com"
ZONE = "Z0123456789ABCDEFGHIJ"
OFFICE = ("203.0.113.0/24", "2001:db8::/32")
DIGEST = "sha256:" + "0" * 64
BASE_DIGEST = "sha256:" + "1" * 64

WITH_DOMAIN: dict[str, Any] = {"edgeDomain": DOMAIN, "mailSender": f"noreply@{DOMAIN}"}
WITH_ZONE: dict[str, Any] = {"edgeDomain": DOMAIN, "edgeHostedZoneId": ZONE}
WITH_AURORA: dict[str, Any] = {
    "databaseEngine": "aurora-postgresql",
    "databaseAuroraReaders": 2,
    "networkFlowLogs": "off",
}
WITH_GATEWAYS: dict[str, Any] = {
    "imageDigest": DIGEST,
    "natKind": "gateway",
    "natPerZone": True,
    "networkEndpoints": ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"],
    "networkFlowLogs": "cloudwatch",
}

# Everything that is set to something else by default, and does not exclude another.
OTHERWISE: dict[str, Any] = {
    "alarmsEmail": "operators@example.com",
    "imageBaseDigest": BASE_DIGEST,
    "imageReaders": ["222222222222"],
    "mailSender": "stores@example.com",
    "mfaRequired": False,
    "serviceArchitecture": "x86_64",
    "serviceExec": True,
    "serviceGunicornThreads": 8,
    "serviceGunicornWorkers": 5,
    "serviceTasksMax": 6,
    "serviceTasksMin": 2,
    "supportContact": "IT service desk, phone 1234",
    "wafAdminAddresses": list(OFFICE),
    "wafRateLimit": 500,
    "workerCommand": ["python", "manage.py", "work"],
    "workerTasks": 2,
}

COMBINATIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "a domain": WITH_DOMAIN,
    "a zone that is there": WITH_ZONE,
    "Aurora": WITH_AURORA,
    "gateways and endpoints": WITH_GATEWAYS,
    "all that is off by default": OTHERWISE,
}
