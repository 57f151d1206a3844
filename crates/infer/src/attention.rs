//! Occlusion sensitivity: parts of the input are covered one at a time, large ones first, and the logit's fall is kept.

use crate::engine::Engine;
use headway_core::attention::{ATTENTION_CELLS, AttentionMap};
use headway_core::reason::{Code, Reason};
use std::ops::ControlFlow;

/// Cells a side of each round's blocks: all of the head in the first two, the strongest of them in the last.
const BLOCKS: [usize; 3] = [4, 2, 1];
/// Blocks of the second round that the third looks into.
const LOOKED_INTO: usize = 16;
/// A block belongs to the head where its mean lies over this share of the way from the least to the greatest block mean.
const HEAD_SHARE: f32 = 0.12;

/// A cube of cells: its first cell along each axis and its side.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Block {
    first: [usize; 3],
    cells: usize,
}

/// Makes the map of an input, a cube of `card.input.size_voxels`, last index fastest. `told` hears of every change;
/// between two runs of the network, and inside each, it says whether to go on.
///
/// # Errors
/// As [`Engine::logit`].
pub async fn attention(
    engine: &Engine,
    values: &[f32],
    mut told: impl AsyncFnMut(&AttentionMap) -> ControlFlow<()>,
) -> Result<AttentionMap, Reason> {
    let size = engine.card().input.size_voxels;
    let mut map = AttentionMap { drops: vec![0.0; ATTENTION_CELLS.pow(3)], logit: 0.0, share: 0.0 };
    map.logit = run(engine, values, &map, &mut told).await?;
    let rounds = [head_blocks(values, size, BLOCKS[0]), head_blocks(values, size, BLOCKS[1])];
    let total = 1 + rounds[0].len() + rounds[1].len() + LOOKED_INTO.min(rounds[1].len()) * 8;
    let mut done = 1;
    let mut covered = values.to_vec();
    for round in 0..BLOCKS.len() {
        let blocks = rounds.get(round).cloned().unwrap_or_else(|| strongest(&rounds[1], &map));
        if round == 1 {
            only_in(&blocks, &mut map);
        }
        for block in blocks {
            cover(&mut covered, values, size, block);
            let logit = run(engine, &covered, &map, &mut told).await?;
            uncover(&mut covered, values, size, block);
            let drop = (map.logit - logit) as f32;
            keep(&mut map, block, drop);
            done += 1;
            map.share = done as f64 / total as f64;
            if told(&map).await.is_break() {
                return Err(Reason::new(Code::Cancelled, "The reader stopped the work."));
            }
        }
    }
    map.share = 1.0;
    Ok(map)
}

async fn run(
    engine: &Engine,
    values: &[f32],
    map: &AttentionMap,
    told: &mut impl AsyncFnMut(&AttentionMap) -> ControlFlow<()>,
) -> Result<f64, Reason> {
    // Without the mirror image that a score may be averaged with: it would double the time and blur the sides.
    let dims = [engine.card().input.size_voxels; 3];
    engine.logit(values, dims, &mut async |_: f64| told(map).await).await
}

/// The blocks of a round that hold a part of the head.
fn head_blocks(values: &[f32], size: usize, cells: usize) -> Vec<Block> {
    let starts = || (0..ATTENTION_CELLS).step_by(cells);
    let all: Vec<Block> = starts()
        .flat_map(|x| starts().flat_map(move |y| starts().map(move |z| Block { first: [x, y, z], cells })))
        .collect();
    let means: Vec<f32> = all.iter().map(|block| mean(values, size, *block)).collect();
    let (least, greatest) = means.iter().fold((f32::MAX, f32::MIN), |(a, b), mean| (a.min(*mean), b.max(*mean)));
    let floor = least + HEAD_SHARE * (greatest - least);
    all.into_iter().zip(means).filter(|(_, mean)| *mean > floor).map(|(block, _)| block).collect()
}

/// The cells of the blocks whose covering lowered the logit most.
fn strongest(blocks: &[Block], map: &AttentionMap) -> Vec<Block> {
    let drop = |block: &Block| map.drops[cell_index(block.first)];
    let mut sorted = blocks.to_vec();
    sorted.sort_by(|a, b| drop(b).total_cmp(&drop(a)));
    sorted.truncate(LOOKED_INTO);
    let parts = |block: Block| {
        (0..8).map(move |part| {
            let first = std::array::from_fn(|axis| block.first[axis] + (part >> axis & 1));
            Block { first, cells: 1 }
        })
    };
    sorted.into_iter().flat_map(parts).collect()
}

/// Large blocks reach into the air beside the head: what the next round does not look into is taken back.
fn only_in(blocks: &[Block], map: &mut AttentionMap) {
    let mut kept = AttentionMap { drops: vec![0.0; map.drops.len()], ..*map };
    for block in blocks {
        keep(&mut kept, *block, map.drops[cell_index(block.first)]);
    }
    map.drops = kept.drops;
}

fn cell_index([x, y, z]: [usize; 3]) -> usize {
    (x * ATTENTION_CELLS + y) * ATTENTION_CELLS + z
}

fn keep(map: &mut AttentionMap, block: Block, drop: f32) {
    let reach = |axis: usize| block.first[axis]..block.first[axis] + block.cells;
    for x in reach(0) {
        for y in reach(1) {
            for z in reach(2) {
                map.drops[cell_index([x, y, z])] = drop;
            }
        }
    }
}

