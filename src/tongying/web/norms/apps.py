"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Norms as rows."""

    name = "tongying.web.norms"
    label = "norms"
    default_auto_field = "django.db.models.BigAutoField"
