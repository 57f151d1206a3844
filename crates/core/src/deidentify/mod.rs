//! A series without its patient: each image written anew from a closed list (PS3.15, annex E, basic profile).
//!
//! Nothing is filtered: what `image.rs` does not name never gets into the new file, private attributes least of all.
//! UIDs become others that only the secret tells, pixels are decoded and stored plainly, so that no comment inside a
//! compressed picture, no overlay in unused bits and nothing behind the pixels goes along.
//! What the pictures show stays: text burned into them, and the face unless it is to be blanked.

mod image;
#[cfg(test)]
mod tests;
mod write;

use crate::card::GeometryLimits;
use crate::codec;
use crate::dicom::Fault;
use crate::dicom::part10::Part10;
use crate::file::FileId;
use crate::frame::{DecodedFrame, PackedFrame, Stored, StoredFrames, stored_frames, stored_of};
use crate::geometry::Geometry;
use crate::instance::{Format, Instance};
use crate::intake::Intake;
use crate::picture::Face;
use crate::reason::{Code, Reason};
use crate::series::{Series, SeriesSummary};
use crate::study::StudyKey;
use crate::unpack::gunzipped;
use crate::volume::{Volume, VolumeBuilder};
use crate::worklist::pseudonym::Secret;
use dicom_dictionary_std::tags;
use image::{NewFile, written};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipWriter};

/// What the person wishes beyond the basic profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// Keep *Patient's Sex* and *Patient's Age*, from 90 years on as 90 (Retain Patient Characteristics Option).
    pub keep_age_and_sex: bool,
    /// Blank what lies close behind the skin of the face, by a simple rule.
    pub blank_face: bool,
}

impl Wishes {
    /// The profile and the options of PS3.15 that were applied: code (DCM) and meaning.
    fn options(self) -> Vec<(&'static str, &'static str)> {
        let mut options = vec![("113100", "Basic Application Confidentiality Profile")];
        if self.keep_age_and_sex {
            options.push(("113108", "Retain Patient Characteristics Option"));
        }
        options
    }

    /// *De-identification Method* (0012,0063).
    fn method(self) -> String {
        format!("Headway {}: written anew from a closed list\\{}", env!("CARGO_PKG_VERSION"), self.of_the_face())
    }

    const fn of_the_face(self) -> &'static str {
        if self.blank_face {
            "Headers de-identified, face blanked by a simple rule, unproven"
        } else {
            "Headers de-identified, the face is not removed"
        }
    }
}

/// A series being written anew. Ask for [`Self::wanted`], answer with [`Self::give`] and, where frames come back, have them
/// decoded and give those with [`Self::give_decoded`], until nothing is wanted; then [`Self::finish`].
#[derive(Debug)]
pub struct Deidentify {
    wishes: Wishes,
    whose: Secret,
    series: Series,
    /// By image, in the order of the series.
    new: Vec<Option<NewFile>>,
    /// For the face: the same images as one volume.
    volume: Option<(VolumeBuilder, Geometry)>,
    /// The files still to read, last first.
    files: Vec<FileId>,
    /// The file whose frames are with a decoder.
    at_decoder: Option<(FileId, Vec<u8>)>,
    burned_in: usize,
    refused: Option<Reason>,
}

/// The new files, and what whoever passes them on should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deidentified {
    /// Name and bytes; the last one is a text that says what was done.
    pub files: Vec<(String, Vec<u8>)>,
    /// One sentence each.
    pub notes: Vec<String>,
}

