"""The Django app of live rooms."""

from django.apps import AppConfig


class Config(AppConfig):
    """Rows of live rooms."""

    name = "tongying.web.rooms"
    label = "rooms"
