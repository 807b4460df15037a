from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_category_paths"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="part",
            index=models.Index(
                fields=["status"],
                condition=models.Q(("active", True)),
                name="catalog_part_active_status",
            ),
        ),
    ]
