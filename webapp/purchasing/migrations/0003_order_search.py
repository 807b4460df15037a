"""Orders are found by any piece of their number and of the supplier's reference."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("core", "0001_functions"), ("purchasing", "0002_guards")]
    operations = [
        migrations.AddIndex(
            model_name="purchaseorder",
            index=GinIndex(
                OpClass(Upper("number"), name="gin_trgm_ops"),
                OpClass(Upper("supplier_reference"), name="gin_trgm_ops"),
                name="purchasing_order_search",
            ),
        ),
    ]
