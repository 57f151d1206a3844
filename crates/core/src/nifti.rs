//! NIfTI-1 volumes (`.nii`): a volume that states where it lies, and nothing of patient, modality or contrast.
//! Each slice becomes an image, so that what follows is the same as for DICOM.

use crate::dicom::Fault;
use crate::file::FileId;
use crate::frame::{Place, Wanted};
use crate::instance::{Format, Instance, PixelHeader, Plane, SeriesHeader};
use crate::reason::{Code, Reason};
use crate::study::Study;
use glam::{DMat3, DQuat, DVec3};
use std::sync::Arc;

/// Bytes of the header and of the mark that no extension follows.
const HEADER_BYTES: usize = 352;
/// Most slices of one file.
const MAX_SLICES: usize = 1 << 16;

/// Whether some bytes begin a NIfTI-1 file, or the header of a pair.
pub(crate) fn is_nifti(bytes: &[u8]) -> bool {
    matches!(bytes.get(344..348), Some(b"n+1\0" | b"ni1\0")) && matches!(bytes[..4], [92, 1, 0, 0] | [0, 0, 1, 92])
}

/// The fields of the header that are used, in either byte order.
struct Header<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

/// A kind of voxel.
#[derive(Clone, Copy)]
enum Voxel {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    F64,
}

impl Voxel {
    fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

impl<'a> Header<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Fault> {
        let bytes = bytes.get(..HEADER_BYTES).ok_or(Fault::NeedsWholeFile)?;
        Ok(Self { bytes, big_endian: bytes[0] == 0 })
    }

    fn word<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut word: [u8; N] = std::array::from_fn(|i| self.bytes[at + i]);
        if self.big_endian {
            word.reverse();
        }
        word
    }

    fn i16(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.word(at))
    }

    fn f32(&self, at: usize) -> f64 {
        f64::from(f32::from_le_bytes(self.word(at)))
    }

    fn f32s(&self, at: usize) -> DVec3 {
        DVec3::new(self.f32(at), self.f32(at + 4), self.f32(at + 8))
    }

    /// Columns, rows, slices and time points.
    fn dims(&self) -> Result<[usize; 4], Reason> {
        let count = self.i16(40);
        let dim = |i: i16| if i <= count { usize::try_from(self.i16(40 + 2 * i as usize)).unwrap_or(0) } else { 1 };
        let dims = [dim(1), dim(2), dim(3), dim(4)];
        let rest = [dim(5), dim(6), dim(7)];
        if (2..=7).contains(&count) && dims.iter().all(|n| *n > 0) && rest == [1; 3] && dims[2] * dims[3] <= MAX_SLICES
        {
            return Ok(dims);
        }
        Err(refused(Code::PixelFormat, &format!("dimensions {dims:?} and {rest:?} are no volume or series of volumes")))
    }

    fn voxel(&self) -> Result<Voxel, Reason> {
        Ok(match self.i16(70) {
            2 => Voxel::U8,
            256 => Voxel::I8,
            512 => Voxel::U16,
            4 => Voxel::I16,
            768 => Voxel::U32,
            8 => Voxel::I32,
            16 => Voxel::F32,
            64 => Voxel::F64,
            code => return Err(refused(Code::PixelFormat, &format!("voxels of type {code} are not read"))),
        })
    }

    /// Where the voxels start.
    fn start(&self) -> usize {
        (self.f32(108) as usize).max(HEADER_BYTES)
    }

    /// `scl_slope` and `scl_inter`; a slope of 0 means none.
    fn rescale(&self) -> (f64, f64) {
        match (self.f32(112), self.f32(116)) {
            (slope, intercept) if slope != 0.0 && slope.is_finite() && intercept.is_finite() => (slope, intercept),
            _ => (1.0, 0.0),
        }
    }

    /// Patient coordinates (LPS, mm) of the first voxel and the steps to the next column, row and slice;
    /// and whether the file states them. `sform` before `qform`, as in the standard's methods 3 and 2.
    fn placed(&self) -> (DVec3, DMat3, bool) {
        let spacing = self.f32s(80);
        let (origin, steps, stated) = if self.i16(254) > 0 {
            let rows = DMat3::from_cols(self.f32s(280), self.f32s(296), self.f32s(312)).transpose();
            (DVec3::new(self.f32(292), self.f32(308), self.f32(324)), rows, true)
        } else if self.i16(252) > 0 {
            let [b, c, d] = self.f32s(256).to_array();
            let a = (1.0 - b * b - c * c - d * d).max(0.0).sqrt();
            let turn = DMat3::from_quat(DQuat::from_xyzw(b, c, d, a).normalize());
            let handed = if self.f32(76) < 0.0 { -1.0 } else { 1.0 };
            let sizes = DVec3::new(spacing.x, spacing.y, spacing.z * handed);
            (self.f32s(268), turn * DMat3::from_diagonal(sizes), true)
        } else {
            (DVec3::ZERO, DMat3::from_diagonal(spacing), false)
        };
        let mm = match self.bytes[123] & 7 {
            1 => 1e3,
            3 => 1e-3,
            _ => 1.0,
        };
        // NIfTI's world is RAS+, DICOM's patient is LPS.
        let lps_from_ras = DMat3::from_diagonal(DVec3::new(-mm, -mm, mm));
        (lps_from_ras * origin, lps_from_ras * steps, stated)
    }
}

