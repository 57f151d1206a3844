"""The abnormal classes. Each generator paints on a canvas, adds its deformations, and returns the contrast it drew.

Sizes and contrasts stand in each generator's first line and in README.md; they were fixed before training.
"""

from .mass import cyst, extra_axial, post_operative, tumour
from .spaces import atrophy, hydrocephalus
from .vascular import encephalomalacia, haemorrhage, infarct_acute, infarct_chronic
from .white_matter import demyelination, white_matter_disease

FINDINGS = {
    finding.__name__: finding
    for finding in (
        infarct_acute,
        infarct_chronic,
        haemorrhage,
        encephalomalacia,
        tumour,
        cyst,
        extra_axial,
        post_operative,
        white_matter_disease,
        demyelination,
        hydrocephalus,
        atrophy,
    )
}


def paint_finding(kind, canvas, draws, shapes):
    """Paints one finding and notes what it is: contrast, and the volume of its lesion map in mL."""
    contrast = FINDINGS[kind](canvas, draws, shapes)
    canvas.facts |= {"contrast": float(contrast), "volume_ml": float(canvas.findings.sum()) / 1000}
