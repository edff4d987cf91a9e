import django.contrib.postgres.fields
from django.db import migrations, models

import comity.kernel.ids
from comity.spine.tenancy.operations import AppendOnly, Policy, Protect

NODE = "comity_duty() IN ('courier', 'steward')"
PARTY = "comity_agency() = ANY (party_ids)"
# A party's post publishes a text; which post may is the command's to say.
PUBLISHES = f"comity_duty() = 'agency' AND {PARTY}"
# What is withheld, and who is party by id, are no business of the public: the role reads named columns alone.
AGREEMENT = "code, title, kind, parties, state, number, starts_at, ends_at, notice_ends_at, successor"
VERSION = "code, number, title, digest, starts_at, ends_at, in_force_at, summary, text, text_at"
CHANGE = "id, code, number, change, is_notice, happened_at, effective_at, digest, at, entry_id"
EVERYONE = Policy("public", "SELECT", using="true")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="PublishedAgreement",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("agreement_id", models.UUIDField(unique=True)),
                ("party_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("title", models.TextField()),
                ("kind", models.TextField()),
                ("parties", models.JSONField()),
                ("state", models.TextField()),
                ("number", models.PositiveIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("notice_ends_at", models.DateTimeField(null=True)),
                ("successor", models.TextField(blank=True, default="")),
            ],
            options={
                "db_table": "publication_agreement",
            },
        ),
        migrations.CreateModel(
            name="PublishedVersion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "code", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField()),
                ("number", models.PositiveIntegerField()),
                ("version_id", models.UUIDField(unique=True)),
                ("party_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("title", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("in_force_at", models.DateTimeField()),
                ("summary", models.JSONField()),
                ("text", models.TextField(blank=True, default="")),
                ("withheld", models.JSONField(default=list)),
                ("text_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "publication_version",
            },
        ),
        migrations.CreateModel(
            name="PublishedChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comity.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField()),
                ("number", models.PositiveIntegerField()),
                ("change", models.TextField()),
                ("is_notice", models.BooleanField()),
                ("happened_at", models.DateTimeField()),
                ("effective_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(max_length=64)),
                ("party_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("event_id", models.UUIDField(null=True, unique=True)),
                ("at", models.DateTimeField()),
                ("agency_id", models.UUIDField()),
                ("post_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
            ],
            options={
                "db_table": "publication_change",
                "indexes": [models.Index(fields=["code", "at"], name="publication_change_by_code")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "change__in",
                                [
                                    "notice_given",
                                    "notice_withdrawn",
                                    "put_in_force",
                                    "resumed",
                                    "superseded",
                                    "suspended",
                                    "terminated",
                                    "text_published",
                                ],
                            )
                        ),
                        name="publication_change_change",
                    )
                ],
            },
        ),
        Protect(
            "publication_agreement",
            grants={"app": "SELECT, INSERT, UPDATE", "public": f"SELECT ({AGREEMENT})"},
            policies=[
                EVERYONE,
                Policy("app", "SELECT", using="true"),
                Policy("app", "INSERT", check=NODE),
                Policy("app", "UPDATE", using=NODE, check=NODE),
            ],
        ),
        Protect(
            "publication_version",
            grants={
                "app": "SELECT, INSERT, UPDATE (text, withheld, text_at)",
                "public": f"SELECT ({VERSION})",
            },
            policies=[
                EVERYONE,
                Policy("app", "SELECT", using=f"{NODE} OR {PARTY}"),
                Policy("app", "INSERT", check=NODE),
                Policy("app", "UPDATE", using=PUBLISHES, check=PUBLISHES),
            ],
        ),
        Protect(
            "publication_change",
            grants={"app": "SELECT, INSERT", "public": f"SELECT ({CHANGE})"},
            policies=[
                EVERYONE,
                Policy("app", "SELECT", using="true"),
                Policy(
                    "app",
                    "INSERT",
                    check=f"agency_id = comity_agency() AND post_id = comity_post() AND ({NODE} OR ({PUBLISHES}))",
                ),
            ],
        ),
        AppendOnly("publication_change"),
    ]
