//! Lossless JPEG of one component (ISO/IEC 10918-1, annex H), the usual compression of MR archives:
//! differences from a predicted sample, Huffman coded. Any precision from 2 to 16 bits, any predictor, with restarts.

use super::Samples;

/// What the markers before the scan say (annex B).
#[derive(Default)]
struct Header {
    precision: u32,
    rows: usize,
    columns: usize,
    /// Samples between two restarts; 0 for none.
    restart_interval: usize,
    tables: [Option<Huffman>; 4],
}

/// How the scan predicts.
struct Scan {
    table: usize,
    predictor: u8,
    point_transform: u32,
}

/// Whether a JPEG stream is of the lossless process: its start of frame is SOF3.
pub(super) fn is_lossless(packed: &[u8]) -> bool {
    let mut markers = Markers { bytes: packed, at: 2 };
    std::iter::from_fn(|| markers.next().ok()).map(|(marker, _)| marker).find(|m| matches!(m, 0xC0..=0xC3))
        == Some(0xC3)
}

/// Decodes one greyscale frame.
///
/// # Errors
/// In words.
pub(super) fn decode(packed: &[u8], rows: usize, columns: usize) -> Result<Samples, String> {
    let mut markers = Markers { bytes: packed, at: 2 };
    let mut header = Header::default();
    loop {
        let (marker, content) = markers.next()?;
        match marker {
            0xC3 => header.start_of_frame(content)?,
            0xC4 => header.define_tables(content)?,
            0xDD => header.restart_interval = usize::from(u16_at(content, 0)?),
            0xDA => {
                if (header.rows, header.columns) != (rows, columns) {
                    return Err(format!(
                        "the stream holds {} × {} pixels, the header promises {rows} × {columns}",
                        header.rows, header.columns
                    ));
                }
                return header.scan(&Scan::read(content)?, &packed[markers.at..]);
            }
            _ => {}
        }
    }
}

