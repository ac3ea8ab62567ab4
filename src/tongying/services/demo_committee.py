"""The demo's 262 committee members, invented; only those of `demo_people` can log in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Final

from tongying.consult.agreement import Tier
from tongying.consult.alliance import HospitalRecord
from tongying.consult.membership import MemberRecord
from tongying.consult.people import Role
from tongying.consult.specialty import Specialty
from tongying.kernel.ids import HospitalCode
from tongying.services.demo_alliance import CENTRE, SECOND_CENTRE, demo_hospitals
from tongying.services.demo_people import PEOPLE

MEMBERS: Final = 262
AT_CENTRE: Final = 40
AT_SECOND: Final = 9
AT_REGIONAL: Final = 4
SEED: Final = 262_123
ADULT_DAYS: Final = 6574
"""18 years of 365.25 days."""

_SURNAMES: Final = (
    " 王 wang 李 li 张 zhang 刘 liu 陈 chen 杨 yang 黄 huang 赵 zhao 周 zhou 吴 wu 徐 xu"
    " 孙 sun 胡 hu 朱 zhu 高 gao 林 lin 何 he 郭 guo 马 ma 罗 luo 梁 liang 宋 song"
    " 郑 zheng 谢 xie 韩 han 唐 tang 冯 feng 于 yu 董 dong 萧 xiao 程 cheng 曹 cao"
    " 袁 yuan 邓 deng 许 xu 傅 fu 沈 shen 曾 zeng 彭 peng 吕 lv 苏 su 卢 lu 蒋 jiang"
    " 蔡 cai 贾 jia 丁 ding 魏 wei 薛 xue 叶 ye 阎 yan"
)
_GIVEN: Final = (
    " 静 jing 敏 min 伟 wei 芳 fang 娜 na 磊 lei 洋 yang 艳 yan 勇 yong 军 jun 杰 jie"
    " 娟 juan 涛 tao 明 ming 超 chao 霞 xia 平 ping 刚 gang 桂英 guiying 文博 wenbo"
    " 志远 zhiyuan 雨桐 yutong 晓燕 xiaoyan 建华 jianhua 海波 haibo 慧敏 huimin"
    " 立新 lixin 思远 siyuan 丽华 lihua 宇 yu 佳宁 jianing 国栋 guodong 欣怡 xinyi"
    " 志强 zhiqiang 春梅 chunmei 新宇 xinyu 晨光 chenguang"
)

_TITLES: Final = ("主任医师", "副主任医师", "副主任医师", "主治医师")
_S = Specialty
_FIELDS: Final[tuple[tuple[str, tuple[Specialty, ...], str, int], ...]] = (
    ("神经影像", (_S.NEURO,), "CT MR", 5),
    ("头颈影像", (_S.HEAD_NECK, _S.NEURO), "CT MR", 2),
    ("胸部影像", (_S.CHEST,), "CT DX CR", 4),
    ("心血管影像", (_S.HEART,), "CT MR US", 4),
    ("腹部影像", (_S.ABDOMEN, _S.UROLOGY), "CT MR US", 4),
    ("泌尿影像", (_S.UROLOGY,), "CT MR US RF", 2),
    ("骨肌影像", (_S.BONE,), "CT MR DX CR US", 3),
    ("肿瘤影像", (_S.ONCOLOGY, _S.ABDOMEN), "CT MR", 2),
    ("核医学", (_S.NUCLEAR, _S.ONCOLOGY), "PT NM CT", 2),
    ("超声医学", (_S.ULTRASOUND, _S.ABDOMEN, _S.BONE), "US", 3),
    ("胎儿影像", (_S.FETAL,), "US MR", 1),
    ("小儿外科", (_S.SURGERY,), "", 1),
    ("病理", (_S.PATHOLOGY,), "", 1),
)
"""Sub-specialty, fields, modalities and number of experts at the centre besides the log-ins."""

_KNOWN: Final[dict[str, tuple[tuple[Specialty, ...], str]]] = {
    "limin": ((_S.ONCOLOGY, _S.NUCLEAR), "CT MR PT NM"),
    "zhangwei": ((_S.NEURO, _S.HEAD_NECK, _S.FETAL), "CT MR US"),
    "sunyan": ((_S.BONE,), "US CT MR DX CR"),
    "guotao": ((_S.HEART, _S.CHEST, _S.ABDOMEN, _S.UROLOGY), "CT MR US DX CR"),
    "dengyan": ((_S.ULTRASOUND, _S.ABDOMEN, _S.BONE), "US"),
    "fengkai": ((_S.SURGERY,), ""),
}
ON_DUTY: Final = tuple(_KNOWN)
"""Experts with a log-in, who are on duty whenever the demo is made."""
_COUNTY_WORK: Final = ("儿科", "放射科", "新生儿科", "超声科", "儿童保健", "小儿外科")


def demo_members(today: date) -> list[MemberRecord]:
    """Return the 262 committee members; those of `demo_people` among them come first."""
    known = [one for person in PEOPLE if (one := _known(person.login, today)) is not None]
    lot = Random(SEED)  # noqa: S311 - invents, keeps no secret
    names = _names(lot, {one.name for one in PEOPLE}, {one.login for one in PEOPLE})
    dice = Random(SEED + 1)  # noqa: S311 - invents, keeps no secret
    members = list(known)
    for hospital, count in _counts(known).items():
        for place in range(count):
            login, name = next(names)
            if hospital.code == CENTRE:
                members.append(_expert(login, name, place, dice, today))
            else:
                members.append(_other(login, name, (hospital, place), dice, today))
    return _expire(members, today)


def with_log_ins(today: date) -> list[MemberRecord]:
    """Return everybody of `demo_people` with their credentials, the office and students too."""
    committee = {one.login: one for one in demo_members(today)}
    return [
        committee.get(one.login)
        or MemberRecord(
            one.login,
            one.name,
            HospitalCode(one.hospital),
            one.role,
            one.title,
            one.sub_specialty,
            email=_address(one.login),
        )
        for one in PEOPLE
    ]


def _counts(known: list[MemberRecord]) -> dict[HospitalRecord, int]:
    """Return how many more members each hospital sends; the counties share what is left over."""
    hospitals = demo_hospitals()
    wanted = {}
    for one in hospitals:
        number = AT_REGIONAL if one.tier is Tier.REGIONAL else 1
        number = {CENTRE: AT_CENTRE, SECOND_CENTRE: AT_SECOND}.get(one.code, number)
        wanted[one] = number - sum(member.hospital == one.code for member in known)
    left = MEMBERS - len(known) - sum(wanted.values())
    for one in [one for one in hospitals if one.tier is Tier.COUNTY][:left]:
        wanted[one] += 1
    return wanted


def _known(login: str, today: date) -> MemberRecord | None:
    person = next(one for one in PEOPLE if one.login == login)
    if person.role not in (Role.EXPERT, Role.REQUESTER):
        return None
    specialties, modalities = _KNOWN.get(login, ((), ""))
    expert = person.role is Role.EXPERT
    return MemberRecord(
        login,
        person.name,
        HospitalCode(person.hospital),
        person.role,
        person.title,
        person.sub_specialty,
        frozenset(specialties),
        frozenset(modalities.split()),
        0 if expert else None,
        ADULT_DAYS if expert else None,
        f"DEMO4201{len(login):02d}{sum(login.encode()):06d}",
        today + timedelta(days=900 + 31 * len(login)),
        10 if expert else None,
        committee=True,
        email=_address(login),
    )


def _expert(login: str, name: str, place: int, dice: Random, today: date) -> MemberRecord:
    fields = [field for field in _FIELDS for _ in range(field[3])]
    sub_specialty, specialties, modalities, _ = fields[place % len(fields)]
    newborn = sub_specialty in ("胎儿影像",)
    return MemberRecord(
        login,
        name,
        CENTRE,
        Role.EXPERT,
        dice.choice(_TITLES),
        sub_specialty,
        frozenset(specialties),
        frozenset(modalities.split()),
        0 if newborn or dice.random() < 0.8 else 28,
        28 if newborn else ADULT_DAYS,
        f"DEMO4201{dice.randrange(10**8):08d}",
        today + timedelta(days=dice.randrange(120, 1700)),
        dice.choice((4, 6, 6, 8)),
        committee=True,
    )


def _other(
    login: str, name: str, seat: tuple[HospitalRecord, int], dice: Random, today: date
) -> MemberRecord:
    hospital, place = seat
    if hospital.code == SECOND_CENTRE and place > 0:
        one = _expert(login, name, 4 * place, dice, today)
        return replace(one, hospital=hospital.code)
    first_of_region = hospital.tier is Tier.REGIONAL and place == 0
    return MemberRecord(
        login,
        name,
        hospital.code,
        Role.COORDINATOR if first_of_region else Role.REQUESTER,
        dice.choice(_TITLES),
        _COUNTY_WORK[dice.randrange(len(_COUNTY_WORK))],
        licence_number=f"DEMO42{dice.randrange(10**10):010d}",
        licence_until=today + timedelta(days=dice.randrange(60, 1700)),
        committee=True,
    )


def _expire(members: list[MemberRecord], today: date) -> list[MemberRecord]:
    """Let two licences have expired: an expert's of the centre, and a county doctor's."""
    taken = [one for one in members if one.hospital == CENTRE and one.login not in _KNOWN]
    expired = {
        taken[7].login: today - timedelta(days=18),
        members[-1].login: today - timedelta(days=140),
    }
    soon = {taken[20].login: today + timedelta(days=20)}
    return [
        replace(one, licence_until=(expired | soon).get(one.login, one.licence_until))
        for one in members
    ]


def _names(dice: Random, names: set[str], logins: set[str]) -> Iterator[tuple[str, str]]:
    """Yield log-in names and names, no name twice."""
    pairs = list(product(_read_out(_SURNAMES), _read_out(_GIVEN)))
    dice.shuffle(pairs)
    taken = set(logins)
    for (surname, first), (rest, last) in pairs:
        if surname + rest in names:
            continue
        login = first + last
        number = 2
        while login in taken:
            login = f"{first}{last}-{number}"
            number += 1
        taken.add(login)
        yield login, surname + rest


def _read_out(text: str) -> list[tuple[str, str]]:
    """Return characters with how they are read."""
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


def _address(login: str) -> str:
    return f"{login}@demo.invalid"
