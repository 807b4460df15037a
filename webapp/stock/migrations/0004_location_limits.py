"""The triggers that keep people to the locations they work at."""

from django.db import migrations

from stock.limit_sql import INSTALL, UNINSTALL


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0003_movement_receipt_line"),
        ("access", "0002_rights_of_one_user"),
    ]
    operations = [migrations.RunSQL(INSTALL, UNINSTALL)]
