"""How mail leaves: one address in the environment, made into Django's setting MAILERS."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_BACKENDS = "django.core.mail.backends"
# A mail server that does not answer must not keep a thread for ever.
_SMTP_SECONDS = 20


def mailers(address: str) -> dict[str, dict[str, Any]]:
    """The setting for `console`, `file:<dir>`, `ses` or `smtp[s]://user:password@host:port`."""
    if address == "console":
        return {"default": {"BACKEND": f"{_BACKENDS}.console.EmailBackend"}}
    if address == "ses":
        return {"default": {"BACKEND": "anymail.backends.amazon_ses.EmailBackend"}}
    if address.startswith("file:") and address != "file:":
        options = {"file_path": address.removeprefix("file:")}
        return {"default": {"BACKEND": f"{_BACKENDS}.filebased.EmailBackend", "OPTIONS": options}}
    parts = urlsplit(address)
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        encrypted = parts.scheme == "smtps"
        return {
            "default": {
                "BACKEND": f"{_BACKENDS}.smtp.EmailBackend",
                "OPTIONS": {
                    "host": parts.hostname,
                    "port": parts.port or (465 if encrypted else 587),
                    "username": unquote(parts.username or ""),
                    "password": unquote(parts.password or ""),
                    "use_ssl": encrypted,
                    # A password never travels in clear: STARTTLS wherever there is one.
                    "use_tls": not encrypted and bool(parts.username),
                    "timeout": _SMTP_SECONDS,
                },
            }
        }
    raise ImproperlyConfigured(
        "DJANGO_EMAIL must read console, file:<directory>, ses, or "
        "smtp://user:password@host:port (smtps:// for TLS from the first byte)."
    )
