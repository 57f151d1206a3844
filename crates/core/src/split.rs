//! The stacks inside one *Series Instance UID*: echoes, image types, time points, b-values, orientations and shapes
//! that a scanner filed under one number are parted, and each part is told from its sisters in words.

use crate::instance::{Instance, Plane};
use crate::places::{may_be_copies, places};
use crate::series::Series;

/// Directions that lie further apart belong to two stacks; smaller differences are a defect of one.
const ORIENTATION_DEGREES: f64 = 5.0;
/// Smallest difference between two echoes or shapes, as a fraction.
const TOLERANCE: f64 = 0.01;

/// Some images of a series, and what tells them from the rest, a phrase each.
struct Part {
    phrases: Vec<String>,
    images: Vec<Instance>,
}

/// A way to part images: groups in order of their first image, each with a phrase.
type Criterion = fn(Vec<Instance>) -> Vec<(String, Vec<Instance>)>;

const CRITERIA: &[Criterion] =
    &[by_echo, by_image_type, by_b_value, by_time_point, by_orientation, by_shape, by_volume];

/// The parts of the images of one series, in order of their first images. A series of one stack is one part.
pub fn split(mut images: Vec<Instance>) -> Vec<Series> {
    images.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut parts = vec![Part { phrases: Vec::new(), images }];
    for criterion in CRITERIA {
        parts = parts.into_iter().flat_map(|part| part.by(*criterion)).collect();
    }
    let names = distinct(&parts.iter().map(|part| part.phrases.join(", ")).collect::<Vec<_>>());
    let named = parts.into_iter().zip(names);
    named.filter_map(|(part, name)| Series::new(part.images, name)).collect()
}

/// The order in which images were acquired, as far as the files tell.
fn order(image: &Instance) -> (Option<i32>, usize, &str) {
    (image.instance_number, image.frame, &image.sop_instance_uid)
}

impl Part {
    fn by(self, criterion: Criterion) -> Vec<Self> {
        let groups = criterion(self.images);
        let parted = groups.len() > 1;
        let part = |(phrase, images): (String, Vec<Instance>)| {
            let mut phrases = self.phrases.clone();
            phrases.extend(parted.then_some(phrase));
            Self { phrases, images }
        };
        groups.into_iter().map(part).collect()
    }
}

/// Numbers parts that no phrase tells apart.
fn distinct(names: &[String]) -> Vec<String> {
    let number = |index: usize| names[..=index].iter().filter(|name| **name == names[index]).count();
    let alone = |name: &String| names.iter().filter(|other| *other == name).count() == 1;
    let named = |(index, name): (usize, &String)| match (alone(name), name.is_empty()) {
        (true, _) => name.clone(),
        (false, true) => format!("stack {}", number(index)),
        (false, false) => format!("{name}, stack {}", number(index)),
    };
    names.iter().enumerate().map(named).collect()
}

/// Puts each image to the first group whose first image has the `same` key, and names each by its key and all others'.
fn grouped<K>(
    images: Vec<Instance>,
    key: impl Fn(&Instance) -> K,
    same: impl Fn(&K, &K) -> bool,
    phrase: impl Fn(&K, &[K]) -> String,
) -> Vec<(String, Vec<Instance>)> {
    let (mut keys, mut groups): (Vec<K>, Vec<Vec<Instance>>) = (Vec::new(), Vec::new());
    for image in images {
        let key = key(&image);
        match keys.iter().position(|other| same(other, &key)) {
            Some(group) => groups[group].push(image),
            None => {
                keys.push(key);
                groups.push(vec![image]);
            }
        }
    }
    keys.iter().map(|key| phrase(key, &keys)).zip(groups).collect()
}

fn alike(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * a.abs().max(b.abs())
}

