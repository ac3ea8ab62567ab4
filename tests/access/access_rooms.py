"""Routes of live rooms: the room is for who is invited, its record for everybody on the case.

The room of `world` stands on the signed case; its author and its reader are in it.
"""

from __future__ import annotations

from access_probes import Probe, json
from access_rules import FORBIDDEN, HIDDEN, OPEN, TRIED, acts_on_case, case, nobody_sees
from people import Person
from world import SUBJECT, UNASKED


def in_the_room(person: Person) -> str:
    return OPEN if person.author or person.reader else HIDDEN


def acts_in_the_room(person: Person) -> str:
    return TRIED if person.author or person.reader else HIDDEN


def scans_in_the_room(person: Person) -> str:
    """The county's people in it; the expert in it is told that it is not theirs."""
    if person.author:
        return TRIED
    return FORBIDDEN if person.reader else HIDDEN


def opens_a_room(person: Person) -> str:
    """Who asks, answers or runs the desk; others on the case are led back to it."""
    return acts_on_case(person)


RECORDING = '{"code": "NONE-HERE", "mime": "video/webm"}'

ROOMS: dict[str, list[Probe]] = {
    "cases/<int:case_id>/rooms/": [Probe("/cases/{case}/rooms/", opens_a_room, "POST")],
    "cases/<int:case_id>/rooms/<str:code>/": [Probe("/cases/{case}/rooms/{room}/", case)],
    "rooms/<str:code>/": [Probe("/rooms/{room}/", in_the_room)],
    "rooms/<str:code>/people/": [Probe("/rooms/{room}/people/", in_the_room)],
    "rooms/<str:code>/clock/": [Probe("/rooms/{room}/clock/", in_the_room)],
    "rooms/<str:code>/studies/": [Probe("/rooms/{room}/studies/", in_the_room)],
    "rooms/<str:code>/images/<str:sop>/": [
        Probe(f"/rooms/{{room}}/images/{SUBJECT}.1.1/", in_the_room),
        Probe(f"/rooms/{{room}}/images/{UNASKED}.1.1/", nobody_sees),
    ],
    "rooms/<str:code>/panel/": [Probe("/rooms/{room}/panel/", in_the_room)],
    "rooms/<str:code>/events/": [
        Probe("/rooms/{room}/events/", in_the_room),
        json("/rooms/{room}/events/", acts_in_the_room, "POST", '{"kind": "say"}'),
    ],
    "cases/<int:case_id>/rooms/<str:code>/recordings/<str:recording>/": [
        Probe("/cases/{case}/rooms/{room}/recordings/NONE-HERE/", nobody_sees),
    ],
    "rooms/<str:code>/recordings/": [
        json("/rooms/{room}/recordings/", scans_in_the_room, "POST", RECORDING),
    ],
    "rooms/<str:code>/recordings/<str:recording>/": [
        Probe("/rooms/{room}/recordings/NONE-HERE/", scans_in_the_room),
        Probe("/rooms/{room}/recordings/NONE-HERE/", scans_in_the_room, "PATCH", "x"),
    ],
    "rooms/<str:code>/recordings/<str:recording>/whole/": [
        json("/rooms/{room}/recordings/NONE-HERE/whole/", scans_in_the_room, "POST"),
    ],
    "cases/<int:case_id>/rooms/<str:code>/pictures/<str:kind>/<int:number>/": [
        Probe("/cases/{case}/rooms/{room}/pictures/still/9/", nobody_sees),
    ],
    "cases/<int:case_id>/rooms/<str:code>/pictures/<str:kind>/<int:number>/<int:frame>/": [
        Probe("/cases/{case}/rooms/{room}/pictures/clip/9/1/", nobody_sees),
    ],
    "rooms/<str:code>/pictures/": [
        Probe("/rooms/{room}/pictures/", scans_in_the_room, "POST", "meta=x"),
    ],
    "rooms/<str:code>/pictures/<str:kind>/<int:number>/": [
        Probe("/rooms/{room}/pictures/still/9/", nobody_sees),
    ],
    "rooms/<str:code>/pictures/<str:kind>/<int:number>/<int:frame>/": [
        Probe("/rooms/{room}/pictures/clip/9/1/", nobody_sees),
    ],
    "rooms/<str:code>/report/": [
        Probe("/rooms/{room}/report/", acts_in_the_room, "POST", "x=x"),
    ],
    "rooms/<str:code>/invitees/": [Probe("/rooms/{room}/invitees/", in_the_room)],
    "rooms/<str:code>/members/": [
        Probe("/rooms/{room}/members/", acts_in_the_room, "POST", "member=1"),
    ],
    "rooms/<str:code>/members/<int:member_id>/remove/": [
        Probe("/rooms/{room}/members/999999/remove/", acts_in_the_room, "POST"),
    ],
    "rooms/<str:code>/consent/": [
        Probe("/rooms/{room}/consent/", acts_in_the_room, "POST", "guardian=x"),
    ],
    "rooms/<str:code>/consent/withdraw/": [
        Probe("/rooms/{room}/consent/withdraw/", acts_on_case, "POST"),
    ],
    "rooms/<str:code>/end/": [Probe("/rooms/{room}/end/", acts_in_the_room, "POST")],
}
