"""Which tables are watched, and how: every one of them, unless it stands here with its reason."""

from dataclasses import dataclass, field

from django.apps import apps
from django.db import models

# Not watched.
LEFT_OUT = {
    "audit_auditentry": "the log itself",
    "audit_chainlink": "its chain",
    "django_migrations": "the schema's history; Django keeps it without a model",
    "django_content_type": "made from the code by migrations",
    "auth_permission": "made from the code by migrations",
    "django_session": "signing in and out are events; the rest is state of the browser",
    "django_admin_log": "Django's own, weaker log of the same changes",
    "usersessions_usersession": "signing in and out are events; the rest is state of the browser",
    "axes_accessattempt": "failed sign-ins, lockouts and unlockings are events",
    "axes_accessattemptexpiration": "not used",
    "axes_accessfailurelog": "not used",
    "axes_accesslog": "not used",
    "account_emailaddress": "not used: users have one address, in their own row",
    "account_emailconfirmation": "not used",
    "shared_cache": "counters and answers for some minutes, without a model",
}
# Of which another row tells all: their own triggers write these columns or rows.
DERIVED = frozenset({"catalog_part", "catalog_category", "stock_location", "stock_stocklevel",
                     "purchasing_orderline"})  # fmt: skip
# Columns that say nothing of the business, or are too long to be kept twice.
IGNORED = {
    "access_user": ("last_login",),
    "exchange_importrun": ("content", "summary"),
    "mfa_authenticator": ("last_used_at",),
}
# Columns of which only the fact of a change is told.
SECRET = {
    "access_user": ("password",),
    "mfa_authenticator": ("data",),
}
# The whole that a row belongs to: the field that leads to it.
WHOLE = {
    "access.user_denied_permissions": "user",
    "access.user_groups": "user",
    "access.user_locations": "user",
    "access.user_user_permissions": "user",
    "auth.group_permissions": "group",
    "catalog.supplierpart": "part",
    "mfa.authenticator": "user",
    "purchasing.goodsreceiptline": "receipt",
    "purchasing.orderevent": "order",
    "purchasing.orderline": "order",
    "stock.stocktakeline": "stocktake",
}
# What a row is called, as far as the table has these columns.
NAMES = ("number", "username", "code", "sku", "serial", "file_name", "name", "name_ja", "name_en")


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A table, and what its triggers are told."""

    table: str
    model: str
    key: str
    label: tuple[str, ...]
    root_model: str = ""
    root_key: str = ""
    ignored: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    derived: bool = field(default=False)

    @property
    def arguments(self) -> list[str]:
        """Of ``audit_record_changes``."""
        return [
            self.model,
            self.key,
            ",".join(self.label),
            self.root_model,
            self.root_key,
            ",".join(self.ignored),
            ",".join(self.secret),
        ]


def watched_tables() -> list[Watched]:
    """Of all installed applications, by the name of the table."""
    found = {
        model._meta.db_table: _watched(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT
    }
    return [found[table] for table in sorted(found)]


def _watched(model: type[models.Model]) -> Watched:
    meta = model._meta
    table, name = meta.db_table, meta.label_lower
    columns = [field.column or "" for field in meta.concrete_fields]
    computed = [field.column or "" for field in meta.concrete_fields if field.generated]
    root_model = root_key = ""
    if name in WHOLE:
        link = meta.get_field(WHOLE[name])
        assert isinstance(link, models.ForeignKey), name  # noqa: S101 - a mistake in WHOLE
        root_model, root_key = link.related_model._meta.label_lower, link.column
    assert meta.pk is not None  # noqa: S101 - for the type checker: concrete models have one
    return Watched(
        table=table,
        model=name,
        key=meta.pk.column or "",
        label=tuple(column for column in NAMES if column in columns),
        root_model=root_model,
        root_key=root_key,
        ignored=(*IGNORED.get(table, ()), *computed),
        secret=SECRET.get(table, ()),
        derived=table in DERIVED,
    )
