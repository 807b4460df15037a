from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Carries the system checks that judge the settings."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401, PLC0415 - registers by being imported
