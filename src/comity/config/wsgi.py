"""The WSGI application that granian serves."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from comity.host.processes import end_with_parent

end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")

application = get_wsgi_application()
# Routes are read on the first request otherwise, while somebody waits.
_ = get_resolver().url_patterns

# A thread that comes back from the database waits a millisecond for another to pause, not five.
sys.setswitchinterval(0.001)
# Law, slices and the framework stay for as long as the process: the collector need not look at them again, nor stop
# for every chunk of asks, which leaves some 10,000 objects and no cycle.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
