from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("law", "0008_counsel_of_the_node")]

    operations = [
        migrations.AlterField(
            model_name="lawapproval", name="rule_digest", field=models.CharField(db_index=True, max_length=64)
        ),
    ]
