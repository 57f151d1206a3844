//! RLE Lossless for one frame of 16-bit samples (PS3.5 Annex G).

/// Bytes of the header: the number of segments and up to 15 offsets, 32 bits each (G.5).
const HEADER_BYTES: usize = 64;
/// Longest run, literal or repeated, that one control byte covers (G.3.1).
const LONGEST_RUN: usize = 128;

/// Encodes a frame as one fragment: a segment of high bytes, then one of low bytes (G.2).
/// PackBits runs stop at the end of a row (G.3.1).
pub(crate) fn encode_frame(samples: &[u16], columns: usize) -> Vec<u8> {
    let mut fragment = vec![0; HEADER_BYTES];
    let high_start = fragment.len() as u32;
    append_segment(&mut fragment, samples, columns, |sample| (sample >> 8) as u8);
    let low_start = fragment.len() as u32;
    append_segment(&mut fragment, samples, columns, |sample| sample as u8);
    for (place, value) in [2, high_start, low_start].into_iter().enumerate() {
        fragment[4 * place..4 * place + 4].copy_from_slice(&value.to_le_bytes());
    }
    fragment
}

fn append_segment(fragment: &mut Vec<u8>, samples: &[u16], columns: usize, byte_of: fn(u16) -> u8) {
    let mut row_bytes = Vec::with_capacity(columns);
    for row in samples.chunks(columns) {
        row_bytes.clear();
        row_bytes.extend(row.iter().map(|&sample| byte_of(sample)));
        pack_row(fragment, &row_bytes);
    }
    if fragment.len() % 2 == 1 {
        fragment.push(0);
    }
}

fn pack_row(fragment: &mut Vec<u8>, mut row: &[u8]) {
    while !row.is_empty() {
        let repeated = repeated_len(row);
        let (run, control) = if repeated > 1 {
            (repeated, 257 - repeated)
        } else {
            let literal = literal_len(row);
            (literal, literal - 1)
        };
        fragment.push(control as u8);
        fragment.extend_from_slice(if repeated > 1 { &row[..1] } else { &row[..run] });
        row = &row[run..];
    }
}

/// Length of the run of equal bytes that the row starts with.
fn repeated_len(row: &[u8]) -> usize {
    let equal = row.iter().take(LONGEST_RUN).take_while(|&&byte| byte == row[0]);
    equal.count()
}

/// Length of the run before the next three equal bytes, from which a repeated run is shorter.
fn literal_len(row: &[u8]) -> usize {
    let longest = row.len().min(LONGEST_RUN);
    let next_repeat = row[..longest].windows(3).position(|w| w[0] == w[1] && w[1] == w[2]);
    next_repeat.unwrap_or(longest).clamp(1, longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(row: &[u8]) -> Vec<u8> {
        let mut fragment = Vec::new();
        pack_row(&mut fragment, row);
        fragment
    }

    #[test]
    fn runs_are_packed_as_the_standard_describes() {
        assert_eq!(packed(&[7; 5]), [252, 7]);
        assert_eq!(packed(&[1, 2, 3]), [2, 1, 2, 3]);
        assert_eq!(packed(&[1, 2, 9, 9, 9]), [1, 1, 2, 254, 9]);
        assert_eq!(packed(&[5; 129]), [129, 5, 0, 5]);
        assert_eq!(packed(&[4]), [0, 4]);
        let rising: Vec<u8> = (0..=255).collect();
        let packed_rising = packed(&rising);
        assert_eq!((packed_rising.len(), packed_rising[0], packed_rising[129]), (258, 127, 127));
    }

    #[test]
    fn the_header_points_at_two_even_segments() {
        let fragment = encode_frame(&[0x0102, 0x0304, 0x0506], 3);
        assert_eq!(fragment.len(), 64 + 4 + 4);
        assert_eq!(fragment[..12], [2, 0, 0, 0, 64, 0, 0, 0, 68, 0, 0, 0]);
        assert_eq!(fragment[64..], [2, 1, 3, 5, 2, 2, 4, 6]);
    }
}
