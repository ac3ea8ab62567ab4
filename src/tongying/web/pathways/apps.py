"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Pathways of cases."""

    name = "tongying.web.pathways"
    label = "pathways"
    default_auto_field = "django.db.models.BigAutoField"
