from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_keys_that_bind")]

    operations = [
        migrations.AddField("agencykey", "credential_id", models.TextField(null=True, unique=True)),
        migrations.AddField("agencykey", "rp_id", models.TextField(null=True)),
        migrations.RemoveConstraint(model_name="agencykey", name="directory_agency_key_scheme"),
        migrations.AddConstraint(
            model_name="agencykey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scheme__in", ["ecdsa-p384-sha384", "ed25519", "webauthn-ed25519", "webauthn-es256"])
                ),
                name="directory_agency_key_scheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="agencykey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("credential_id__isnull", False),
                        ("purpose", "signature"),
                        ("rp_id__isnull", False),
                        ("scheme__startswith", "webauthn-"),
                    ),
                    models.Q(
                        models.Q(("scheme__startswith", "webauthn-"), _negated=True),
                        ("credential_id__isnull", True),
                        ("rp_id__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="directory_agency_key_passkey",
            ),
        ),
    ]
