//! Winograd's minimal filtering F(4, 3): 4 outputs of a 3-tap filter out of 6 products instead of 12, along each axis.
//!
//! Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), give the scheme.
//! The points are 0, ±2/3, ±3/2 and infinity: of those tried, they lose least in three dimensions and f32,
//! a third of what the usual 0, ±1, ±2 and infinity lose (root mean square).

use crate::lanes::Lanes;

/// Taps of the filter along one axis.
pub(crate) const TAPS: usize = 3;
/// Outputs of a tile along one axis.
pub(crate) const OUT: usize = 4;
/// Inputs, and products, of a tile along one axis.
pub(crate) const IN: usize = OUT + TAPS - 1;
/// Products of a tile in three dimensions.
pub(crate) const POINTS: usize = IN * IN * IN;

/// A tile at any stage, at `(x · IN + y) · IN + z`; later stages leave the far ends unused.
pub(crate) type Tile<S> = [S; POINTS];

/// The points beside zero and infinity, each with both signs. Their product is 1.
const NEAR: f32 = 2.0 / 3.0;
const FAR: f32 = 3.0 / 2.0;

const X: usize = IN * IN;
const Y: usize = IN;
const Z: usize = 1;

/// Inputs become factors.
#[inline(always)]
pub(crate) fn transform_input<S: Lanes>(tile: &mut Tile<S>) {
    for (axis, [first, second]) in [(X, [Y, Z]), (Y, [X, Z]), (Z, [X, Y])] {
        for i in 0..IN {
            for j in 0..IN {
                along_input(tile, i * first + j * second, axis);
            }
        }
    }
}

/// Filter taps become factors.
#[inline(always)]
pub(crate) fn transform_taps<S: Lanes>(tile: &mut Tile<S>) {
    for x in 0..TAPS {
        for y in 0..TAPS {
            along_taps(tile, x * X + y * Y, Z);
        }
    }
    for x in 0..TAPS {
        for z in 0..IN {
            along_taps(tile, x * X + z * Z, Y);
        }
    }
    for y in 0..IN {
        for z in 0..IN {
            along_taps(tile, y * Y + z * Z, X);
        }
    }
}

/// Products become outputs.
#[inline(always)]
pub(crate) fn transform_output<S: Lanes>(tile: &mut Tile<S>) {
    for y in 0..IN {
        for z in 0..IN {
            along_output(tile, y * Y + z * Z, X);
        }
    }
    for x in 0..OUT {
        for z in 0..IN {
            along_output(tile, x * X + z * Z, Y);
        }
    }
    for x in 0..OUT {
        for y in 0..OUT {
            along_output(tile, x * X + y * Y, Z);
        }
    }
}

#[inline(always)]
fn along_input<S: Lanes>(tile: &mut Tile<S>, start: usize, step: usize) {
    let at = |n: usize| start + n * step;
    let [a, b, c, d, e, f] = [tile[at(0)], tile[at(1)], tile[at(2)], tile[at(3)], tile[at(4)], tile[at(5)]];
    let less = |square: f32| S::splat(-square);
    let (near_even, near_odd) = (c.mul_add(less(FAR * FAR), e), b.mul_add(less(FAR * FAR), d));
    let (far_even, far_odd) = (c.mul_add(less(NEAR * NEAR), e), b.mul_add(less(NEAR * NEAR), d));
    let both = less(NEAR * NEAR + FAR * FAR);
    tile[at(0)] = c.mul_add(both, a.add(e));
    tile[at(1)] = near_odd.mul_add(S::splat(NEAR), near_even);
    tile[at(2)] = near_odd.mul_add(S::splat(-NEAR), near_even);
    tile[at(3)] = far_odd.mul_add(S::splat(FAR), far_even);
    tile[at(4)] = far_odd.mul_add(S::splat(-FAR), far_even);
    tile[at(5)] = d.mul_add(both, b.add(f));
}

#[inline(always)]
fn along_taps<S: Lanes>(tile: &mut Tile<S>, start: usize, step: usize) {
    let at = |n: usize| start + n * step;
    let [a, b, c] = [tile[at(0)], tile[at(1)], tile[at(2)]];
    let (spread, zero) = (NEAR * NEAR - FAR * FAR, S::splat(0.0));
    for (point, weight, places) in
        [(NEAR, 0.5 / (NEAR * NEAR * spread), [1, 2]), (FAR, -0.5 / (FAR * FAR * spread), [3, 4])]
    {
        let even = c.mul_add(S::splat(point * point * weight), a.mul_add(S::splat(weight), zero));
        let odd = b.mul_add(S::splat(point * weight), zero);
        tile[at(places[0])] = even.add(odd);
        tile[at(places[1])] = even.sub(odd);
    }
    tile[at(5)] = c;
}

#[inline(always)]
fn along_output<S: Lanes>(tile: &mut Tile<S>, start: usize, step: usize) {
    let at = |n: usize| start + n * step;
    let [a, b, c, d, e, f] = [tile[at(0)], tile[at(1)], tile[at(2)], tile[at(3)], tile[at(4)], tile[at(5)]];
    let (near, near_apart, far, far_apart) = (b.add(c), b.sub(c), d.add(e), d.sub(e));
    let zero = S::splat(0.0);
    let weigh = |near: S, far: S, power: i32, rest: S| {
        let raised = |point: f32| S::splat((0..power).fold(1.0, |value, _| value * point));
        near.mul_add(raised(NEAR), far.mul_add(raised(FAR), rest))
    };
    tile[at(0)] = a.add(near).add(far);
    tile[at(1)] = weigh(near_apart, far_apart, 1, zero);
    tile[at(2)] = weigh(near, far, 2, zero);
    tile[at(3)] = weigh(near_apart, far_apart, 3, f);
}
