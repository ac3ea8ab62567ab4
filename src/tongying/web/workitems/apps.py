"""The app's name for Django."""

from django.apps import AppConfig


class Config(AppConfig):
    """Unified Procedure Steps: the cases as a DICOM worklist."""

    name = "tongying.web.workitems"
    label = "workitems"
    default_auto_field = "django.db.models.BigAutoField"
