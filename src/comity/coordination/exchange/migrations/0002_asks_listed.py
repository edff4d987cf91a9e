from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(fields=["asker_id", "status", "ask_id"], name="exchange_answer_status"),
        ),
        migrations.AddIndex(
            model_name="askrow",
            index=models.Index(
                condition=models.Q(("path", "outside")), fields=["holder_id", "id"], name="exchange_ask_told"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["recipient_id", "disclosure_id"], name="exchange_delivery_to"),
        ),
    ]
