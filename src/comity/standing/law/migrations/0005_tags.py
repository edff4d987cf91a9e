import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("law", "0004_settings")]

    operations = [
        migrations.AddField(
            model_name="lawauthority",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
    ]
