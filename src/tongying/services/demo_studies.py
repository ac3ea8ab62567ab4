"""The studies of the demo alliance: invented children, drawn phantoms, borrowed sample images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from itertools import islice

from pydicom.dataset import Dataset

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_cine
from tongying.dicom.phantoms.brain_mr import brain_mr
from tongying.dicom.phantoms.header import MARK, PhantomChild, PhantomStudy
from tongying.dicom.phantoms.hip_geometry import HipGeometry
from tongying.dicom.phantoms.infant_hip_us import hip_cine, hip_image
from tongying.dicom.phantoms.pet_ct import pet_ct
from tongying.dicom.phantoms.torso_mr import torso_mr
from tongying.kernel.ids import uid_of
from tongying.services.demo_borrowed import Sample, borrowed
from tongying.services.demo_people import HOSPITALS

CHINA = timezone(timedelta(hours=8))
DRAWN = (
    "合成体模：由程序绘制，不含任何真实患者的数据。",
    "Synthetic phantom: drawn by a program, no patient's data in it.",
)
BORROWED = (
    "公开示例图像（pydicom 测试数据），身份已替换为虚构儿童；影像并非该年龄儿童所有。",
    "Public sample image (pydicom test data) under an invented child's identity;"
    " the picture is not of a child of this age.",
)
Pictures = Callable[[PhantomStudy], Iterator[Dataset]]


@dataclass(frozen=True, slots=True)
class DemoStudy:
    """A study to be stored.

    Attributes
    ----------
    key : str
        Short name by which a demo case points at it; every UID comes from it.
    hospital_code, patient_id, name, sex, study_description : str
        `name` as in a PN element.
    birth_date : date
    weight_kg, size_m : float
    at : datetime
        When it was made, with time zone.
    provenance_zh, provenance_en : str
        One sentence on where the pictures come from.
    instances : callable
        Yields the instances as data sets, with the provenance in Image Comments.
    """

    key: str
    hospital_code: str
    patient_id: str
    name: str
    birth_date: date
    sex: str
    weight_kg: float
    size_m: float
    study_description: str
    at: datetime
    provenance_zh: str
    provenance_en: str
    instances: Callable[[], Iterator[Dataset]]

    @property
    def study_uid(self) -> str:
        """Study Instance UID."""
        return uid_of(f"{_seed(self.key)}/study")

    def series_uid(self, series: int) -> str:
        """Return the UID of a series by its number."""
        return uid_of(f"{_seed(self.key)}/{series}")

    def sop_uid(self, series: int, instance: int) -> str:
        """Return the UID of an instance by its series' and its own number."""
        return uid_of(f"{_seed(self.key)}/{series}/{instance}")


@dataclass(frozen=True, slots=True)
class _Child:
    hospital: str
    id: str
    name: str
    age_days: int
    sex: str


@dataclass(frozen=True, slots=True)
class _Visit:
    key: str
    child: _Child
    days_ago: int
    size: tuple[float, float]
    what: str
    pictures: Pictures
    drawn: bool = True


def _hips(left: HipGeometry, right: HipGeometry, study: PhantomStudy) -> Iterator[Dataset]:
    yield hip_image(study, left, side="L", number=1)
    yield hip_image(study, right, side="R", number=2)


def _hip_cine(left: HipGeometry, study: PhantomStudy) -> Iterator[Dataset]:
    yield hip_image(study, left, side="L", number=1)
    yield hip_cine(study, left, side="L", number=2)


def _bowel(bowels: tuple[Bowel, ...], study: PhantomStudy) -> Iterator[Dataset]:
    for number, bowel in enumerate(bowels, start=1):
        yield bowel_cine(study, bowel, number=number)


def _head(scale: float, anatomy: str, study: PhantomStudy) -> Iterator[Dataset]:
    return brain_mr(study, ventricle_scale=scale, anatomy=anatomy)


