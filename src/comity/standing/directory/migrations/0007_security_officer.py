from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0006_one_counsel"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="post",
            name="directory_post_function",
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "function__in",
                        [
                            "agency_head",
                            "analyst",
                            "auditor",
                            "commander",
                            "counsel",
                            "interface",
                            "liaison",
                            "privacy_officer",
                            "records_clerk",
                            "records_supervisor",
                            "security_officer",
                            "training_officer",
                        ],
                    )
                ),
                name="directory_post_function",
            ),
        ),
    ]
