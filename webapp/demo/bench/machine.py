"""What the figures were measured on: no names, no places."""

import os
import platform

import django
from django.db import connection


def facts() -> dict[str, str]:
    connection.ensure_connection()
    server = ".".join(str(number) for number in connection.get_database_version())
    return {
        "cores": str(os.cpu_count() or "unknown"),
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "PostgreSQL": server,
    }
