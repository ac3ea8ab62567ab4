"""Addresses of live rooms and of their records."""

from __future__ import annotations

from django.urls import path

from tongying.web.pages import (
    room,
    room_events,
    room_images,
    room_pictures,
    room_recordings,
    rooms,
)

urlpatterns = [
    path("cases/<int:case_id>/rooms/", rooms.open_room, name="room-open"),
    path("cases/<int:case_id>/rooms/<str:code>/", rooms.room_record, name="room-record"),
    path(
        "cases/<int:case_id>/rooms/<str:code>/recordings/<str:recording>/",
        room_recordings.play,
        name="room-recording",
    ),
    path("rooms/<str:code>/recordings/", room_recordings.begin, name="room-recordings"),
    path("rooms/<str:code>/recordings/<str:recording>/", room_recordings.one, name="room-upload"),
    path(
        "rooms/<str:code>/recordings/<str:recording>/whole/",
        room_recordings.whole,
        name="room-upload-whole",
    ),
    path(
        "cases/<int:case_id>/rooms/<str:code>/pictures/<str:kind>/<int:number>/",
        room_pictures.show,
        name="room-record-picture",
    ),
    path(
        "cases/<int:case_id>/rooms/<str:code>/pictures/<str:kind>/<int:number>/<int:frame>/",
        room_pictures.show,
        name="room-record-frame",
    ),
    path("rooms/<str:code>/pictures/", room_pictures.store, name="room-pictures"),
    path(
        "rooms/<str:code>/pictures/<str:kind>/<int:number>/",
        room_pictures.show,
        name="room-picture",
    ),
    path(
        "rooms/<str:code>/pictures/<str:kind>/<int:number>/<int:frame>/",
        room_pictures.show,
        name="room-frame",
    ),
    path("rooms/<str:code>/studies/", room_images.studies, name="room-studies"),
    path("rooms/<str:code>/images/<str:sop>/", room_images.series, name="room-series"),
    path("rooms/<str:code>/panel/", room_images.panel, name="room-panel"),
    path("rooms/<str:code>/report/", room_pictures.report, name="room-report"),
    path("rooms/<str:code>/", room.page, name="room"),
    path("rooms/<str:code>/events/", room_events.events, name="room-events"),
    path("rooms/<str:code>/people/", room.people, name="room-people"),
    path("rooms/<str:code>/clock/", room.standing, name="room-clock"),
    path("rooms/<str:code>/invitees/", rooms.invitees, name="room-invitees"),
    path("rooms/<str:code>/members/", rooms.invite, name="room-invite"),
    path("rooms/<str:code>/members/<int:member_id>/remove/", rooms.remove, name="room-remove"),
    path("rooms/<str:code>/consent/", rooms.consent, name="room-consent"),
    path("rooms/<str:code>/consent/withdraw/", rooms.withdraw, name="room-withdraw"),
    path("rooms/<str:code>/end/", rooms.end, name="room-end"),
]
