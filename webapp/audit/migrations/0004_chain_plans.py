"""The chain is closed by plans that are kept.

What is written is the same, so going back leaves the function as it is.
"""

from django.db import migrations

from audit.sql.chain import CLOSE_LINK


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_reading")]
    operations = [migrations.RunSQL(CLOSE_LINK, migrations.RunSQL.noop)]
