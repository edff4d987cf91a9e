from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("law", "0009_approved_anew")]

    operations = [migrations.DeleteModel(name="LawAuthority")]
