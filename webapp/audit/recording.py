"""Events that no trigger sees: sign-ins, denials, exports, readings of the log itself."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection, models

from audit.kinds import EVENTS, Kind


def record(
    kind: Kind,
    *,
    subject: models.Model | None = None,
    model: str = "",
    label: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one event, with the person and the request of the connection's context.

    It is part of the transaction under way, if there is one: what is rolled back did not happen,
    so a refusal is recorded after the transaction that it ended. Never hand in a secret.

    :param subject: what it is about; `model` (``app.model``) where there is only a kind of thing
    :param details: JSON
    :raises ValueError: for a kind that only triggers write
    """
    if kind not in EVENTS:
        raise ValueError(f"{kind} is written by the database alone")
    if subject is not None:
        model = subject._meta.label_lower
    object_id = "" if subject is None else str(subject.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditentry (kind, model, object_id, object_label, root_model, "
            "root_id, details) VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb)",
            [
                kind.value,
                model,
                object_id,
                (label or ("" if subject is None else str(subject)))[:300],
                model,
                object_id,
                None if details is None else json.dumps(dict(details)),
            ],
        )