/// Marker segments in order.
struct Markers<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Markers<'a> {
    /// The next marker and its content.
    fn next(&mut self) -> Result<(u8, &'a [u8]), String> {
        let cut_short = "the JPEG stream ends before its scan";
        while self.bytes.get(self.at..self.at + 2).ok_or(cut_short)? == [0xFF, 0xFF] {
            self.at += 1;
        }
        if self.bytes[self.at] != 0xFF {
            return Err(format!("no JPEG marker at byte {}", self.at));
        }
        let marker = self.bytes[self.at + 1];
        let length = usize::from(u16_at(self.bytes, self.at + 2)?);
        let end = self.at + 2 + length.max(2);
        let content = self.bytes.get(self.at + 4..end).ok_or(cut_short)?;
        self.at = end;
        Ok((marker, content))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, String> {
    let pair = bytes.get(at..at + 2).ok_or("a JPEG segment is cut short")?;
    Ok(u16::from_be_bytes([pair[0], pair[1]]))
}

impl Header {
    fn start_of_frame(&mut self, content: &[u8]) -> Result<(), String> {
        let (rows, columns) = (u16_at(content, 1)?, u16_at(content, 3)?);
        (self.rows, self.columns) = (usize::from(rows), usize::from(columns));
        self.precision = u32::from(content[0]);
        match (self.precision, content.get(5)) {
            (2..=16, Some(1)) => Ok(()),
            (precision, components) => {
                Err(format!("a JPEG frame of {precision} bits and {} components", components.unwrap_or(&0)))
            }
        }
    }

    fn define_tables(&mut self, mut content: &[u8]) -> Result<(), String> {
        while let Some((&place, rest)) = content.split_first() {
            let counts = rest.get(..16).ok_or("a Huffman table is cut short")?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let values = rest[16..].get(..total).ok_or("a Huffman table is cut short")?;
            // Places from 16 on are tables of the lossy processes, which some writers leave in.
            if let Some(table) = self.tables.get_mut(usize::from(place)) {
                *table = Some(Huffman::new(counts, values)?);
            }
            content = &rest[16 + total..];
        }
        Ok(())
    }

    fn scan(&self, scan: &Scan, coded: &[u8]) -> Result<Samples, String> {
        let table = self.tables.get(scan.table).and_then(Option::as_ref).ok_or("a scan without its Huffman table")?;
        if scan.point_transform >= self.precision {
            return Err(format!("a point transform of {} bits", scan.point_transform));
        }
        // A sample takes one bit at least, so the room asked for is bounded by the stream.
        if self.rows * self.columns > coded.len() * 8 {
            return Err(format!("{} bytes cannot hold {} samples", coded.len(), self.rows * self.columns));
        }
        let mut bits = Bits { bytes: coded, at: 0, waiting: 0, count: 0, invented: 0 };
        let start = 1 << (self.precision - scan.point_transform - 1);
        let mut samples = vec![0_u16; self.rows * self.columns];
        // The first row, and the first after a restart, knows nothing above it.
        let mut first_row = 0;
        for index in 0..samples.len() {
            let (row, column) = (index / self.columns, index % self.columns);
            if self.restart_interval > 0 && index > 0 && index % self.restart_interval == 0 {
                bits.restart()?;
                first_row = row;
            }
            let left = |back: usize| i32::from(samples[index - back]);
            let predicted = match (row == first_row, column) {
                (true, 0) => start,
                (true, _) => left(1),
                (false, 0) => left(self.columns),
                _ => scan.predict(left(1), left(self.columns), left(self.columns + 1)),
            };
            samples[index] = (predicted + bits.difference(table)?) as u16;
        }
        let bytes = samples.iter().flat_map(|sample| (sample << scan.point_transform).to_le_bytes()).collect();
        Ok(Samples { bytes, width: 2 })
    }
}

impl Scan {
    fn read(content: &[u8]) -> Result<Self, String> {
        match content {
            [1, _, table, predictor @ 1..=7, _, transform] => Ok(Self {
                table: usize::from(table >> 4),
                predictor: *predictor,
                point_transform: u32::from(transform & 0x0F),
            }),
            _ => Err("a JPEG scan that is not of one component with a predictor".to_owned()),
        }
    }

    /// Table H.1, from the samples to the left, above, and above to the left.
    fn predict(&self, left: i32, above: i32, corner: i32) -> i32 {
        match self.predictor {
            1 => left,
            2 => above,
            3 => corner,
            4 => left + above - corner,
            5 => left + ((above - corner) >> 1),
            6 => above + ((left - corner) >> 1),
            _ => (left + above) >> 1,
        }
    }
}

/// The code that starts each word of 16 bits: its length (0 where none does) and value.
struct Huffman(Vec<(u8, u8)>);

impl Huffman {
    /// Codes in order of their length (annex C).
    fn new(counts: &[u8], values: &[u8]) -> Result<Self, String> {
        let mut words = Vec::with_capacity(1 << 16);
        let lengths = (1_u8..).zip(counts).flat_map(|(length, &count)| std::iter::repeat_n(length, usize::from(count)));
        for (length, &value) in lengths.zip(values) {
            words.resize(words.len() + (1 << (16 - length)), (length, value));
            if words.len() > 1 << 16 {
                return Err("a Huffman table with more codes than there can be".to_owned());
            }
        }
        words.resize(1 << 16, (0, 0));
        Ok(Self(words))
    }
}

/// Entropy-coded bits, the highest first; a stuffed zero after 0xFF is skipped (F.1.2.3).
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    waiting: u64,
    count: u32,
    /// Bits behind the end of the data, read as zeros.
    invented: u32,
}

