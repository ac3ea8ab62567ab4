"""The demo's alliance of 123 hospitals: tree, sub-alliances, agreements. All of it is invented.

The places are real counties and cities of Hubei and its neighbours; the hospitals are not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Final

from tongying.consult.agreement import Agreement, SubAlliance, Tier
from tongying.consult.alliance import HospitalRecord
from tongying.consult.membership import AgreementRecord
from tongying.kernel.ids import HospitalCode
from tongying.services.demo_people import HOSPITALS

CENTRE: Final = HospitalCode("WHCH")
SECOND_CENTRE: Final = HospitalCode("XINYANG-ET")
"""A children's hospital of another province that answers for its own counties."""

_REGIONS: Final = """
湖北省 武汉市 WHCH |
    JIANGXIA 江夏 · HUANGPI 黄陂 · XINZHOU 新洲 · CAIDIAN 蔡甸 · HANNAN 汉南 ·
    DONGXIHU 东西湖
湖北省 黄石市 HUANGSHI 黄石 |
    DAYE 大冶 · YANGXIN 阳新
湖北省 十堰市 SHIYAN 十堰 |
    DANJIANGKOU 丹江口 · YUNYANG 郧阳 · YUNXI 郧西 · ZHUSHAN 竹山 · ZHUXI 竹溪 ·
    FANGXIAN 房县
湖北省 宜昌市 YICHANG 宜昌 |
    YIDU 宜都 · ZHIJIANG 枝江 · DANGYANG 当阳 · YUANAN 远安 · XINGSHAN 兴山 · ZIGUI 秭归 ·
    CHANGYANG 长阳 · WUFENG 五峰
湖北省 襄阳市 XIANGYANG 襄阳 |
    ZAOYANG 枣阳 · YICHENG 宜城 · LAOHEKOU 老河口 · NANZHANG 南漳 · GUCHENG 谷城 ·
    BAOKANG 保康
湖北省 鄂州市 EZHOU 鄂州 |
    LIANGZIHU 梁子湖 · HUARONG 华容
湖北省 荆门市 JINGMEN 荆门 |
    ZHONGXIANG 钟祥 · JINGSHAN 京山 · SHAYANG 沙洋
湖北省 孝感市 XIAOGAN 孝感 |
    YINGCHENG 应城 · ANLU 安陆 · HANCHUAN 汉川 · XIAOCHANG 孝昌 · DAWU 大悟 ·
    YUNMENG 云梦
湖北省 荆州市 JINGZHOU 荆州 |
    SHISHOU 石首 · HONGHU 洪湖 · SONGZI 松滋 · GONGAN 公安 · JIANLI 监利 · JIANGLING 江陵
湖北省 黄冈市 HGFY |
    MACHENG 麻城 · WUXUE 武穴 · TUANFENG 团风 · HONGAN 红安 · LUOTIAN 罗田 ·
    YINGSHAN 英山 · XISHUI 浠水 · QICHUN 蕲春 · HUANGMEI 黄梅
湖北省 咸宁市 XNZX |
    CHIBI 赤壁 · JIAYU 嘉鱼 · TONGCHENG 通城 · CHONGYANG 崇阳 · TONGSHAN 通山
湖北省 随州市 SUIZHOU 随州 |
    GUANGSHUI 广水 · SUIXIAN 随县
湖北省 恩施州 ESFY |
    LICHUAN 利川 · JIANSHI 建始 · BADONG 巴东 · XUANEN 宣恩 · XIANFENG 咸丰 ·
    LAIFENG 来凤 · HEFENG 鹤峰
湖北省 省直辖 WHCH |
    XTYY · QIANJIANG 潜江 · TIANMEN 天门 · SHENNONGJIA 神农架
河南省 信阳市 XINYANG-ET 信阳 |
    GUANGSHAN 光山 · LUOSHAN 罗山 · SHANGCHENG 商城 · XINXIAN 新县
河南省 南阳市 NANYANG 南阳 |
    DENGZHOU 邓州 · XICHUAN 淅川
湖南省 岳阳市 YUEYANG 岳阳 |
    LINXIANG 临湘 · PINGJIANG 平江
湖南省 常德市 CHANGDE 常德 |
    SHIMEN 石门 · LIXIAN 澧县
湖南省 张家界市 ZHANGJIAJIE 张家界 |
    SANGZHI 桑植
江西省 九江市 JIUJIANG 九江 |
    RUICHANG 瑞昌 · XIUSHUI 修水 · WUNING 武宁
安徽省 安庆市 ANQING 安庆 |
    SUSONG 宿松 · TAIHU 太湖
安徽省 六安市 LUAN 六安 |
重庆市 万州区 WANZHOU 万州 |
    WUSHAN 巫山 · FENGJIE 奉节 · YUNYANG-CQ 云阳
陕西省 安康市 ANKANG 安康 |
    BAIHE 白河
"""
"""Province, city, the hospital above, and those below it."""

_TOWNSHIPS: Final = {
    "YESANGUAN": ("野三关", "BADONG"),
    "MOUDAO": ("谋道", "LICHUAN"),
    "ZHAOLIQIAO": ("赵李桥", "CHIBI"),
    "GUISHAN": ("龟山", "MACHENG"),
    "HONGHUATAO": ("红花套", "YIDU"),
    "PENGCHANG": ("彭场", "XTYY"),
    "KEDIAN": ("客店", "ZHONGXIANG"),
    "FENGKOU": ("峰口", "HONGHU"),
}
"""Name and the county hospital above."""

