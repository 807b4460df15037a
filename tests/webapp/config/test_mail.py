"""How mail leaves, by one variable of the environment."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import mailers as made
from django.test import override_settings

from config.mail import mailers


@pytest.mark.parametrize(
    ("address", "backend"),
    [
        ("console", "django.core.mail.backends.console.EmailBackend"),
        ("ses", "anymail.backends.amazon_ses.EmailBackend"),
        ("smtp://mail.example.com", "django.core.mail.backends.smtp.EmailBackend"),
    ],
)
def test_each_way_is_a_backend_that_exists(address: str, backend: str) -> None:
    with override_settings(MAILERS=mailers(address)):
        sender = made["default"]

    assert f"{type(sender).__module__}.{type(sender).__name__}" == backend


def test_a_folder_takes_mail_as_files() -> None:
    [mailer] = mailers("file:/var/mail/out").values()

    assert mailer["BACKEND"].endswith("filebased.EmailBackend")
    assert mailer["OPTIONS"] == {"file_path": "/var/mail/out"}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://me:s%40crit@mail.example.com", (587, "s@crit", True, False)),
        ("smtps://me:secret@mail.example.com", (465, "secret", False, True)),
        ("smtp://mail.example.com:25", (25, "", False, False)),
    ],
)
def test_a_password_never_travels_in_clear(
    address: str, expected: tuple[int, str, bool, bool]
) -> None:
    options = mailers(address)["default"]["OPTIONS"]

    assert options["host"] == "mail.example.com"
    found = tuple(options[name] for name in ("port", "password", "use_tls", "use_ssl"))
    assert found == expected
    assert options["timeout"]


@pytest.mark.parametrize("address", ["", "file:", "smtp://", "sendmail", "http://mail.example"])
def test_anything_else_is_refused_with_help(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DJANGO_EMAIL must read"):
        mailers(address)
