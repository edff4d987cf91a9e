import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from comity.spine.tenancy.operations import Policy, Protect

OWN = "comity_duty() = 'agency' AND agency_id = comity_agency() AND post_id = comity_post()"


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="is_urgent",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="task",
            name="news_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["agency_id", "function", "news_at"], name="tasks_task_news"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("assignee_post_id__isnull", True), ("state", "open")),
                fields=["agency_id", "function", "kind", "due_at"],
                name="tasks_task_desk",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("assignee_post_id__isnull", False), ("state", "open")),
                fields=["assignee_post_id", "kind", "due_at"],
                name="tasks_task_own",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("assignee_post_id__isnull", False)),
                fields=["assignee_post_id", "news_at"],
                name="tasks_task_own_news",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("is_urgent", True), ("state", "open")),
                fields=["agency_id", "function"],
                name="tasks_task_urgent",
            ),
        ),
        migrations.RunSQL("GRANT UPDATE (news_at) ON tasks_task TO comity_app;", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Interrupt",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tasks.task"),
                ),
                ("level", models.TextField()),
                ("told_on", models.DateField()),
                ("told_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "tasks_interrupt",
                "indexes": [models.Index(fields=["post_id", "told_on"], name="tasks_interrupt_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["near", "new", "overdue", "urgent"])),
                        name="tasks_interrupt_level",
                    ),
                    models.UniqueConstraint(fields=("post_id", "task", "level"), name="tasks_interrupt_once"),
                ],
            },
        ),
        Protect(
            "tasks_interrupt",
            grants={"app": "SELECT, INSERT, UPDATE (seen_at), DELETE"},
            policies=[
                Policy("app", "SELECT", using=OWN),
                Policy("app", "INSERT", check=OWN),
                Policy("app", "UPDATE", using=OWN, check=OWN),
                Policy("app", "DELETE", using=OWN),
            ],
        ),
    ]
