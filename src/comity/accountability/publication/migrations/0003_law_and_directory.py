import django.contrib.postgres.fields
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.actor import NODE
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

BY_NODE = f"comity_agency() = '{NODE}' AND comity_duty() IN ('courier', 'steward')"
OWN_ACT = "agency_id = comity_agency() AND post_id = comity_post()"
EVERYONE = Policy("public", "SELECT", using="true")
# Which post told the public is no business of the public.
LAW = "id, digest, effective_at, rules, authorities, at, entry_id"
DIRECTORY = "id, agencies, task_forces, digest, at, entry_id"


def protect_act(table: str, columns: str) -> list[object]:
    return [
        Protect(
            table,
            grants={"app": "SELECT, INSERT", "public": f"SELECT ({columns})"},
            policies=[
                EVERYONE,
                Policy("app", "SELECT", using="true"),
                Policy("app", "INSERT", check=f"{OWN_ACT} AND {BY_NODE}"),
            ],
        ),
        AppendOnly(table),
    ]


def protect_working(table: str) -> Protect:
    return Protect(
        table,
        grants={"app": "SELECT, INSERT, UPDATE", "public": "SELECT"},
        policies=[
            EVERYONE,
            Policy("app", "SELECT", using="true"),
            Policy("app", "INSERT", check=BY_NODE),
            Policy("app", "UPDATE", using=BY_NODE, check=BY_NODE),
        ],
    )


def key() -> models.UUIDField:
    return models.UUIDField(default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)


def words() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [("publication", "0002_who_tells_what")]

    operations = [
        migrations.CreateModel(
            name="PublishedLaw",
            fields=[
                ("id", key()),
                ("digest", models.CharField(max_length=64)),
                ("effective_at", models.DateTimeField()),
                ("rules", models.JSONField()),
                ("authorities", models.JSONField()),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "publication_law",
                "indexes": [models.Index(fields=["-effective_at", "-at"], name="publication_law_latest")],
            },
        ),
        migrations.CreateModel(
            name="PublishedAgency",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("kind", models.TextField()),
                ("state", models.CharField(blank=True, default="", max_length=2)),
                ("hosting", models.TextField()),
                ("parent", models.TextField(blank=True, default="")),
                ("powers", words()),
                ("limits", words()),
                (
                    "counties",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5), default=list, size=None
                    ),
                ),
            ],
            options={"db_table": "publication_agency"},
        ),
        migrations.CreateModel(
            name="PublishedTaskForce",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("area", models.TextField(blank=True, default="")),
                ("lead", models.TextField()),
                ("members", words()),
            ],
            options={"db_table": "publication_task_force"},
        ),
        migrations.CreateModel(
            name="PublishedDirectory",
            fields=[
                ("id", key()),
                ("agencies", models.PositiveIntegerField()),
                ("task_forces", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={"db_table": "publication_directory"},
        ),
        *protect_act("publication_law", LAW),
        *protect_act("publication_directory", DIRECTORY),
        protect_working("publication_agency"),
        protect_working("publication_task_force"),
    ]
