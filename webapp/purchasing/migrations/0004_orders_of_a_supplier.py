"""What a supplier still owes and how it delivered is found by indexes of its own."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("purchasing", "0003_order_search")]
    operations = [
        migrations.AddIndex(
            model_name="purchaseorder",
            index=models.Index(
                fields=["supplier", "expected_on", "id"],
                condition=Q(state__in=["draft", "approved", "ordered", "partial"]),
                name="purchasing_order_owed",
            ),
        ),
        migrations.AddIndex(
            model_name="purchaseorder",
            index=models.Index(
                fields=["supplier", "finished_at"],
                condition=Q(state__in=["received", "closed"]),
                name="purchasing_order_finished",
            ),
        ),
    ]
