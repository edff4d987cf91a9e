import django.contrib.postgres.fields
from django.db import migrations, models

from comity.spine.tenancy.operations import OVERSEES, AppendOnly, Policy, Protect

READS = f"(agency_id = comity_agency() AND comity_duty() = 'auditor') OR {OVERSEES}"
OWN = "agency_id = comity_agency() AND post_id = comity_post() AND comity_duty() = 'auditor'"
# A mark is about a decision that its sample holds, and the sample is the agency's.
OF_SAMPLE = (
    "EXISTS (SELECT FROM exchange_sample s WHERE s.id = exchange_sample_mark.sample_id"
    " AND s.agency_id = exchange_sample_mark.agency_id AND exchange_sample_mark.decision_id = ANY (s.decisions))"
)


def act_table(table, *, writes):
    """Protect an act table of auditors: nobody else reads or writes a row, and nobody changes or removes one."""
    return [
        Protect(
            table,
            grants={"app": "SELECT, INSERT"},
            policies=[Policy("app", "SELECT", using=READS), Policy("app", "INSERT", check=writes)],
        ),
        AppendOnly(table),
    ]


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_asks_listed")]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(db_index=True)),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("objective", models.TextField()),
                ("seed", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("stratum", models.TextField(blank=True, default="")),
                ("size", models.IntegerField()),
                ("population", models.IntegerField()),
                ("decisions", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("drawn_at", models.DateTimeField()),
            ],
            options={
                "db_table": "exchange_sample",
                "indexes": [models.Index(fields=["agency_id", "drawn_at"], name="exchange_sample_of")],
            },
        ),
        migrations.CreateModel(
            name="SampleMark",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("entry_id", models.UUIDField(db_index=True)),
                ("sample_id", models.UUIDField()),
                ("decision_id", models.UUIDField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("mark", models.TextField()),
                ("note", models.TextField(blank=True, default="")),
                ("marked_at", models.DateTimeField()),
            ],
            options={
                "db_table": "exchange_sample_mark",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mark__in", ["exception", "tested"])), name="exchange_sample_mark_mark"
                    )
                ],
                "indexes": [models.Index(fields=["sample_id", "decision_id"], name="exchange_sample_mark_of")],
            },
        ),
        *act_table("exchange_sample", writes=OWN),
        *act_table("exchange_sample_mark", writes=f"{OWN} AND {OF_SAMPLE}"),
    ]
