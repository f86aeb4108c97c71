"""WSGI entry point for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

application = get_wsgi_application()

from common.nudge import publish_in_background  # noqa: E402 - once the settings are read

publish_in_background()

# What is loaded now stays: the collector need not look through it again and again (a tenth of a page's time).
gc.collect()
gc.freeze()
