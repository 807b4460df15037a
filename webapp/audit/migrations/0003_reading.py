"""What lets the pages of the log answer at once, however long it is."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models

from core.text import SearchKey

# What happens to which kind of object is no coincidence: without this the planner believes that
# created parts are many, and looks for them among all entries.
_TOGETHER = """
CREATE STATISTICS audit_entry_kind_of_model (mcv) ON kind, model FROM audit_auditentry;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_database"),
        ("core", "0001_functions"),
    ]
    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["model", "kind", "-id"], name="audit_entry_model_kind"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor_id", "model", "-id"], name="audit_entry_actor_model"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor_id", "kind", "-id"], name="audit_entry_actor_kind"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                fields=["-id"],
                name="audit_entry_nobody",
                condition=models.Q(actor_id__isnull=True),
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["source", "-id"], name="audit_entry_source"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["db_user", "-id"], name="audit_entry_db_user"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                OpClass(SearchKey("object_label"), name="text_pattern_ops"),
                name="audit_entry_label",
                condition=~models.Q(object_label=""),
            ),
        ),
        migrations.RunSQL(_TOGETHER, "DROP STATISTICS audit_entry_kind_of_model;"),
    ]
