"""Combinations of settings that several tests look at: each is recorded once a session."""

from typing import Any

DOMAIN = "inventory.example.com"
WITH_DOMAIN: dict[str, Any] = {"edgeDomain": DOMAIN}

OFFICE = ("203.0.113.0/24", "2001:db8::/32")
BASE_DIGEST = "sha256:" + "1" * 64

# Everything that is set to something else by default, and does not exclude another.
OTHERWISE: dict[str, Any] = {
    "imageBaseDigest": BASE_DIGEST,
    "serviceArchitecture": "x86_64",
    "serviceGunicornThreads": 8,
    "serviceGunicornWorkers": 3,
    "serviceTasksMax": 6,
    "serviceTasksMin": 2,
    "wafAdminAddresses": list(OFFICE),
    "wafRateLimit": 500,
    "workerCommand": ["python", "manage.py", "work"],
    "workerTasks": 2,
}
