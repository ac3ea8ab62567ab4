"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """The pages people work on."""

    name = "tongying.web.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"
