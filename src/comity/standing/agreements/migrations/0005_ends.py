from django.db import migrations, models

EVENTS = [
    "drafted",
    "end_agreed",
    "notice_given",
    "notice_withdrawn",
    "offered",
    "put_in_force",
    "resumed",
    "scheduled",
    "signed",
    "superseded",
    "suspended",
    "terminated",
]


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_negotiation")]

    operations = [
        migrations.RemoveConstraint(model_name="event", name="agreements_event_event"),
        migrations.AddField(model_name="event", name="for_agency_id", field=models.UUIDField(null=True)),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(condition=models.Q(("event__in", EVENTS)), name="agreements_event_event"),
        ),
    ]