impl Deidentify {
    /// Takes a series that has been read in. `secret`, at least 16 bytes made at random, decides the new UIDs.
    ///
    /// # Errors
    /// That there is no such series, that it is no MR series of DICOM's, or why its face cannot be found.
    pub fn begin(
        intake: &Intake,
        study: &StudyKey,
        wanted: &SeriesSummary,
        wishes: Wishes,
        secret: &[u8],
        limits: &GeometryLimits,
    ) -> Result<Self, Reason> {
        let series = intake.series(study, wanted)?;
        let of = &series.instances()[0];
        if of.format != Format::Dicom {
            return Err(Reason::new(Code::NotDicom, "Only DICOM files carry a header to de-identify."));
        }
        if of.series.modality != "MR" {
            let text = format!("The series is {}; only MR series are written anew.", of.series.modality);
            return Err(Reason::new(Code::WrongModality, text));
        }
        let volume = match wishes.blank_face {
            true => {
                let stack = intake.stack_to_view(study, wanted, limits).map_err(|reason| unplaced(&reason))?;
                let geometry = stack.geometry;
                Some((VolumeBuilder::new(stack)?, geometry))
            }
            false => None,
        };
        let mut files: Vec<FileId> = series.instances().iter().map(|image| image.file).rev().collect();
        let mut seen = HashSet::new();
        files.retain(|file| seen.insert(*file));
        Ok(Self {
            wishes,
            whose: Secret::new(secret).map_err(|text| Reason::new(Code::Internal, text))?,
            new: series.instances().iter().map(|_| None).collect(),
            series,
            volume,
            files,
            at_decoder: None,
            burned_in: 0,
            refused: None,
        })
    }

    /// The next file to read, if any. Nothing is wanted once a file could not be used.
    pub fn wanted(&self) -> Option<FileId> {
        self.files.last().copied().filter(|_| self.refused.is_none())
    }

    /// The bytes of the file wanted, or why they cannot be had. Frames that come back are to be decoded and given before the next file.
    pub fn give(&mut self, bytes: Result<Vec<u8>, Reason>) -> Vec<PackedFrame> {
        let Some(file) = self.files.pop() else { return Vec::new() };
        let outcome = bytes.and_then(|bytes| {
            let plain = gunzipped(&bytes)?.into_owned();
            match stored_frames(&plain, &self.images_of(file))? {
                StoredFrames::Stored(stored) => self.write(file, &plain, stored).map(|()| Vec::new()),
                StoredFrames::Packed(frames) => {
                    self.at_decoder = Some((file, plain));
                    Ok(frames)
                }
            }
        });
        outcome.unwrap_or_else(|reason| {
            self.refuse(file, &reason);
            Vec::new()
        })
    }

    /// The frames that came back last, decoded, or why they cannot be.
    pub fn give_decoded(&mut self, frames: Result<Vec<DecodedFrame>, Reason>) {
        let Some((file, bytes)) = self.at_decoder.take() else { return };
        let outcome = frames.and_then(|frames| {
            let stored = stored_of(&frames, &self.images_of(file))?;
            self.write(file, &bytes, stored)?;
            if let Some((builder, _)) = &mut self.volume {
                builder.place_decoded(file, Ok(frames));
            }
            Ok(())
        });
        if let Err(reason) = outcome {
            self.refuse(file, &reason);
        }
    }

    /// Reads all files here and now, for a shell that waits for nobody.
    pub fn read_all(&mut self, read: impl Fn(FileId) -> Result<Vec<u8>, Reason>) {
        while let Some(file) = self.wanted() {
            let packed = self.give(read(file));
            if !packed.is_empty() {
                self.give_decoded(packed.iter().map(codec::decode).collect());
            }
        }
    }

    fn refuse(&mut self, file: FileId, reason: &Reason) {
        let path = self.series.instances().iter().find(|image| image.file == file).map(|image| image.path.as_str());
        let text = format!("{}: {} Nothing was written.", path.unwrap_or_default(), reason.text);
        self.refused = Some(Reason::new(reason.code, text));
    }

    fn images_of(&self, file: FileId) -> Vec<&Instance> {
        self.series.instances().iter().filter(|image| image.file == file).collect()
    }

    /// Writes a file's images anew. `stored` holds them in the order of the series.
    fn write(&mut self, file: FileId, bytes: &[u8], stored: Vec<Stored>) -> Result<(), Reason> {
        let damaged = |_: Fault| Reason::new(Code::DamagedHeader, "Its header cannot be read again.");
        let part10 = Part10::read(bytes, bytes.len()).map_err(damaged)?;
        let header = part10.data_set().map_err(damaged)?;
        let of_file = |(_, image): &(usize, &Instance)| image.file == file;
        let images: Vec<(usize, &Instance)> = self.series.instances().iter().enumerate().filter(of_file).collect();
        if header.text(tags::BURNED_IN_ANNOTATION) == "YES" {
            self.burned_in += images.len();
        }
        for ((place, image), stored) in images.into_iter().zip(stored) {
            self.new[place] = Some(written(image, &header, stored, place + 1, &self.whose, self.wishes));
        }
        if let Some((builder, _)) = &mut self.volume {
            // What is compressed comes back, and is placed once it has been decoded.
            let _ = builder.place(file, bytes);
        }
        Ok(())
    }

