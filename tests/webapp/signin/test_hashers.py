"""How passwords are kept."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, identify_hasher
from django.test import Client, override_settings
from django.urls import reverse

from access.models import User
from signin.hashers import PasswordHasher

HASHERS = ["signin.hashers.PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
PASSWORD = "a long enough password"


def test_a_hash_takes_the_memory_that_makes_guessing_dear() -> None:
    encoded = PasswordHasher().encode(PASSWORD, "a salt of its own")

    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert PasswordHasher().verify(PASSWORD, encoded)
    assert not PasswordHasher().verify(f"{PASSWORD}!", encoded)


@pytest.mark.django_db
@override_settings(PASSWORD_HASHERS=HASHERS)
def test_an_older_hash_lets_in_and_is_replaced(client: Client, storekeeper: User) -> None:
    older = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    User.objects.filter(pk=storekeeper.pk).update(password=older)

    answer = client.post(
        reverse("account_login"), {"login": storekeeper.username, "password": PASSWORD}
    )

    assert answer.status_code == 302
    storekeeper.refresh_from_db()
    assert identify_hasher(storekeeper.password).algorithm == "argon2"
    assert check_password(PASSWORD, storekeeper.password)
