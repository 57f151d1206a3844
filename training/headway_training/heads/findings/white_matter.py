"""White matter disease beyond age, and demyelination. Contrasts: 0 is grey matter, 1 is CSF."""

import numpy as np
import torch

from ..canvas import blob


def white_matter_disease(canvas, draws, _shapes):
    """Fazekas 2 to 3: wide caps and bands along the ventricles, confluent deep patches, some juxtacortical. 0.15 to 0.8."""
    anatomy, contrast, load = canvas.anatomy, draws.uniform(0.15, 0.8), draws.uniform(0.3, 1.0)
    box = anatomy.near_ventricles(26)
    white = anatomy.mask(("white",), box)
    distance = anatomy.ventricle[box].float()
    uneven = draws.smooth(white.shape, 9).to(white.device)
    band = torch.sigmoid((2.0 + 6.0 * load * draws.uniform(0.5, 1.2) + 2.5 * uneven - distance) / 0.8)
    canvas.paint(box, band * white, canvas.tone(contrast))
    for _ in range(int(6 + 30 * load)):
        centre = anatomy.point(draws, ("white",), lambda a, at: a.ventricle[at] > 4)
        patch, alpha = blob(canvas, draws, centre, draws.log_uniform(1.5, 3 + 4 * load), ragged=0.35, stretch=1.8)
        canvas.paint(patch, alpha * anatomy.mask(("white",), patch), canvas.tone(contrast * draws.uniform(0.6, 1.1)))
    return contrast


def demyelination(canvas, draws, _shapes):
    """3 to 25 ovoid plaques of 3 to 14 mm: at the ventricles and upright to them, under the cortex, infratentorial. 0.2 to 0.9."""
    anatomy, contrast = canvas.anatomy, draws.uniform(0.2, 0.9)
    places = {
        "ventricle": (("white",), lambda a, at: a.ventricle[at] < 7),
        "cortex": (("white",), lambda a, at: a.cortex[at] < 3),
        "deep": (("white",), None),
        "infratentorial": (("brainstem", "cerebellar_white"), None),
    }
    for number in range(draws.count(3, 25)):
        # The first lies at a ventricle, as in nearly every patient.
        place = (
            "ventricle" if number == 0 else draws.choice(["ventricle", "ventricle", "cortex", "deep", "infratentorial"])
        )
        names, condition = places[place]
        centre = anatomy.point(draws, names, condition)
        if centre is None:
            continue
        radius = draws.log_uniform(1.5, 7.0)
        box, alpha = blob(canvas, draws, centre, radius, ragged=0.12, stretch=float(np.exp(draws.uniform(0.1, 0.7))))
        tone = canvas.tone(contrast * draws.uniform(0.7, 1.1))
        canvas.paint(box, alpha * anatomy.mask(("white", "brainstem", "cerebellar_white", "cortex"), box), tone)
    return contrast
