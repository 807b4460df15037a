from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SigninConfig(AppConfig):
    """Passwords, second factors, sessions, lockouts: a thin layer on allauth and axes."""

    name = "signin"
    verbose_name = _("Signing in")

    def ready(self) -> None:
        from signin import receivers  # noqa: PLC0415 - models are ready only now

        receivers.connect()