impl Bits<'_> {
    /// One coded difference (H.1.2.2).
    fn difference(&mut self, table: &Huffman) -> Result<i32, String> {
        self.fill();
        let word = (self.waiting >> (self.count - 16)) as u16;
        let (length, category) = table.0[usize::from(word)];
        if length == 0 || category > 16 {
            return Err("a bit pattern that is no Huffman code".to_owned());
        }
        self.count -= u32::from(length);
        if self.count < self.invented {
            return Err("the JPEG scan ends before its last sample".to_owned());
        }
        match u32::from(category) {
            0 => Ok(0),
            16 => Ok(1 << 15),
            category => {
                self.count -= category;
                let within = (self.waiting >> self.count) as i32 & ((1 << category) - 1);
                Ok(if within >> (category - 1) == 0 { within - (1 << category) + 1 } else { within })
            }
        }
    }

    /// Makes 32 bits ready: no difference takes more.
    fn fill(&mut self) {
        while self.count < 32 {
            let byte = match (self.bytes.get(self.at), self.bytes.get(self.at + 1)) {
                (Some(0xFF), Some(0)) => {
                    self.at += 2;
                    0xFF
                }
                // A marker ends the data.
                (Some(0xFF), _) | (None, _) => {
                    self.invented += 8;
                    0
                }
                (Some(&byte), _) => {
                    self.at += 1;
                    byte
                }
            };
            self.waiting = self.waiting << 8 | u64::from(byte);
            self.count += 8;
        }
    }

    /// Steps over a restart marker.
    fn restart(&mut self) -> Result<(), String> {
        self.fill();
        match self.bytes.get(self.at..self.at + 2) {
            Some([0xFF, 0xD0..=0xD7]) if self.count < self.invented + 8 => {
                (self.at, self.count, self.invented) = (self.at + 2, 0, 0);
                Ok(())
            }
            _ => Err("a JPEG restart marker is missing".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows of two samples of 12 bits, with a restart between them if asked for.
    fn stream(predictor: u8, scan: &[u8], restart: bool) -> Vec<u8> {
        let mut stream = vec![0xFF, 0xD8, 0xFF, 0xC3, 0, 11, 12, 0, 2, 0, 2, 1, 1, 0x11, 0];
        // Three codes of two bits and one of three, so that none is all ones.
        stream.extend([0xFF, 0xC4, 0, 23, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
        if restart {
            stream.extend([0xFF, 0xDD, 0, 4, 0, 2]);
        }
        stream.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, predictor, 0, 0]);
        stream.extend_from_slice(scan);
        stream.extend([0xFF, 0xD9]);
        stream
    }

    fn values(stream: &[u8]) -> Result<Vec<u16>, String> {
        let samples = decode(stream, 2, 2)?;
        Ok(samples.bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect())
    }

    #[test]
    fn samples_follow_their_predictors() {
        // Differences +1, -1, 0, +1: codes 01 1, 01 0, 00, 01 1, then ones.
        let scan = [0b0110_1000, 0b0111_1111];
        assert_eq!(values(&stream(1, &scan, false)).unwrap(), [2049, 2048, 2049, 2050]);
        assert_eq!(values(&stream(2, &scan, false)).unwrap(), [2049, 2048, 2049, 2049]);
        assert_eq!(values(&stream(4, &scan, false)).unwrap(), [2049, 2048, 2049, 2049]);
    }

    #[test]
    fn a_restart_predicts_afresh() {
        let scan = [0b0110_1011, 0xFF, 0xD0, 0b0001_1111];
        assert_eq!(values(&stream(1, &scan, true)).unwrap(), [2049, 2048, 2048, 2049]);
        assert!(values(&stream(1, &[0b0110_1000, 0b0111_1111], true)).unwrap_err().contains("restart"));
    }

    #[test]
    fn damage_is_named() {
        let whole = stream(1, &[0b0110_1000, 0b0111_1111], false);
        for end in 0..whole.len() - 3 {
            assert!(values(&whole[..end]).is_err(), "cut at {end}");
        }
        assert!(decode(&whole, 2, 3).err().unwrap().contains("promises 2 × 3"));
    }
}
