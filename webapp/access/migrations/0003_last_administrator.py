"""The triggers that keep one administrator."""

from django.db import migrations

from access.guard_sql import INSTALL, UNINSTALL


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_rights_of_one_user"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunSQL(INSTALL, UNINSTALL)]
