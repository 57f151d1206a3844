//! What is told of each case.

use headway_core::worklist::lesson::Case;

/// The words of a case.
pub struct Told {
    /// The truth in a line.
    pub title: &'static str,
    /// What was put into the head, and where.
    pub what: &'static str,
    /// Why a model fails here, shown where it did.
    pub why_it_fails: &'static str,
    /// What to take away.
    pub to_take_away: &'static str,
}

/// What is told of a case.
pub const fn told_of(case: Case) -> Told {
    match case {
        Case::WhiteMatterLesions => Told {
            title: "Abnormal: spots in the white matter, as in multiple sclerosis",
            what: "Seventeen plaques, 6 mL in all. The largest, 10 to 16 mm wide, lie beside the left ventricle, in the left hemisphere, at the right cortex and in the brainstem; the smallest are a few millimetres wide.",
            why_it_fails: "The network sees this head in voxels of 2.8 mm, and a plaque is a handful of them, half mixed with what lies around it. In its tests it was hardly better than chance at demyelination, and at anything under 1 mL; here nearly every plaque is. It counts nothing: seventeen faint hints do not add up to a finding.",
            to_take_away: "What is small is missed first, by networks and by readers. Ask of every model how large a finding it was tested on.",
        },
        Case::Normal => Told {
            title: "Normal: nothing was put into this head",
            what: "A healthy head. The bright bands are the fluid in the ventricles and sulci.",
            why_it_fails: "Healthy heads differ in the width of their ventricles and sulci, in their signal, and in how they lie in the scanner. One that lies at the edge of what the network met in training looks unfamiliar to it, and what is unfamiliar is often called abnormal. A false alarm costs a look; many of them cost the trust in every flag.",
            to_take_away: "“Not flagged” is no reading. Every examination is read; a score only moves it forward in the list.",
        },
        Case::WrongSequence => Told {
            title: "Wrong sequence: a FLAIR labelled as T2",
            what: "The header says T2W_TSE with the echo and repetition times of a T2. The picture says otherwise: fluid is dark. The brain is healthy.",
            why_it_fails: "A network scores whatever it is given. On a sequence it was not trained on, its number means nothing.",
            to_take_away: "Headers lie, after export, renaming or repair. Headway looks at the picture as well, and gives no score where the two disagree.",
        },
        Case::Tumour => Told {
            title: "Abnormal: a tumour of the left cerebellar hemisphere",
            what: "A bright mass of some 4 cm, 25 mL with the swelling around it, which presses on what lies beside it.",
            why_it_fails: "The model has learnt from made-up tumours, few of them below the tentorium, where slices end and bone is near. One that looks otherwise than those, in signal or in shape, can pass under its threshold however large it is.",
            to_take_away: "Open the images and ask for the attention map: does it light up where the tumour is? It explains the network, not the patient.",
        },
        Case::Artefact => Told {
            title: "Artefact: a healthy head that moved",
            what: "Copies of the head lie over it along the direction of phase encoding, as after regular movement, strong in every other slice, and the noise is high. The brain underneath is healthy.",
            why_it_fails: "Ghosts lay bright edges over the brain, far stronger than in any head of the training set. The network cannot tell them from a finding: nobody taught it what such movement looks like.",
            to_take_away: "“Not usable” is an answer. Movement is commonest in the patients who are most ill, so such images must not go to the end of the list.",
        },
        Case::Infarct => Told {
            title: "Abnormal: an infarct in the territory of the right middle cerebral artery",
            what: "Cortex and white matter are bright together over 4 by 5 cm of the right frontal lobe and the insula, 20 mL in all, in the shape of a real infarct.",
            why_it_fails: "An infarct of this age is bright on T2 and keeps the shape of the brain: no edge, no mass, nothing pushed aside. Early ones show on diffusion-weighted images alone, which this model is never given.",
            to_take_away: "A model sees one sequence. What that sequence does not show, no threshold brings back.",
        },
    }
}
