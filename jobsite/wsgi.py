"""The site as a WSGI application, for gunicorn or another server."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from postings.search.places import gazetteer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(3)  # to gunicorn: no worker can start, so stop instead of trying again

# Two seconds here rather than in somebody's first search; with --preload once for all
# workers, who then share it.
gazetteer.load()
