//! Volumes kept for a second look, up to so many bytes; the one not asked for the longest goes first.
//! None is lost for good: each can be read again from its files.

use crate::series::SeriesSummary;
use crate::study::StudyKey;
use crate::viewing::Viewable;

/// Kept volumes, the one asked for last at the end.
#[derive(Debug)]
pub struct Shelf {
    kept: Vec<(StudyKey, SeriesSummary, Viewable)>,
    most_bytes: usize,
}

impl Shelf {
    /// Keeps up to so many bytes, and always the volume that came last.
    pub fn new(most_bytes: usize) -> Self {
        Self { kept: Vec::new(), most_bytes }
    }

    /// Puts a volume up in place of an earlier one of the same series.
    pub fn put(&mut self, study: StudyKey, series: SeriesSummary, viewable: Viewable) {
        self.kept.retain(|(kept_study, kept_series, _)| *kept_study != study || !same_stack(kept_series, &series));
        self.kept.push((study, series, viewable));
        let bytes = |(_, _, viewable): &(_, _, Viewable)| viewable.volume.signal.size_bytes();
        let mut total: usize = self.kept.iter().map(bytes).sum();
        while total > self.most_bytes && self.kept.len() > 1 {
            total -= bytes(&self.kept.remove(0));
        }
    }

    /// A kept volume, which counts as asked for.
    pub fn get(&mut self, study: &StudyKey, series: &SeriesSummary) -> Option<&Viewable> {
        let place = self.kept.iter().position(|(s, named, _)| s == study && same_stack(named, series))?;
        self.kept[place..].rotate_left(1);
        self.kept.last().map(|(_, _, viewable)| viewable)
    }

    /// The volumes of a study.
    pub fn of(&self, study: &StudyKey) -> impl Iterator<Item = &Viewable> {
        self.kept.iter().filter(move |(kept, ..)| kept == study).map(|(_, _, viewable)| viewable)
    }

    /// Lets go of a study's volumes: more of its images have come.
    pub fn forget(&mut self, study: &StudyKey) {
        self.kept.retain(|(kept, ..)| kept != study);
    }
}

fn same_stack(a: &SeriesSummary, b: &SeriesSummary) -> bool {
    (&a.series_uid, &a.part) == (&b.series_uid, &b.part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;
    use crate::volume::Volume;
    use glam::DAffine3;

    fn study(name: &str) -> StudyKey {
        StudyKey { study_uid: name.to_owned(), patient_id: String::new() }
    }

    fn series(uid: &str) -> SeriesSummary {
        let (series_uid, description, part) = (uid.to_owned(), String::new(), String::new());
        SeriesSummary { series_uid, number: None, description, part, images: 1 }
    }

    /// Of `voxels` voxels, 4 bytes each.
    fn volume(voxels: usize) -> Viewable {
        let geometry = Geometry { dims: [voxels, 1, 1], patient_from_voxel: DAffine3::IDENTITY, missing_slice: None };
        Viewable::new(Volume { signal: vec![0.0; voxels].into(), geometry }, true, None)
    }

    #[test]
    fn the_volume_not_asked_for_the_longest_goes_first() {
        let mut shelf = Shelf::new(100);
        for name in ["a", "b"] {
            shelf.put(study(name), series("1"), volume(10));
        }
        assert!(shelf.get(&study("a"), &series("1")).is_some());
        shelf.put(study("c"), series("1"), volume(10));
        let there = ["a", "b", "c"].map(|name| shelf.get(&study(name), &series("1")).is_some());
        assert_eq!(there, [true, false, true]);
    }

    #[test]
    fn one_volume_over_the_limit_is_kept_alone() {
        let mut shelf = Shelf::new(100);
        shelf.put(study("a"), series("1"), volume(5));
        shelf.put(study("a"), series("2"), volume(50));
        let there = ["1", "2"].map(|uid| shelf.get(&study("a"), &series(uid)).is_some());
        assert_eq!(there, [false, true]);
    }

    #[test]
    fn a_stack_read_again_takes_its_own_place_and_a_study_can_be_let_go() {
        let mut shelf = Shelf::new(100);
        shelf.put(study("a"), series("1"), volume(5));
        shelf.put(study("a"), series("1"), volume(6));
        shelf.put(study("b"), series("1"), volume(7));
        assert_eq!(shelf.kept.len(), 2);
        shelf.forget(&study("a"));
        assert!(shelf.get(&study("a"), &series("1")).is_none() && shelf.get(&study("b"), &series("1")).is_some());
    }
}
