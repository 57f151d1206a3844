//! The matrix product below every convolution: a block of results stays in registers while the depth runs.

use crate::lanes::Lanes;
use crate::pack::{REGISTERS, panel_columns};

/// Terms summed before they join the sum of all: long sums in one go lose digits, and tiles cannot spare them.
pub(crate) const TOGETHER: usize = 32;

/// `results[row][column] = Σ left[row][depth] · right[depth][column]`, then bias and ReLU where asked for.
#[derive(Clone, Copy)]
pub(crate) struct Product {
    pub rows: usize,
    pub depth: usize,
    /// Terms that are summed together, and lie together on the left: [`TOGETHER`] at most.
    pub segment: usize,
    /// On the left, from one segment to the next.
    pub segment_stride: usize,
    pub columns: usize,
    /// Row by row, `left_stride` apart.
    pub left: *const f32,
    pub left_stride: usize,
    /// As `pack` leaves it.
    pub right: *const f32,
    pub results: *mut f32,
    pub results_stride: usize,
    /// One per column, filled up to whole panels; null for none.
    pub bias: *const f32,
    pub relu: bool,
}

/// Most rows of one block: as many as leave registers for the rest.
const fn most_rows<S: Lanes>() -> usize {
    if S::COUNT > 4 { 6 } else { 4 }
}

impl Product {
    /// # Safety
    /// All pointers hold what the sizes say, and nobody else uses the results.
    #[inline(always)]
    pub unsafe fn compute<S: Lanes>(&self) {
        let width = panel_columns(S::COUNT);
        let mut first = 0;
        while first < self.columns {
            let mut row = 0;
            while row < self.rows {
                let rows = (self.rows - row).min(const { most_rows::<S>() });
                unsafe {
                    match rows {
                        1 => self.block::<S, 1>(row, first),
                        2 => self.block::<S, 2>(row, first),
                        3 => self.block::<S, 3>(row, first),
                        4 => self.block::<S, 4>(row, first),
                        5 => self.block::<S, 5>(row, first),
                        _ => self.block::<S, 6>(row, first),
                    }
                }
                row += rows;
            }
            first += width;
        }
    }

    #[inline(always)]
    unsafe fn block<S: Lanes, const ROWS: usize>(&self, row: usize, first: usize) {
        unsafe {
            let sums = self.sums::<S, ROWS>(row, first);
            let to = self.results.add(row * self.results_stride + first);
            if self.columns - first >= panel_columns(S::COUNT) {
                for (r, sums) in sums.iter().enumerate() {
                    sums[0].store(to.add(r * self.results_stride));
                    sums[1].store(to.add(r * self.results_stride + S::COUNT));
                }
            } else {
                self.store_part(&sums, to, self.columns - first);
            }
        }
    }

    #[inline(always)]
    unsafe fn sums<S: Lanes, const ROWS: usize>(&self, row: usize, first: usize) -> [[S; REGISTERS]; ROWS] {
        unsafe {
            let start = if self.bias.is_null() {
                [S::splat(0.0); REGISTERS]
            } else {
                [S::load(self.bias.add(first)), S::load(self.bias.add(first + S::COUNT))]
            };
            let mut left: [*const f32; ROWS] = [self.left; ROWS];
            for (r, left) in left.iter_mut().enumerate() {
                *left = self.left.add((row + r) * self.left_stride);
            }
            let mut right = self.right.add(first * self.depth);
            let mut sums = [start; ROWS];
            let (mut begin, mut segment) = (0, 0);
            while begin < self.depth {
                let end = self.depth.min(begin + self.segment);
                let mut parts = [[S::splat(0.0); REGISTERS]; ROWS];
                for depth in segment..segment + end - begin {
                    let columns = [S::load(right), S::load(right.add(S::COUNT))];
                    for (parts, left) in parts.iter_mut().zip(&left) {
                        let value = S::splat(*left.add(depth));
                        parts[0] = value.mul_add(columns[0], parts[0]);
                        parts[1] = value.mul_add(columns[1], parts[1]);
                    }
                    right = right.add(panel_columns(S::COUNT));
                }
                for (sums, parts) in sums.iter_mut().zip(&parts) {
                    sums[0] = sums[0].add(parts[0]);
                    sums[1] = sums[1].add(parts[1]);
                }
                begin = end;
                segment += self.segment_stride;
            }
            if self.relu {
                let zero = S::splat(0.0);
                sums = sums.map(|sums| sums.map(|sum| sum.max(zero)));
            }
            sums
        }
    }

    /// The last panel, where its columns reach beyond the results'.
    #[inline(always)]
    unsafe fn store_part<S: Lanes>(&self, sums: &[[S; REGISTERS]], to: *mut f32, columns: usize) {
        // As wide as the widest panel.
        let mut row = [0.0f32; 16];
        for (r, sums) in sums.iter().enumerate() {
            unsafe {
                sums[0].store(row.as_mut_ptr());
                sums[1].store(row.as_mut_ptr().add(S::COUNT));
                core::ptr::copy_nonoverlapping(row.as_ptr(), to.add(r * self.results_stride), columns);
            }
        }
    }
}
