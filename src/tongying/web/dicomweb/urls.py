"""Addresses of DICOMweb (PS3.18 sections 10.4 to 10.6 and chapter 11)."""

from __future__ import annotations

from django.urls import path, register_converter

from tongying.web.dicomweb import ups, views


class UidConverter:
    """A DICOM UID in an address; anything else there is not found."""

    regex = r"[0-9.]{1,64}"

    @staticmethod
    def to_python(value: str) -> str:
        """Return the UID."""
        return value

    @staticmethod
    def to_url(value: str) -> str:
        """Return the UID."""
        return value


register_converter(UidConverter, "uid")

STUDY = "studies/<uid:study>"
SERIES = f"{STUDY}/series/<uid:series>"
INSTANCE = f"{SERIES}/instances/<uid:instance>"
WORKITEM = "workitems/<uid:workitem>"
SUBSCRIBER = f"{WORKITEM}/subscribers/<str:ae_title>"

urlpatterns = [
    path("studies", views.studies, name="dicomweb-studies"),
    path("series", views.all_series, name="dicomweb-all-series"),
    path("instances", views.all_instances, name="dicomweb-all-instances"),
    path(STUDY, views.study, name="dicomweb-study"),
    path(f"{STUDY}/series", views.series_of_study, name="dicomweb-study-series"),
    path(f"{STUDY}/instances", views.instances_of_study, name="dicomweb-study-instances"),
    path(f"{SERIES}/instances", views.instances_of_series, name="dicomweb-series-instances"),
    path(SERIES, views.retrieve, name="dicomweb-series"),
    path(INSTANCE, views.retrieve, name="dicomweb-instance"),
    path(f"{STUDY}/metadata", views.metadata, name="dicomweb-study-metadata"),
    path(f"{SERIES}/metadata", views.metadata, name="dicomweb-series-metadata"),
    path(f"{INSTANCE}/metadata", views.metadata, name="dicomweb-instance-metadata"),
    path(f"{STUDY}/rendered", views.rendered, name="dicomweb-study-rendered"),
    path(f"{SERIES}/rendered", views.rendered, name="dicomweb-series-rendered"),
    path(f"{INSTANCE}/rendered", views.rendered, name="dicomweb-instance-rendered"),
    path(f"{STUDY}/thumbnail", views.thumbnail, name="dicomweb-study-thumbnail"),
    path(f"{SERIES}/thumbnail", views.thumbnail, name="dicomweb-series-thumbnail"),
    path(f"{INSTANCE}/thumbnail", views.thumbnail, name="dicomweb-instance-thumbnail"),
    path(f"{INSTANCE}/frames/<str:numbers>", views.frames, name="dicomweb-frames"),
    path(f"{INSTANCE}/frames/<int:frame>/rendered", views.rendered_frame, name="dicomweb-frame"),
    path(f"{INSTANCE}/bulk/<path:path>", views.bulk, name="dicomweb-bulk"),
    path("workitems", ups.workitems, name="ups"),
    path(WORKITEM, ups.workitem, name="ups-workitem"),
    path(f"{WORKITEM}/state", ups.state, name="ups-state"),
    path(f"{WORKITEM}/cancelrequest", ups.cancel_request, name="ups-cancel"),
    path(SUBSCRIBER, ups.subscription, name="ups-subscription"),
    path(f"{SUBSCRIBER}/suspend", ups.subscription, name="ups-suspend"),
    path("subscribers/<str:ae_title>", ups.subscription, name="ups-events"),
]