fn stated(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => alike(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn by_echo(images: Vec<Instance>) -> Vec<(String, Vec<Instance>)> {
    let phrase = |echo: &Option<f64>, _: &[_]| match echo {
        Some(ms) => format!("echo time {} ms", (ms * 100.0).round() / 100.0),
        None => "echo time not stated".to_owned(),
    };
    grouped(images, |image| image.acquisition.echo_time_ms, |a, b| stated(*a, *b), phrase)
}

fn by_image_type(images: Vec<Instance>) -> Vec<(String, Vec<Instance>)> {
    let phrase = |own: &Vec<String>, all: &[Vec<String>]| {
        let telling = |value: &&String| !all.iter().all(|other| other.contains(value));
        let values: Vec<&str> = own.iter().filter(telling).map(|value| in_words(value)).collect();
        if values.is_empty() { "plain image type".to_owned() } else { format!("image type {}", values.join(" ")) }
    };
    grouped(images, |image| image.acquisition.image_type.clone(), |a, b| a == b, phrase)
}

/// What scanners abbreviate in *Image Type*.
fn in_words(value: &str) -> &str {
    match value {
        "M" => "magnitude",
        "P" => "phase",
        "R" => "real",
        "I" => "imaginary",
        other => other,
    }
}

/// Scanners also number slices by time: where no place is held twice, that parts no volumes.
fn by_time_point(images: Vec<Instance>) -> Vec<(String, Vec<Instance>)> {
    if places(&images).iter().all(|place| place.len() < 2) {
        return vec![(String::new(), images)];
    }
    let phrase = |point: &Option<i32>, _: &[_]| match point {
        Some(point) => format!("time point {point}"),
        None => "time point not stated".to_owned(),
    };
    grouped(images, |image| image.acquisition.time_point, |a, b| a == b, phrase)
}

fn by_b_value(images: Vec<Instance>) -> Vec<(String, Vec<Instance>)> {
    let phrase = |b_value: &Option<f64>, _: &[_]| match b_value {
        Some(b_value) => format!("b-value {b_value:.0}"),
        None => "b-value not stated".to_owned(),
    };
    grouped(images, |image| image.acquisition.b_value, |a, b| stated(*a, *b), phrase)
}

fn by_orientation(images: Vec<Instance>) -> Vec<(String, Vec<Instance>)> {
    let cosine = ORIENTATION_DEGREES.to_radians().cos();
    let same = |a: &Option<Plane>, b: &Option<Plane>| match (a, b) {
        (Some(a), Some(b)) => a.along_row.dot(b.along_row) > cosine && a.along_column.dot(b.along_column) > cosine,
        (a, b) => a.is_none() && b.is_none(),
    };
    let phrase = |plane: &Option<Plane>, _: &[_]| match plane {
        Some(plane) => plane.name().to_owned(),
        None => "without a place".to_owned(),
    };
    grouped(images, |image| image.plane, same, phrase)
}

fn by_shape(images: Vec<Instance>) -> Vec<(String, Vec<Instance>)> {
    let shape = |image: &Instance| {
        let spacing_mm = image.plane.map(|plane| [plane.column_spacing_mm, plane.row_spacing_mm]);
        ([image.pixels.columns, image.pixels.rows], spacing_mm.unwrap_or_default())
    };
    let same = |a: &([usize; 2], [f64; 2]), b: &([usize; 2], [f64; 2])| {
        a.0 == b.0 && alike(a.1[0], b.1[0]) && alike(a.1[1], b.1[1])
    };
    let phrase = |(size, spacing_mm): &([usize; 2], [f64; 2]), _: &[_]| {
        format!("{} × {} pixels of {:.2} mm", size[0], size[1], spacing_mm[0])
    };
    grouped(images, shape, same, phrase)
}

/// Where every place holds the same number of different images, the first of each are the first volume, and so on.
fn by_volume(images: Vec<Instance>) -> Vec<(String, Vec<Instance>)> {
    let places = places(&images);
    let held: Vec<usize> = places.iter().map(|place| distinct_images(&images, place)).collect();
    let count = held.first().copied().unwrap_or(1);
    if count < 2 || held.iter().any(|images| *images != count) {
        return vec![(String::new(), images)];
    }
    let mut volume_of = vec![0; images.len()];
    for place in &places {
        let mut volume = 0;
        for (rank, &index) in place.iter().enumerate() {
            volume += usize::from(rank > 0 && !may_be_copies(&images[place[rank - 1]], &images[index]));
            volume_of[index] = volume;
        }
    }
    let mut volumes: Vec<(String, Vec<Instance>)> =
        (1..=count).map(|n| (format!("volume {n} of {count}"), Vec::new())).collect();
    for (image, volume) in images.into_iter().zip(volume_of) {
        volumes[volume].1.push(image);
    }
    volumes
}

fn distinct_images(images: &[Instance], place: &[usize]) -> usize {
    place.windows(2).filter(|pair| !may_be_copies(&images[pair[0]], &images[pair[1]])).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::FileId;
    use glam::DVec3;
    use std::sync::Arc;

    fn stack(count: u32) -> Vec<Instance> {
        let image = |slice: u32| Instance {
            file: FileId(slice),
            sop_instance_uid: slice.to_string(),
            instance_number: Some(slice as i32 + 1),
            plane: Some(Plane {
                origin_mm: DVec3::Z * 4.0 * f64::from(slice),
                along_row: DVec3::X,
                along_column: DVec3::Y,
                column_spacing_mm: 1.0,
                row_spacing_mm: 1.0,
            }),
            ..Instance::default()
        };
        (0..count).map(image).collect()
    }

    /// A second stack at the same places, numbered on, changed by `change`.
    fn with_another(change: impl Fn(&mut Instance)) -> Vec<Series> {
        let mut images = stack(4);
        for mut image in stack(4) {
            image.file.0 += 4;
            image.sop_instance_uid.push('b');
            image.instance_number = image.instance_number.map(|n| n + 4);
            change(&mut image);
            images.push(image);
        }
        split(images)
    }

    fn names(parts: &[Series]) -> Vec<String> {
        parts.iter().map(|part| part.summary().part).collect()
    }

    #[test]
    fn each_criterion_parts_a_series_and_names_the_parts() {
        let set_type = |image: &mut Instance, value: &str| {
            Arc::make_mut(&mut image.acquisition).image_type = vec![value.to_owned()];
        };
        let upright = |image: &mut Instance| {
            let plane = image.plane.as_mut().unwrap();
            (plane.along_column, plane.origin_mm) = (DVec3::NEG_Z, DVec3::Y * plane.origin_mm.z);
        };
        type Change<'a> = &'a dyn Fn(&mut Instance);
        let cases: [(Change, [&str; 2]); 7] = [
            (
                &|i| Arc::make_mut(&mut i.acquisition).echo_time_ms = Some(102.0),
                ["echo time not stated", "echo time 102 ms"],
            ),
            (&|i| set_type(i, "P"), ["plain image type", "image type phase"]),
            (&|i| Arc::make_mut(&mut i.acquisition).time_point = Some(2), ["time point not stated", "time point 2"]),
            (&|i| Arc::make_mut(&mut i.acquisition).b_value = Some(1000.0), ["b-value not stated", "b-value 1000"]),
            (&upright, ["axial", "coronal"]),
            (&|i| i.pixels.rows = 64, ["0 × 0 pixels of 1.00 mm", "0 × 64 pixels of 1.00 mm"]),
            (&|_| (), ["volume 1 of 2", "volume 2 of 2"]),
        ];
        for (change, expected) in cases {
            let parts = with_another(change);
            assert_eq!(names(&parts), expected);
            assert!(parts.iter().all(|part| part.instances().len() == 4), "{expected:?}");
        }
    }

    #[test]
    fn one_stack_is_one_part_without_a_name_in_the_order_of_its_places() {
        let mut images = stack(5);
        images.swap(0, 3);
        images.iter_mut().for_each(|image| Arc::make_mut(&mut image.acquisition).time_point = image.instance_number);
        let parts = split(images);
        assert_eq!(names(&parts), [""]);
        let heights: Vec<f64> = parts[0].instances().iter().map(|i| i.plane.unwrap().origin_mm.z).collect();
        assert!(heights.is_sorted());
    }

    #[test]
    fn images_of_one_number_at_one_place_may_be_copies() {
        let mut images = stack(4);
        let mut copy = images[2].clone();
        copy.file = FileId(9);
        copy.sop_instance_uid = "copy".into();
        images.push(copy);
        let parts = split(images);
        assert_eq!((parts.len(), parts[0].instances().len(), parts[0].copies().len()), (1, 4, 1));
    }

    #[test]
    fn an_incomplete_second_volume_is_not_guessed_at() {
        let mut images = stack(4);
        let mut extra = images[2].clone();
        extra.file = FileId(9);
        extra.instance_number = Some(9);
        images.push(extra);
        let parts = split(images);
        assert_eq!((parts.len(), parts[0].instances().len()), (1, 5));
    }
}
