"""Sealing, chaining and guarding of the log; the triggers of the tables come by themselves."""

from django.db import migrations

from audit.kinds import EVENTS
from audit.sql.chain import CHAIN, DROP_CHAIN
from audit.sql.entries import CHANGES, DROP_CHANGES, DROP_SEAL, SEAL
from audit.sql.guards import DROP_GUARDS, GUARDS

_EVENTS = ", ".join(f"'{kind.value}'" for kind in sorted(EVENTS))
# Beneath all triggers that write entries: those three make theirs from inside a trigger.
_SEALED = f"""
CREATE TRIGGER audit_seal_entry BEFORE INSERT ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_seal_entry({_EVENTS});
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(SEAL, DROP_SEAL),
        migrations.RunSQL(_SEALED, "DROP TRIGGER audit_seal_entry ON audit_auditentry;"),
        migrations.RunSQL(CHANGES, DROP_CHANGES),
        migrations.RunSQL(CHAIN, DROP_CHAIN),
        migrations.RunSQL(GUARDS, DROP_GUARDS),
    ]
