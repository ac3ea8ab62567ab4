"""Every decision aid, in the order in which they are offered."""

from __future__ import annotations

from tongying.pathway.aids import (
    appendix,
    enema,
    fetal_ventricles,
    heart_prompts,
    hip,
    intussusception,
    kidney,
    liver_tumour,
    lung_nodule,
    maturity,
    necrotising,
    neuroblastoma,
    preterm_ventricles,
    pylorus,
    scoliosis,
    segments,
    volvulus,
)
from tongying.pathway.aids.aid import Aid

ALL: tuple[Aid, ...] = (
    *hip.AIDS,
    *intussusception.AIDS,
    *enema.AIDS,
    *pylorus.AIDS,
    *appendix.AIDS,
    *volvulus.AIDS,
    *necrotising.AIDS,
    *segments.AIDS,
    *heart_prompts.AIDS,
    *liver_tumour.AIDS,
    *neuroblastoma.AIDS,
    *fetal_ventricles.AIDS,
    *preterm_ventricles.AIDS,
    *kidney.AIDS,
    *scoliosis.AIDS,
    *maturity.AIDS,
    *lung_nodule.AIDS,
)
