"""Words of one and two characters are found by an index, too."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from core.text import SearchGrams

# Nobody asks how often which gram occurs, and to work it out took seconds at each ANALYZE.
_NOT_ANALYZED = """
ALTER INDEX catalog_part_grams ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX catalog_supplierpart_grams ALTER COLUMN 1 SET STATISTICS 0;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_part_active_by_status"),
        ("core", "0002_search_grams"),
    ]
    operations = [
        migrations.AddIndex(
            model_name="part",
            index=GinIndex(SearchGrams("search_text"), name="catalog_part_grams"),
        ),
        migrations.AddIndex(
            model_name="supplierpart",
            index=GinIndex(SearchGrams("search_text"), name="catalog_supplierpart_grams"),
        ),
        migrations.RunSQL(_NOT_ANALYZED, migrations.RunSQL.noop),
    ]
