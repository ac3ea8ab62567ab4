"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """The archive's index: children, studies, series, instances."""

    name = "tongying.web.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
