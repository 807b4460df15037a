"""The database keeps the paths of categories and refuses cycles."""

from django.db import migrations

from core.sql import tree_triggers


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [tree_triggers("catalog_category")]