_KINDS: Final = (
    ("妇幼", "Maternal and Child Health Hospital"),
    ("县医院", "County Hospital"),
    ("一医", "First Hospital"),
)
_REGIONAL: Final = ("中心医院", "Central Hospital")
_TOWN: Final = ("卫生院", "Township Hospital")
_CHILDREN: Final = ("儿童医院", "Children's Hospital")

EXPIRED: Final = HospitalCode("ZHUSHAN")
"""Its agreement ended five weeks ago."""
EXPIRING: Final = HospitalCode("BADONG")
"""Its agreement ends in twelve days."""
_NUCLEAR: Final = frozenset(
    {CENTRE, "XNZX", "YICHANG", "XIANGYANG", "JINGZHOU", "SHIYAN", "HUANGSHI", "WANZHOU"}
)
_BOTH: Final = frozenset(SubAlliance)
_IMAGING: Final = frozenset({SubAlliance.IMAGING})


def demo_hospitals() -> list[HospitalRecord]:
    """Return the 123 hospitals, each after the one above it."""
    known = {one.code: one for one in HOSPITALS}
    records = [_centre()]
    for upper, lower in _regions():
        province, city, head, *name = upper.split()
        if head != CENTRE:
            records.append(_regional(head, name, province, city))
        for place, entry in enumerate(one.split() for one in lower.split("·") if one.strip()):
            code = entry[0]
            kind = _KINDS[place % len(_KINDS)]
            named = HospitalRecord(
                HospitalCode(code),
                known[code].name if code in known else _zh(entry[1], kind),
                known[code].name_en if code in known else _en(code, kind),
                ae_title=code,
                parent=HospitalCode(head),
                tier=Tier.COUNTY,
                province=province,
                city=city,
                sub_alliances=_IMAGING,
            )
            records.append(named)
    upper_ones = {one.code: one for one in records}
    for code, (name, parent) in _TOWNSHIPS.items():
        above = upper_ones[HospitalCode(parent)]
        records.append(
            replace(
                above,
                code=HospitalCode(code),
                name=_zh(name, _TOWN),
                name_en=_en(code, _TOWN),
                ae_title=code,
                parent=above.code,
                tier=Tier.TOWNSHIP,
            )
        )
    return records


def demo_agreements(today: date) -> list[AgreementRecord]:
    """Return every hospital's agreement with the centre, and of five with the second one."""
    records = []
    for place, one in enumerate(demo_hospitals()):
        if one.code == CENTRE:
            continue
        ends = today + timedelta(days=200 + 37 * (place % 19))
        if one.code == EXPIRED:
            ends = today - timedelta(days=35)
        if one.code == EXPIRING:
            ends = today + timedelta(days=12)
        begins = today - timedelta(days=500 + 11 * (place % 23))
        scope = _BOTH if SubAlliance.NUCLEAR in one.sub_alliances else _IMAGING
        terms = Agreement(one.code, CENTRE, begins, ends, scope)
        records.append(AgreementRecord(terms, f"演示-{begins.year}-{place:03d}"))
        if one.parent == SECOND_CENTRE:
            terms = Agreement(one.code, SECOND_CENTRE, begins, ends, _IMAGING)
            records.append(AgreementRecord(terms, f"演示-信阳-{place:03d}"))
    return records


def _regions() -> list[tuple[str, str]]:
    """Return each region's first line, and the lines below it as one."""
    blocks = re.split(r"\n(?=\S)", _REGIONS.strip())
    parts = (block.partition("|") for block in blocks)
    return [(upper, lower.replace("\n", " ")) for upper, _, lower in parts]


def _centre() -> HospitalRecord:
    one = next(one for one in HOSPITALS if one.code == CENTRE)
    return HospitalRecord(
        CENTRE,
        one.name,
        one.name_en,
        ae_title="TONGYING",
        answers=True,
        tier=Tier.LEADING,
        province="湖北省",
        city="武汉市",
        sub_alliances=_BOTH,
        service_hours=(((time(8), time(22)),),) * 7,
        credentials_required=True,
    )


def _regional(code: str, name: list[str], province: str, city: str) -> HospitalRecord:
    known = {one.code: one for one in HOSPITALS}
    second = code == SECOND_CENTRE
    kind = _CHILDREN if second else _REGIONAL
    weekday = ((time(8), time(12)), (time(14, 30), time(17, 30)))
    return HospitalRecord(
        HospitalCode(code),
        known[code].name if code in known else _zh(name[0], kind),
        known[code].name_en if code in known else _en(code, kind),
        ae_title=code,
        answers=second,
        parent=CENTRE,
        tier=Tier.REGIONAL,
        province=province,
        city=city,
        sub_alliances=_BOTH if code in _NUCLEAR else _IMAGING,
        service_hours=(weekday,) * 5 + ((), ()) if second else (),
    )


def _zh(name: str, kind: tuple[str, str]) -> str:
    return f"{name}{kind[0]}（演示）"


def _en(code: str, kind: tuple[str, str]) -> str:
    return f"{code.partition('-')[0].capitalize()} {kind[1]} (demo)"
