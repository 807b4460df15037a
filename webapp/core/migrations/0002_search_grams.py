"""What indexes of words of one and two characters are made of."""

from django.db import migrations

from core.text import CREATE_SEARCH_GRAMS, DROP_SEARCH_GRAMS


class Migration(migrations.Migration):
    dependencies = [("core", "0001_functions")]
    operations = [migrations.RunSQL(CREATE_SEARCH_GRAMS, DROP_SEARCH_GRAMS)]
