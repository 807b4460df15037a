"""The triggers that keep orders, receipts and proposals true, and the totals of parts."""

from django.db import migrations

from core.sql import append_only
from purchasing.order_sql import INSTALL, UNINSTALL


class Migration(migrations.Migration):
    dependencies = [
        ("purchasing", "0001_initial"),
        ("stock", "0003_movement_receipt_line"),
    ]
    operations = [
        migrations.RunSQL("\n".join(INSTALL), UNINSTALL),
        append_only("purchasing_orderevent"),
        append_only("purchasing_goodsreceipt"),
        append_only("purchasing_goodsreceiptline"),
    ]
