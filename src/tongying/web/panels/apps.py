"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Joint panels: several specialties on one case."""

    name = "tongying.web.panels"
    label = "panels"
    default_auto_field = "django.db.models.BigAutoField"
