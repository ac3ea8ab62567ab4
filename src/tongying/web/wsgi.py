"""The WSGI application that granian serves."""

from __future__ import annotations

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongying.web.settings")
application = get_wsgi_application()

# Addresses and views are imported now rather than by the first person who asks.
import_module("tongying.web.urls")