    /// The new files, once nothing is wanted any more.
    ///
    /// # Errors
    /// The file that could not be used, or that there is no head whose face could be found.
    pub fn finish(mut self) -> Result<Deidentified, Reason> {
        if let Some(reason) = self.refused {
            return Err(reason);
        }
        if let Some((builder, geometry)) = self.volume.take() {
            blank(&mut self.new, &builder.finish().0?, &geometry)?;
        }
        let notes = notes(self.wishes, self.burned_in);
        let mut files = Vec::new();
        for (index, file) in self.new.into_iter().enumerate() {
            let file = file.ok_or_else(|| Reason::new(Code::Internal, "An image was not written."))?;
            files.push((format!("IM{:04}.dcm", index + 1), file.bytes));
        }
        files.push(("README.txt".to_owned(), read_me(self.wishes, &notes).into_bytes()));
        Ok(Deidentified { files, notes })
    }
}

impl Deidentified {
    /// All files as one archive.
    ///
    /// # Errors
    /// Where memory does not suffice.
    pub fn zipped(self) -> Result<Vec<u8>, Reason> {
        let failed =
            |error: String| Reason::new(Code::Internal, format!("The archive could not be written ({error})."));
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        // No time of this device's.
        let options = SimpleFileOptions::default().last_modified_time(DateTime::DEFAULT);
        for (name, bytes) in self.files {
            zip.start_file(name, options).map_err(|e| failed(e.to_string()))?;
            zip.write_all(&bytes).map_err(|e| failed(e.to_string()))?;
        }
        zip.finish().map(Cursor::into_inner).map_err(|e| failed(e.to_string()))
    }
}

/// Sets the stored values of the face to zero.
fn blank(new: &mut [Option<NewFile>], volume: &Volume, geometry: &Geometry) -> Result<(), Reason> {
    let none = || Reason::new(Code::NotAHead, "No head was found whose face could be blanked. Nothing was written.");
    let face = Face::find(volume).ok_or_else(none)?;
    let [columns, rows, _] = geometry.dims;
    for (image, file) in new.iter_mut().enumerate() {
        let Some(file) = file else { continue };
        let slice = geometry.slice_of_image(image);
        for (pixel, value) in file.bytes[file.pixels_at..].chunks_exact_mut(file.width).take(rows * columns).enumerate()
        {
            if face.holds([pixel % columns, pixel / columns, slice]) {
                value.fill(0);
            }
        }
    }
    Ok(())
}

fn unplaced(reason: &Reason) -> Reason {
    Reason::new(reason.code, format!("The face cannot be found in this series: {} Nothing was written.", reason.text))
}

fn notes(wishes: Wishes, burned_in: usize) -> Vec<String> {
    let mut notes = vec![format!("{}.", wishes.of_the_face())];
    if burned_in > 0 {
        notes.push(format!(
            "{burned_in} images say that text is burned into their pixels. It is still there: look at each of them."
        ));
    } else {
        notes.push("Text that is burned into the pixels is not looked for: look at the images.".to_owned());
    }
    if wishes.keep_age_and_sex {
        notes.push("Age and sex were kept.".to_owned());
    }
    notes
}

fn read_me(wishes: Wishes, notes: &[String]) -> String {
    let options: Vec<String> =
        wishes.options().iter().map(|(code, meaning)| format!("{meaning} (DCM {code})")).collect();
    format!(
        "A series without its patient, written by Headway {}.\n\n{}\n\nApplied (PS3.15, annex E): {}.\n\
         Written anew: UIDs, Patient's Name and Patient ID. Left out: every date and description, and whatever is not named\n\
         in docs/deidentify.md, all private attributes among it. Whether these images may be passed on is decided by whoever answers for them.\n",
        env!("CARGO_PKG_VERSION"),
        notes.join("\n"),
        options.join(", "),
    )
}