/// First and last voxel of a block along an axis, `margin` cells further each way as far as the input reaches.
fn voxels(block: Block, axis: usize, size: usize, margin: usize) -> std::ops::Range<usize> {
    let voxel = |cell: usize| cell * size / ATTENTION_CELLS;
    let end = (block.first[axis] + block.cells + margin).min(ATTENTION_CELLS);
    voxel(block.first[axis].saturating_sub(margin))..voxel(end)
}

/// Runs over the rows of a block: index of the first voxel and their number.
fn rows(block: Block, size: usize, margin: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let [x, y, z] = std::array::from_fn(|axis| voxels(block, axis, size, margin));
    x.flat_map(move |x| y.clone().map(move |y| (x * size + y) * size)).map(move |row| row + z.start..row + z.end)
}

fn mean(values: &[f32], size: usize, block: Block) -> f32 {
    let (mut sum, mut count) = (0.0, 0);
    for row in rows(block, size, 0) {
        sum += values[row.clone()].iter().sum::<f32>();
        count += row.len();
    }
    sum / count.max(1) as f32
}

/// Fills a block with the mean of what surrounds it, half its side (at least a cell) each way: no new edge brighter than the head.
fn cover(covered: &mut [f32], values: &[f32], size: usize, block: Block) {
    let margin = (block.cells / 2).max(1);
    let (mut sum, mut count) = (0.0, 0_usize);
    for row in rows(block, size, margin) {
        sum += values[row.clone()].iter().sum::<f32>();
        count += row.len();
    }
    for row in rows(block, size, 0) {
        sum -= values[row.clone()].iter().sum::<f32>();
        count -= row.len();
    }
    let around = sum / count.max(1) as f32;
    rows(block, size, 0).for_each(|row| covered[row].fill(around));
}

fn uncover(covered: &mut [f32], values: &[f32], size: usize, block: Block) {
    rows(block, size, 0).for_each(|row| covered[row.clone()].copy_from_slice(&values[row]));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bright ball of a head in a dark field, last index fastest.
    fn head(size: usize) -> Vec<f32> {
        let middle = size as f32 / 2.0;
        let place = |index: usize| [index / (size * size), index / size % size, index % size];
        let inside = |index: usize| {
            place(index).iter().map(|at| (*at as f32 + 0.5 - middle).powi(2)).sum::<f32>()
                < (0.35 * size as f32).powi(2)
        };
        (0..size.pow(3)).map(|index| if inside(index) { 1.0 } else { -1.0 }).collect()
    }

    #[test]
    fn air_around_the_head_is_not_covered() {
        let values = head(48);
        let blocks = head_blocks(&values, 48, 2);
        assert!(blocks.len() > 60 && blocks.len() < 300, "{}", blocks.len());
        assert!(!blocks.contains(&Block { first: [0, 0, 0], cells: 2 }));
        assert!(blocks.contains(&Block { first: [8, 8, 8], cells: 2 }));
    }

    #[test]
    fn a_covered_block_takes_its_surroundings_mean_and_is_given_back() {
        let mut values = vec![2.0; 48 * 48 * 48];
        let block = Block { first: [4, 6, 8], cells: 2 };
        rows(block, 48, 0).for_each(|row| values[row].fill(50.0));
        let mut covered = values.clone();
        cover(&mut covered, &values, 48, block);
        assert!(covered.iter().all(|value| *value == 2.0), "nothing of the block itself is in its mean");
        uncover(&mut covered, &values, 48, block);
        assert_eq!(covered, values);
        assert_eq!(values.iter().filter(|value| **value == 50.0).count(), 6 * 6 * 6);
    }

    #[test]
    fn blocks_of_any_size_share_out_all_voxels() {
        for size in [32, 50, 120] {
            let mut seen = vec![0; size * size * size];
            for x in 0..4 {
                for y in 0..4 {
                    for z in 0..4 {
                        let block = Block { first: [x * 4, y * 4, z * 4], cells: 4 };
                        rows(block, size, 0).for_each(|row| seen[row].iter_mut().for_each(|count| *count += 1));
                    }
                }
            }
            assert!(seen.iter().all(|count| *count == 1), "{size}");
        }
    }

    #[test]
    fn air_beside_the_head_is_taken_back() {
        let mut map = AttentionMap { drops: vec![0.7; ATTENTION_CELLS.pow(3)], logit: 0.0, share: 0.0 };
        only_in(&[Block { first: [2, 4, 6], cells: 2 }], &mut map);
        assert_eq!(map.drops.iter().filter(|drop| **drop == 0.7).count(), 8);
        assert_eq!(map.drops[cell_index([3, 5, 7])], 0.7);
    }

    #[test]
    fn the_last_round_looks_into_the_strongest_blocks() {
        let mut map = AttentionMap { drops: vec![0.0; ATTENTION_CELLS.pow(3)], logit: 0.0, share: 0.0 };
        let block = |x| Block { first: [x, 2, 4], cells: 2 };
        keep(&mut map, block(6), 0.9);
        keep(&mut map, block(2), -0.9);
        let parts = strongest(&[block(2), block(6)], &map);
        assert_eq!(parts.len(), 16);
        assert!(parts[..8].iter().all(|part| part.first[0] >= 6), "{parts:?}");
    }
}
