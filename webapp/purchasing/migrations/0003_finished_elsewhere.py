"""Orders that are taken over as finished keep the day on which they were."""

from django.db import migrations

from purchasing.order_sql import LINES_UPDATED


class Migration(migrations.Migration):
    dependencies = [("purchasing", "0002_guards")]
    operations = [migrations.RunSQL(LINES_UPDATED, migrations.RunSQL.noop)]