def _fetal_head(study: PhantomStudy) -> Iterator[Dataset]:
    """Yield a few slices of the drawn child's head, which stands for a fetus and says so."""
    for dataset in islice(brain_mr(study, ventricle_scale=1.2), *FETAL_SLICES):
        dataset.SeriesDescription = f"{MARK} 以儿童头颅代替胎儿 a child's head for a fetus"
        yield dataset


def _torso(anatomy: str, study: PhantomStudy) -> Iterator[Dataset]:
    return torso_mr(study, anatomy=_seed(anatomy))


def _sample(sample: Sample, study: PhantomStudy) -> Iterator[Dataset]:
    return borrowed(study, sample)


_ZHAO = _Child("XNZX", "00482913", "Zhao^Ming=赵^明", 1520, "M")
_ZHAOS_MOTHER = _Child("XNZX", "00311872", "Sun^Lihua=孙^丽华", 11770, "F")
_TAN = _Child("ESFY", "E2604417", "Tan^Yuchen=覃^雨晨", 640, "F")
_HE = _Child("HGFY", "00120077", "He^Siyuan=何^思远", 47, "F")
# The same local number in two hospitals: two children.
_LIU = _Child("XNZX", "00120077", "Liu^Zihan=刘^子涵", 1910, "F")
_XIANG = _Child("ESFY", "E2611203", "Xiang^Baobao=向^宝宝", 9, "M")
_DENG = _Child("XTYY", "T118820", "Deng^Kexin=邓^可欣", 92, "F")
_TWIN_A = _Child("HGFY", "00133001", "Lin^Anan=林^安安", 99, "F")
_TWIN_B = _Child("HGFY", "00133002", "Lin^Ningning=林^宁宁", 99, "F")
_WANG = _Child("HGFY", "00131560", "Wang^Haoran=王^浩然", 4400, "M")
_CHEN = _Child("XTYY", "T097311", "Chen^Yihan=陈^艺涵", 4320, "F")
_MA = _Child("ESFY", "E2588014", "Ma^Tianyu=马^天宇", 2250, "M")
_ZHOU = _Child("HGFY", "00128845", "Zhou^Xinyi=周^欣怡", 4050, "F")
_HUANG = _Child("XTYY", "T120406", "Huang^Zixuan=黄^梓轩", 2960, "M")
_SONG = _Child("XNZX", "00467021", "Song^Jiayi=宋^嘉一", 4370, "M")
_WEN = _Child("XNZX", "00475530", "Wen^Xiaowen=闻^小文", 1905, "M")
_LI = _Child("WHCH", "W0098127", "Li^Jiaqi=李^佳琪", 3480, "F")
_YANG = _Child("WHCH", "W0101554", "Yang^Chen=杨^晨", 1390, "M")

POLYP = Bowel()
"""The cause of three admissions: a polyp of 15 mm (the story of source C)."""
RINGS = Bowel(with_polyp=False, target_mm=29.0)
HIP_LEFT_DYSPLASTIC = HipGeometry(alpha_deg=47, beta_deg=72)
HIP_RIGHT_NORMAL = HipGeometry(alpha_deg=63, beta_deg=52, tilt_deg=1)
TWIN_A_HIPS = (
    HipGeometry(alpha_deg=55, beta_deg=63),
    HipGeometry(alpha_deg=61, beta_deg=54, tilt_deg=1),
)
TWIN_B_HIPS = (
    HipGeometry(alpha_deg=58, beta_deg=60),
    HipGeometry(alpha_deg=57, beta_deg=61, tilt_deg=1),
)
"""Left and right."""
_NEWBORN = {"head_radius_mm": 7.0}
FETAL_SLICES = (44, 68)
"""First and last (exclusive) of the drawn head's slices that the fetal study has."""

