"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """The desk: offers, decisions, pauses, alerts, critical findings."""

    name = "tongying.web.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
