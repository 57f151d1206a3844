//! Which images lie at one place along the slice normal, and which of them may be one image sent twice.

use crate::instance::Instance;

/// Images closer than this along the normal lie at one place, mm. Scanners round positions to less.
const PLACE_MM: f64 = 0.1;

/// Two images of one place may be one, sent twice: the scanner gave them one number. Their pixels decide.
pub(crate) fn may_be_copies(a: &Instance, b: &Instance) -> bool {
    (a.instance_number, a.frame, a.tile) == (b.instance_number, b.frame, b.tile) && a.file != b.file
}

/// The images at each place along the normal, by index and in their order. Images without a place have none.
pub(crate) fn places(images: &[Instance]) -> Vec<Vec<usize>> {
    let Some(normal) = images.iter().find_map(|image| image.plane).map(|plane| plane.normal()) else {
        return Vec::new();
    };
    let position_mm = |image: &Instance| image.plane.map(|plane| plane.origin_mm.dot(normal));
    let mut placed: Vec<(f64, usize)> =
        images.iter().enumerate().filter_map(|(index, image)| Some((position_mm(image)?, index))).collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let together = placed.chunk_by(|a, b| b.0 - a.0 < PLACE_MM);
    let mut places: Vec<Vec<usize>> = together.map(|place| place.iter().map(|(_, index)| *index).collect()).collect();
    places.iter_mut().for_each(|place| place.sort_unstable());
    places
}

/// Takes out the images that may be copies of an earlier one at the same place.
pub(crate) fn without_copies(images: Vec<Instance>) -> (Vec<Instance>, Vec<Instance>) {
    let mut is_copy = vec![false; images.len()];
    for place in places(&images) {
        for (rank, &index) in place.iter().enumerate() {
            is_copy[index] = place[..rank].iter().any(|&earlier| may_be_copies(&images[earlier], &images[index]));
        }
    }
    let (copies, images): (Vec<_>, Vec<_>) = images.into_iter().zip(is_copy).partition(|(_, is_copy)| *is_copy);
    let bare = |images: Vec<(Instance, bool)>| images.into_iter().map(|(image, _)| image).collect();
    (bare(images), bare(copies))
}