_VISITS: tuple[_Visit, ...] = (
    _Visit("zhao-pet", _ZHAO, 1, (16.5, 1.04), "演示 躯干 PET/CT", pet_ct),
    _Visit("zhao-mr", _ZHAO, 3, (16.5, 1.04), "演示 腹部 MR", partial(_torso, "zhao-pet")),
    _Visit(
        "zhao-dr",
        _ZHAO,
        10,
        (16.7, 1.04),
        "演示 胸部 CR",
        partial(_sample, Sample("RG1_J2KR.dcm", "chest CR", "CHEST")),
        drawn=False,
    ),
    _Visit(
        "zhao-hip",
        _ZHAO,
        1473,
        (4.6, 0.56),
        "演示 髋关节超声",
        partial(
            _hips,
            HipGeometry(alpha_deg=61, beta_deg=54, **_NEWBORN),
            HipGeometry(alpha_deg=62, beta_deg=53, **_NEWBORN),
        ),
    ),
    _Visit("zhao-fetal", _ZHAOS_MOTHER, 1582, (66.0, 1.6), "演示 胎儿颅脑 MR", _fetal_head),
    _Visit("tan-mr", _TAN, 1, (11.2, 0.84), "演示 头颅 MR", partial(_head, 1.9, "tan")),
    _Visit("tan-mr-prior", _TAN, 96, (9.9, 0.78), "演示 头颅 MR", partial(_head, 1.35, "tan")),
    _Visit(
        "he-hip",
        _HE,
        2,
        (4.9, 0.56),
        "演示 髋关节超声",
        partial(_hips, HIP_LEFT_DYSPLASTIC, HIP_RIGHT_NORMAL),
    ),
    _Visit(
        "he-hip-prior",
        _HE,
        35,
        (3.4, 0.51),
        "演示 髋关节超声",
        partial(
            _hips,
            HipGeometry(alpha_deg=51, beta_deg=66, **_NEWBORN),
            HipGeometry(alpha_deg=60, beta_deg=55, **_NEWBORN),
        ),
    ),
    _Visit(
        "xiang-hip",
        _XIANG,
        0,
        (3.1, 0.5),
        "演示 髋关节超声",
        partial(
            _hips,
            HipGeometry(alpha_deg=62, beta_deg=54, **_NEWBORN),
            HipGeometry(alpha_deg=64, beta_deg=52, **_NEWBORN),
        ),
    ),
    _Visit(
        "deng-hip",
        _DENG,
        3,
        (6.0, 0.61),
        "演示 髋关节动态超声",
        partial(_hip_cine, HipGeometry(alpha_deg=57, beta_deg=64)),
    ),
    # Twins born at 34 weeks: 14 weeks old, 8 weeks corrected, so one alpha has two names.
    _Visit(
        "twin-a-hip",
        _TWIN_A,
        1,
        (5.1, 0.57),
        "演示 髋关节超声",
        partial(_hips, *TWIN_A_HIPS),
    ),
    _Visit(
        "twin-b-hip",
        _TWIN_B,
        1,
        (4.9, 0.56),
        "演示 髋关节超声",
        partial(_hips, *TWIN_B_HIPS),
    ),
    _Visit("yang-mr", _YANG, 4, (15.8, 1.01), "演示 头颅 MR", partial(_head, 1.0, "yang")),
    _Visit("wen-us", _WEN, 0, (18.2, 1.1), "演示 腹部超声", partial(_bowel, (POLYP, RINGS))),
    _Visit("wen-us-2", _WEN, 71, (17.6, 1.08), "演示 腹部超声", partial(_bowel, (RINGS,))),
    _Visit("wen-us-1", _WEN, 164, (17.1, 1.06), "演示 腹部超声", partial(_bowel, (RINGS,))),
    _Visit(
        "liu-us",
        _LIU,
        2,
        (18.6, 1.09),
        "演示 浅表淋巴结超声",
        partial(_sample, Sample("US1_UNCI.dcm", "lymph node US", "NECK", (0, 100))),
        drawn=False,
    ),
    _Visit(
        "wang-dr",
        _WANG,
        1,
        (38.0, 1.49),
        "演示 胫腓骨 CR",
        partial(_sample, Sample("RG3_J2KR.dcm", "tibia CR", "EXTREMITY")),
        drawn=False,
    ),
    _Visit(
        "chen-dr",
        _CHEN,
        1,
        (35.5, 1.47),
        "演示 胸部 CR",
        partial(_sample, Sample("RG1_J2KR.dcm", "chest CR", "CHEST")),
        drawn=False,
    ),
    _Visit(
        "ma-echo",
        _MA,
        3,
        (20.4, 1.16),
        "演示 心脏超声",
        partial(_sample, Sample("examples_ybr_color.dcm", "echo cine", "HEART")),
        drawn=False,
    ),
    _Visit(
        "zhou-mr",
        _ZHOU,
        2,
        (33.0, 1.43),
        "演示 上腹部 MR",
        partial(_sample, Sample("MR-SIEMENS-DICOM-WithOverlays.dcm", "liver MR", "ABDOMEN")),
        drawn=False,
    ),
    _Visit(
        "huang-ct",
        _HUANG,
        1,
        (26.0, 1.3),
        "演示 头颅 CT",
        partial(_sample, Sample("693_J2KR.dcm", "head CT", "HEAD")),
        drawn=False,
    ),
    _Visit(
        "song-mr",
        _SONG,
        2,
        (41.0, 1.52),
        "演示 肩关节 MR",
        partial(_sample, Sample("MR2_J2KR.dcm", "shoulder MR", "SHOULDER")),
        drawn=False,
    ),
    _Visit(
        "li-nm",
        _LI,
        5,
        (29.5, 1.36),
        "演示 全身骨显像",
        partial(_sample, Sample("JPEG-LL.dcm", "whole-body bone", "WHOLEBODY")),
        drawn=False,
    ),
)


