from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demo data: a drone maker's catalogue, and data sets of any size."""

    name = "demo"
