"""The triggers that make stock follow from movements, and from nothing else."""

from django.db import migrations

from core.sql import append_only, tree_triggers
from stock.ledger_sql import INSTALL, UNINSTALL


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial"), ("catalog", "0002_category_paths")]
    operations = [
        tree_triggers("stock_location"),
        migrations.RunSQL("\n".join(INSTALL), UNINSTALL),
        append_only("stock_stockmovement"),
        append_only("stock_stocktake"),
        append_only("stock_stocktakeline"),
        append_only("stock_ledgerverification"),
    ]
