"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Measurements of a child."""

    name = "tongying.web.measurements"
    label = "measurements"
    default_auto_field = "django.db.models.BigAutoField"
