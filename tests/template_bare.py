"""Run every migration, as role owner, in the database named by COMITY_TEST_DATABASE."""

import os

import django
from django.conf import settings

from comity.host.prepare import migrate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")
for options in settings.DATABASES.values():
    options["NAME"] = os.environ["COMITY_TEST_DATABASE"]
    options["OPTIONS"].pop("pool", None)
django.setup()
migrate()
