"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Cases, opinions and their documents."""

    name = "tongying.web.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
