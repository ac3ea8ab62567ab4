"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Capacity runs."""

    name = "tongying.web.capacity"
    label = "capacity"
    default_auto_field = "django.db.models.BigAutoField"
