"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from comity.host.processes import end_with_parent

end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")

application = get_wsgi_application()