/// The slices of a file of `file_size` bytes, from its first bytes.
pub(crate) fn instances(file: FileId, path: &str, bytes: &[u8], file_size: usize) -> Result<Vec<Instance>, Fault> {
    if bytes.get(344..348) == Some(b"ni1\0") {
        return Err(refused(Code::PixelFormat, "it is a pair of header and image; write it as one .nii file").into());
    }
    let header = Header::new(bytes)?;
    let [columns, rows, slices, times] = header.dims()?;
    let factors = [columns, rows, slices, times, header.voxel()?.bytes()];
    let needed = factors.into_iter().fold(1, usize::saturating_mul);
    let present = file_size.saturating_sub(header.start());
    if present < needed {
        return Err(refused(
            Code::TruncatedPixels,
            &format!("its voxels need {needed} bytes, of which it holds {present}"),
        )
        .into());
    }
    let (origin_mm, steps_mm, oriented) = header.placed();
    let whole = instance(file, path, &header, [columns, rows, slices * times], oriented)?;
    let slice = |frame: usize| {
        let mut instance = whole.clone();
        instance.frame = frame;
        instance.instance_number = i32::try_from(frame + 1).ok();
        Arc::make_mut(&mut instance.acquisition).time_point = (times > 1).then_some((frame / slices) as i32 + 1);
        instance.plane = Plane::with_steps(origin_mm + steps_mm.z_axis * (frame % slices) as f64, steps_mm);
        instance
    };
    Ok((0..slices * times).map(slice).collect())
}

fn instance(file: FileId, path: &str, header: &Header, dims: [usize; 3], oriented: bool) -> Result<Instance, Reason> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (rescale_slope, rescale_intercept) = header.rescale();
    let bits = header.voxel()?.bytes() * 8;
    Ok(Instance {
        file,
        path: path.to_owned(),
        format: Format::Nifti { oriented },
        frame: 0,
        tile: None,
        patient: Arc::default(),
        // The file names nobody and nothing, so each is a study of its own.
        study: Arc::new(Study { uid: path.to_owned(), ..Study::default() }),
        series: Arc::new(SeriesHeader {
            uid: path.to_owned(),
            description: name.trim_end_matches(".gz").trim_end_matches(".nii").to_owned(),
            ..SeriesHeader::default()
        }),
        sop_class_uid: String::new(),
        sop_instance_uid: path.to_owned(),
        instance_number: None,
        transfer_syntax_uid: String::new(),
        pixels: PixelHeader {
            columns: dims[0],
            rows: dims[1],
            frames: dims[2],
            bits_allocated: bits,
            bits_stored: bits,
            high_bit: bits - 1,
            rescale_slope,
            rescale_intercept,
            ..PixelHeader::default()
        },
        plane: None,
        acquisition: Arc::default(),
    })
}

/// Reads some slices into their places. Voxels that are not numbers are no signal: masked volumes are written so.
pub(crate) fn read_frames(bytes: &[u8], wanted: &mut [Wanted]) -> Result<(), Reason> {
    let cut_short = || refused(Code::TruncatedPixels, "it ends before its voxels do");
    let header = Header::new(bytes).map_err(|_| cut_short())?;
    let voxel = header.voxel()?;
    for (instance, place) in wanted {
        let Place::Signal(signal) = place else {
            return Err(Reason::new(Code::Internal, "NIfTI voxels were asked for as stored."));
        };
        let size = instance.pixels.rows * instance.pixels.columns * voxel.bytes();
        let start = instance.frame.saturating_mul(size).saturating_add(header.start());
        let stored = bytes.get(start..).and_then(|rest| rest.get(..size)).ok_or_else(cut_short)?;
        let slice = Slice { signal, stored, big_endian: header.big_endian, rescale: header.rescale() };
        match voxel {
            Voxel::U8 => slice.fill(u8::from_le_bytes),
            Voxel::I8 => slice.fill(i8::from_le_bytes),
            Voxel::U16 => slice.fill(u16::from_le_bytes),
            Voxel::I16 => slice.fill(i16::from_le_bytes),
            Voxel::U32 => slice.fill(u32::from_le_bytes),
            Voxel::I32 => slice.fill(i32::from_le_bytes),
            Voxel::F32 => slice.fill(f32::from_le_bytes),
            Voxel::F64 => slice.fill(f64::from_le_bytes),
        }
    }
    Ok(())
}

/// A slice's stored voxels and the place for its signal.
struct Slice<'a> {
    signal: &'a mut [f32],
    stored: &'a [u8],
    big_endian: bool,
    rescale: (f64, f64),
}

impl Slice<'_> {
    fn fill<const N: usize, T: Into<f64>>(self, from_le: fn([u8; N]) -> T) {
        let (slope, intercept) = self.rescale;
        for (bytes, signal) in self.stored.as_chunks::<N>().0.iter().zip(self.signal) {
            let mut bytes = *bytes;
            if self.big_endian {
                bytes.reverse();
            }
            let value = (from_le(bytes).into() * slope + intercept) as f32;
            *signal = if value.is_finite() { value } else { 0.0 };
        }
    }
}

fn refused(code: Code, problem: &str) -> Reason {
    Reason::new(code, format!("The NIfTI file cannot be read: {problem}."))
}
