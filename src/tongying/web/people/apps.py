"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Hospitals, members, log-in, tokens."""

    name = "tongying.web.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
