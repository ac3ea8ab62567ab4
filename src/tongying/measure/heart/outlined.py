"""The left ventricle outlined in a long-axis view: volumes and ejection fraction.

Both phases are marked on one cine, or on one screen that shows them side by side. Volumes need
the scale of the image; the ejection fraction does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tongying.kernel.caveat import Caveat
from tongying.measure.geometry import area, length
from tongying.measure.heart.ventricle import Ventricle, Volumes, Way, from_volumes, measures_of
from tongying.measure.heart.volume import area_length_ml, check_axis, disc_widths, discs_ml
from tongying.measure.plane import Places
from tongying.measure.recipe import Drawing, Mark, MarksMissing, Recipe, Result, Sided, Step
from tongying.norms.method import MeasuringMethod

VERSION = "1"
ONE_PLANE = Caveat(
    "measure.one-plane",
    "The volume is from one plane and takes the ventricle as round; where it is not, it is wrong.",
)


@dataclass(frozen=True, slots=True)
class _OnePlane:
    """How an outline and its axis become a volume."""

    id: str
    english: str
    chinese: str
    rule: str
    source: str
    volume: Callable[[Places, Places], float]

    def compute(self, drawing: Drawing) -> Result:
        has_systole = drawing.has("systole-outline")
        if has_systole != drawing.has("systole-axis"):
            raise MarksMissing("In systole both the outline and the long axis are needed.")
        volumes = Volumes(
            self._volume(drawing, "diastole"),
            self._volume(drawing, "systole") if has_systole else None,
        )
        way = Way(MeasuringMethod("tongying", VERSION, None, self.rule), (ONE_PLANE,))
        return from_volumes(Ventricle.LEFT, volumes, drawing, way)

    def _volume(self, drawing: Drawing, phase: str) -> float:
        return self.volume(drawing.shaped(f"{phase}-outline"), drawing.shaped(f"{phase}-axis"))

    def recipe(self) -> Recipe:
        return Recipe(
            id=self.id,
            version=VERSION,
            english=self.english,
            chinese=self.chinese,
            area="heart",
            steps=_STEPS,
            sided=Sided.NO,
            modalities=frozenset({"US"}),
            measures=measures_of(Ventricle.LEFT),
            rule=self.rule,
            source=self.source,
            compute=self.compute,
        )


def _by_area_length(outline: Places, axis: Places) -> float:
    check_axis(outline, axis)
    return area_length_ml(area(outline), length(axis))


def _by_discs(outline: Places, axis: Places) -> float:
    return discs_ml(disc_widths(outline, axis), length(axis))


_STEPS = (
    Step(
        "diastole-outline",
        Mark.CONTOUR,
        "Inner outline of the left ventricle at end diastole, closed across the mitral annulus",
        "舒张末期左心室内膜轮廓（经二尖瓣环闭合）",
    ),
    Step(
        "diastole-axis",
        Mark.LINE,
        "Long axis at end diastole: middle of the mitral annulus to the apex",
        "舒张末期长轴：二尖瓣环中点到心尖",
    ),
    Step(
        "systole-outline",
        Mark.CONTOUR,
        "Inner outline of the left ventricle at end systole, closed across the mitral annulus",
        "收缩末期左心室内膜轮廓（经二尖瓣环闭合）",
        optional=True,
    ),
    Step(
        "systole-axis",
        Mark.LINE,
        "Long axis at end systole: middle of the mitral annulus to the apex",
        "收缩末期长轴：二尖瓣环中点到心尖",
        optional=True,
    ),
)

OUTLINED: tuple[Recipe, ...] = (
    _OnePlane(
        "lv-discs",
        "Left ventricular volume by discs, one plane",
        "左心室容积（单平面圆盘法）",
        "20 discs along the long axis, one apical plane, trabeculae within the cavity",
        "Lang RM et al. J Am Soc Echocardiogr 2015;28:1-39; paper not read, needs sign-off",
        _by_discs,
    ).recipe(),
    _OnePlane(
        "lv-area-length",
        "Left ventricular volume by area and length, one plane",
        "左心室容积（单平面面积长度法）",
        "area-length, one apical plane, trabeculae within the cavity",
        "Dodge HT et al. Am Heart J 1960;60:762-776; paper not read, needs sign-off",
        _by_area_length,
    ).recipe(),
)
