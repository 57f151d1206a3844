//! Weights in the order a product reads them: panels two registers wide, row by row.

use crate::lanes::Level;

/// Registers side by side in a panel.
pub(crate) const REGISTERS: usize = 2;

/// Columns of a panel.
pub(crate) const fn panel_columns(lanes: usize) -> usize {
    REGISTERS * lanes
}

/// Values a packed matrix takes up: columns are filled up to whole panels.
pub const fn packed_len(level: Level, rows: usize, columns: usize) -> usize {
    rows * columns.next_multiple_of(panel_columns(level.lanes()))
}

/// Packs a matrix of `rows` (inputs) by `columns` (outputs), columns fastest.
///
/// # Panics
/// Where a slice has another length than the sizes say.
pub fn pack(level: Level, matrix: &[f32], rows: usize, columns: usize, packed: &mut [f32]) {
    assert!(matrix.len() == rows * columns && packed.len() == packed_len(level, rows, columns), "sizes disagree");
    let width = panel_columns(level.lanes());
    for (panel, into) in packed.chunks_exact_mut(rows * width).enumerate() {
        for (row, into) in into.chunks_exact_mut(width).enumerate() {
            for (lane, value) in into.iter_mut().enumerate() {
                let column = panel * width + lane;
                *value = if column < columns { matrix[row * columns + column] } else { 0.0 };
            }
        }
    }
}
