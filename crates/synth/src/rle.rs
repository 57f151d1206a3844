//! RLE Lossless for 16-bit grey images (PS3.5, annex G): two segments, high bytes first.

/// Encodes little-endian 16-bit pixels, row by row.
pub fn encode(pixels: &[u16], columns: usize) -> Vec<u8> {
    let segment = |shift: u32| -> Vec<u8> {
        let mut bytes: Vec<u8> = pixels
            .chunks(columns)
            .flat_map(|row| pack(&row.iter().map(|p| (p >> shift) as u8).collect::<Vec<_>>()))
            .collect();
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    };
    let (high, low) = (segment(8), segment(0));
    let mut header = [0_u32; 16];
    header[..3].copy_from_slice(&[2, 64, 64 + high.len() as u32]);
    let mut encoded: Vec<u8> = header.iter().flat_map(|word| word.to_le_bytes()).collect();
    encoded.extend(high);
    encoded.extend(low);
    encoded
}

/// PackBits: a run is `1 - n` and its byte, others are `n - 1` and n bytes.
fn pack(row: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut rest = row;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take(128).take_while(|&&b| b == first).count();
        if run >= 2 {
            packed.extend([(257 - run) as u8, first]);
            rest = &rest[run..];
        } else {
            let literal = rest.windows(2).take(127).take_while(|pair| pair[0] != pair[1]).count().max(1);
            packed.push((literal - 1) as u8);
            packed.extend(&rest[..literal]);
            rest = &rest[literal..];
        }
    }
    packed
}

#[cfg(test)]
mod tests {
    use super::pack;

    #[test]
    fn runs_and_literals_follow_the_standard() {
        assert_eq!(pack(&[5, 5, 5]), [254, 5]);
        assert_eq!(pack(&[1, 2, 3, 3]), [1, 1, 2, 255, 3]);
        assert_eq!(pack(&[7]), [0, 7]);
        assert_eq!(pack(&[0; 300]), [129, 0, 129, 0, 213, 0]);
    }
}
