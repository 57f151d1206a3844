//! A list put in another order with as few moves as possible.

/// Which entries may stay while the others are moved between them: as many as can, and `held` among them.
///
/// `was[i]` is the place that the entry now at `i` had before; `None` where it is new, and so has to be put in its place.
pub fn staying(was: &[Option<usize>], held: Option<usize>) -> Vec<bool> {
    let held = held.and_then(|at| Some((at, (*was.get(at)?)?)));
    // What stood before the held entry and now follows it, or the other way round, cannot stay beside it.
    let agrees = |at: usize, place: usize| held.is_none_or(|(h, of_held)| at.cmp(&h) == place.cmp(&of_held));
    // Of the increasing runs of each length, the entry that ends it earliest; and for each entry the one before it in its run.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before = vec![None; was.len()];
    for (at, place) in was.iter().enumerate().filter_map(|(at, place)| Some((at, (*place)?))) {
        if !agrees(at, place) {
            continue;
        }
        let length = ends.partition_point(|(earlier, _)| *earlier < place);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter].1);
        match ends.get_mut(length) {
            Some(end) => *end = (place, at),
            None => ends.push((place, at)),
        }
    }
    let mut stays = vec![false; was.len()];
    let mut next = ends.last().map(|(_, at)| *at);
    while let Some(at) = next {
        stays[at] = true;
        next = before[at];
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay(was: &[usize], held: Option<usize>) -> Vec<usize> {
        let was: Vec<_> = was.iter().copied().map(Some).collect();
        places(&staying(&was, held))
    }

    fn places(stays: &[bool]) -> Vec<usize> {
        (0..stays.len()).filter(|at| stays[*at]).collect()
    }

    #[test]
    fn one_that_rises_moves_alone() {
        assert_eq!(stay(&[4, 0, 1, 2, 3], None), [1, 2, 3, 4]);
        assert_eq!(stay(&[1, 2, 3, 0, 4], None), [0, 1, 2, 4]);
    }

    #[test]
    fn nothing_moves_where_the_order_is_the_same() {
        assert_eq!(stay(&[0, 1, 2], None), [0, 1, 2]);
        assert!(stay(&[], None).is_empty());
    }

    #[test]
    fn what_is_new_is_put_in_its_place() {
        assert_eq!(places(&staying(&[Some(0), None, Some(1), None], None)), [0, 2]);
    }

    #[test]
    fn what_is_held_stays_though_more_others_move() {
        assert_eq!(stay(&[4, 0, 1, 2, 3], Some(0)), [0]);
        assert_eq!(stay(&[3, 1, 0, 2, 4], Some(1)), [1, 3, 4]);
        assert_eq!(places(&staying(&[Some(1), None, Some(0)], Some(1))).len(), 1);
    }

    /// Against all subsets: no larger set is in order.
    #[test]
    fn no_fewer_moves_would_do() {
        let permutation = |mut code: usize| {
            let mut left: Vec<usize> = (0..6).collect();
            (0..6)
                .map(|n| {
                    let at = code % (6 - n);
                    code /= 6 - n;
                    left.remove(at)
                })
                .collect::<Vec<_>>()
        };
        let in_order = |was: &[usize], set: usize| {
            let kept: Vec<_> = (0..6).filter(|at| set >> at & 1 == 1).map(|at| was[at]).collect();
            kept.is_sorted()
        };
        for was in (0..720).map(permutation) {
            for held in [None, Some(2)] {
                let fits = |set: &usize| in_order(&was, *set) && held.is_none_or(|at: usize| set >> at & 1 == 1);
                let most = (0..64_usize).filter(fits).map(usize::count_ones).max();
                let stays = stay(&was, held);
                let set = stays.iter().fold(0, |set, at| set | 1 << at);
                assert!(fits(&set) && Some(stays.len() as u32) == most, "{was:?} {held:?} {stays:?}");
            }
        }
    }
}