def demo_studies(*, now: datetime) -> Iterator[DemoStudy]:
    """Yield the studies of the demo, the last a few hours before `now`.

    Parameters
    ----------
    now : datetime
        With time zone; all dates count back from it.
    """
    for visit in _VISITS:
        yield _study(visit, now.astimezone(CHINA))


def _study(visit: _Visit, now: datetime) -> DemoStudy:
    child = visit.child
    birth_date = now.date() - timedelta(days=child.age_days)
    weight, size = visit.size
    at = _visited_at(visit, now)
    provenance_zh, provenance_en = DRAWN if visit.drawn else BORROWED
    study = PhantomStudy(
        PhantomChild(child.id, child.name, birth_date, child.sex, weight, size),
        _seed(visit.key),
        at,
        visit.what,
        next(hospital.name for hospital in HOSPITALS if hospital.code == child.hospital),
    )

    def instances() -> Iterator[Dataset]:
        for dataset in visit.pictures(study):
            dataset.ImageComments = f"{provenance_zh} {provenance_en}"
            yield dataset

    return DemoStudy(
        key=visit.key,
        hospital_code=child.hospital,
        patient_id=child.id,
        name=child.name,
        birth_date=birth_date,
        sex=child.sex,
        weight_kg=weight,
        size_m=size,
        study_description=visit.what,
        at=at,
        provenance_zh=provenance_zh,
        provenance_en=provenance_en,
        instances=instances,
    )


def _visited_at(visit: _Visit, now: datetime) -> datetime:
    """Return a time of that day's clinic, or two hours ago for a study of today."""
    if visit.days_ago == 0:
        return (now - timedelta(hours=2)).replace(second=0, microsecond=0)
    day = now.date() - timedelta(days=visit.days_ago)
    minutes = int(uid_of(visit.key)[5:]) % 420
    return datetime.combine(day, time(8, 30), CHINA) + timedelta(minutes=minutes)


def _seed(key: str) -> str:
    return f"tongying-demo/{key}"
