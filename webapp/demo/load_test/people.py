"""The accounts of a load test: one for each virtual user, apart from everybody else's."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from django.contrib.auth.models import Group

from access import people
from access.models import User
from access.roles import Role

PREFIX = "load-"
LANGUAGES = ("ja", "en")


class Work(StrEnum):
    """What somebody does all day in a load test."""

    STOREKEEPER = "storekeeper"
    BUYER = "buyer"
    MANAGER = "manager"
    AUDITOR = "auditor"
    GENERAL = "general"


# A manager approves what buyers draft. Buyers may as well, but nobody his own above the limit.
ROLES = {
    Work.STOREKEEPER: Role.STOREKEEPER,
    Work.BUYER: Role.BUYER,
    Work.MANAGER: Role.BUYER,
    Work.AUDITOR: Role.AUDITOR,
    Work.GENERAL: Role.GENERAL,
}


def username(work: Work, number: int) -> str:
    return f"{PREFIX}{work}-{number:04d}"


def make_people(passwords: Mapping[str, str], counts: Mapping[Work, int]) -> Iterator[User]:
    """So many of each, with these passwords; who exists only gets the password."""
    groups = {group.name: group for group in Group.objects.all()}
    for work, count in counts.items():
        for number in range(1, count + 1):
            name = username(work, number)
            role = groups[ROLES[work].value]
            yield _person(name, passwords[name], role, LANGUAGES[number % len(LANGUAGES)])


def _person(name: str, password: str, role: Group, language: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        user = User(username=name, last_name="負荷試験", first_name=name, language=language)
        people.create(user=user, password=password, roles=[role], by=None)
    elif not user.check_password(password):
        people.set_password(user=user, password=password, by=None)
    if user.must_change_password or not user.is_active:
        user.must_change_password = False  # nobody sits there to choose one
        user.is_active = True
        people.change(user=user, by=None)
    return user
