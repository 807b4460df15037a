"""Whether a deployment may be loaded: never by accident, and production only if told twice."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from devtools.console import Problem, say

# Words that a deployment for trying out has in its name, and names of the desk.
TRIAL = re.compile(r"(^|[.-])(stg|staging|stage|test|dev|sandbox|demo|load)([.-]|\d|$)")
DESK = frozenset({"127.0.0.1", "localhost", "::1"})


def agree(url: str, *, production: bool, agreed: str | None) -> None:
    """Ask whether this host is meant; refuse what looks like production.

    Whatever does not say that it is a trial counts as production: load books stock, and slows
    down everybody who works there.
    """
    host = host_of(url)
    if not is_trial(host) and not production:
        raise Problem(
            f"{host} does not look like a deployment for trials: load would book stock in it, "
            "and slow down whoever works there.",
            "use staging, whose name says so (stg, staging, test, dev, sandbox, demo, load), or",
            "if it is meant: add --this-is-production-and-i-mean-it, and name the host when asked",
        )
    typed = agreed if agreed is not None else ask(host)
    if typed != host:
        raise Problem(f"nothing was done: '{typed}' was given, the host is {host}.")


def ask(host: str) -> str:
    say(f"This lets many people work on {host}, who book stock and orders.")
    try:
        return input("Type the name of the host to go on: ").strip()
    except EOFError:
        return ""


def host_of(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or not host:
        raise Problem(f"'{url}' is no address; write for example https://stg.example.com")
    if parts.scheme == "http" and host not in DESK:
        raise Problem(
            f"{url} would send passwords in clear.", f"use TLS: https://{url.split('//')[1]}"
        )
    return host


def is_trial(host: str) -> bool:
    return host in DESK or TRIAL.search(host) is not None


def password_of_everybody(environment: Mapping[str, str]) -> str:
    """What all accounts of the test were given there: from the environment, never a parameter."""
    password = environment.get("LOADTEST_PASSWORD", "")
    if not password:
        raise Problem(
            "LOADTEST_PASSWORD is not set: the password of the accounts in the deployment.",
            "set it to what prepare_load_test was given there",
        )
    return password
