"""The extension and the functions that the tables of all applications rely on."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from core.text import CREATE_SEARCH_KEY, DROP_SEARCH_KEY

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME,
        MESSAGE = format('%s of %s is refused: its rows are never changed.', TG_OP, TG_TABLE_NAME),
        HINT = 'A mistake is corrected by a new row that reverses it.';
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    operations = [
        TrigramExtension(),
        migrations.RunSQL(CREATE_SEARCH_KEY, DROP_SEARCH_KEY),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change();"),
    ]
