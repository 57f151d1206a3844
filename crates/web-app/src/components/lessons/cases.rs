//! What is told of each case.

use headway_synth::lesson::Case;

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
            title: "Abnormal: many white matter lesions",
            what: "26 bright spots, 6 to 13 mm wide, around both ventricles and out towards the cortex, in the white matter alone. Small vessel disease and inflammation look like this on T2.",
            why_it_fails: "The network sees this head in voxels of 3.75 mm, so a spot is a handful of them, half mixed with what lies around it. In its tests it found heavy white matter disease, where spots have run together, and was no better than chance at lesions under 5 mL; each of these is far smaller. It counts nothing: 26 faint hints do not add up to a finding.",
            to_take_away: "How much is too much depends on age. A triage model draws that line where its training labels drew it; ask where that was.",
        },
        Case::Normal => Told {
            title: "Normal: nothing was put into this head",
            what: "A healthy head lying a little turned in the scanner. The bright bands are the fluid in the ventricles and sulci.",
            why_it_fails: "This head is drawn from formulas; the model was trained on heads made from label maps and has met none like it. What is unfamiliar to a network is often called abnormal. A false alarm costs a look; many of them cost the trust in every flag.",
            to_take_away: "“Not flagged” is no reading. Every examination is read; a score only moves it forward in the list.",
        },
        Case::WrongSequence => Told {
            title: "Wrong sequence: a FLAIR labelled as T2",
            what: "The header says T2W_TSE with the echo and repetition times of a T2. The picture says otherwise: fluid is dark. The brain is healthy.",
            why_it_fails: "A network scores whatever it is given. On a sequence it was not trained on, its number means nothing.",
            to_take_away: "Headers lie, after export, renaming or repair. Headway looks at the picture as well, and gives no score where the two disagree.",
        },
        Case::Tumour => Told {
            title: "Abnormal: a tumour of the left frontal lobe",
            what: "A solid wall around a cyst, 36 mm across, with swelling of the white matter around it. Nothing is pushed aside: that is the part of a real tumour that is missing here.",
            why_it_fails: "The model has learnt from made-up tumours of other shapes. Where it weighs fluid and swelling differently from what it met in training, a finding that fills a lobe can still pass under its threshold.",
            to_take_away: "Open the images and ask for the attention map: does it light up where the tumour is? It explains the network, not the patient.",
        },
        Case::Artefact => Told {
            title: "Artefact: a healthy head that moved",
            what: "Copies of the head lie over it along the direction of phase encoding, as after regular movement, and the noise is high. The brain underneath is healthy.",
            why_it_fails: "Ghosts lay bright edges over the brain that no healthy head of the training set had. The network cannot tell them from a finding: nobody taught it what movement looks like.",
            to_take_away: "“Not usable” is an answer. Movement is commonest in the patients who are most ill, so such images must not go to the end of the list.",
        },
        Case::Infarct => Told {
            title: "Abnormal: an infarct in the territory of the right middle cerebral artery",
            what: "Cortex and white matter are bright together over some 5 cm of the right hemisphere.",
            why_it_fails: "An infarct of this age is bright on T2 and keeps the shape of the brain: no edge, no mass, nothing pushed aside. Early ones show on diffusion-weighted images alone, which this model is never given.",
            to_take_away: "A model sees one sequence. What that sequence does not show, no threshold brings back.",
        },
    }
}
