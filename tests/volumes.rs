//! Volumes of real scans, held to those that dcm2niix makes of the same files.

use glam::DVec3;
use headway_tests::{assembled, files_of, real_scans};

/// A volume as dcm2niix 1.0.20260724 wrote it, read by nibabel 5.4: stored values, at places in the patient (LPS, mm).
struct ByDcm2niix {
    folder: &'static str,
    part: &'static str,
    /// *Rescale Slope* as the header states it; dcm2niix prefers Philips' private scaling.
    slope: f64,
    sum: f64,
    voxels: [([f64; 3], f64); 4],
}

const VOLUMES: [ByDcm2niix; 8] = [
    ByDcm2niix {
        folder: "dicom_canon_classic_b0",
        part: "",
        slope: 1.0,
        sum: 27_035_237.0,
        voxels: [
            ([-119.3959, 102.5013, -37.0433], 0.0),
            ([117.6041, -134.4987, 79.9569], 0.0),
            ([0.6041, 24.5013, 22.9568], 270.0),
            ([-41.3959, -17.4987, -7.0433], 377.0),
        ],
    },
    ByDcm2niix {
        folder: "dicom_canon_enhanced_dti",
        part: "b-value 0",
        slope: 1.0,
        sum: 27_035_237.0,
        voxels: [
            ([-119.3959, 102.5013, -37.0433], 0.0),
            ([117.6041, -134.4987, 79.9567], 0.0),
            ([0.6041, 24.5013, 22.9567], 270.0),
            ([-41.3959, -17.4987, -7.0433], 377.0),
        ],
    },
    ByDcm2niix {
        folder: "dicom_canon_enhanced_dti",
        part: "b-value 1500, time point 13",
        slope: 1.0,
        sum: 6_496_663.0,
        voxels: [
            ([-119.3959, 102.5013, -37.0433], 0.0),
            ([117.6041, -134.4987, 79.9567], 0.0),
            ([0.6041, 24.5013, 22.9567], 43.0),
            ([-41.3959, -17.4987, -7.0433], 78.0),
        ],
    },
    ByDcm2niix {
        folder: "dicom_ge_fmri_timeseries",
        part: "volume 3 of 10",
        slope: 1.0,
        sum: 35_011_715.0,
        voxels: [
            ([-118.125, 92.906, -17.6875], 0.0),
            ([118.125, -143.344, 52.3125], 0.0),
            ([1.875, 14.156, 17.3125], 1791.0),
            ([-39.375, -27.094, -2.6875], 1521.0),
        ],
    },
    ByDcm2niix {
        folder: "dicom_philips_t1_mprage_sag",
        part: "",
        slope: 2.361_660_561_660_56,
        sum: 1_375_795_795.0,
        voxels: [
            ([88.3466, 121.8046, -116.6688], 0.0),
            ([-85.8889, -139.5418, 128.181], 0.0),
            ([-0.9412, 33.5803, 6.1247], 457.0),
            ([33.5389, -8.2658, -55.8918], 302.0),
        ],
    },
    ByDcm2niix {
        folder: "dicom_philips_dti_b0",
        part: "",
        slope: 1.073_260_073_260_07,
        sum: 180_076_791.0,
        voxels: [
            ([-127.2324, 122.8721, -58.6061], 0.0),
            ([126.0545, -121.1126, 119.1385], 0.0),
            ([-1.3126, 43.8863, 31.224], 1201.0),
            ([-40.9432, -1.7828, -13.2705], 38.0),
        ],
    },
    ByDcm2niix {
        folder: "dicom_study_ms01",
        part: "",
        slope: 1.0,
        sum: 853_651_080.0,
        voxels: [
            ([-98.1841, 129.677, -72.3454], 0.0),
            ([94.3452, -112.2515, 68.7203], 0.0),
            ([-0.0164, 46.8521, 1.1409], 554.0),
            ([-35.3704, 10.828, -36.9341], 453.0),
        ],
    },
    ByDcm2niix {
        folder: "dicom_siemens_mosaic_9_syntaxes",
        part: "",
        slope: 1.0,
        sum: 38_036_663.0,
        voxels: [
            ([-104.0000, 58.6843, -84.7980], 0.0),
            ([100.7500, -131.6490, 58.9989], 14.0),
            ([0.0, -2.5569, -16.5850], 792.0),
            ([-35.7500, -41.5970, -44.9346], 405.0),
        ],
    },
];

/// Volumes lie where dcm2niix puts them, to 2e-3 mm at the farthest corner (its affines are of single precision), with the same values: classic, enhanced, mosaic, sagittal, split.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn volumes_equal_those_of_dcm2niix() {
    for expected in VOLUMES {
        let named = format!("{}, part \"{}\"", expected.folder, expected.part);
        let volume = assembled(&files_of(&real_scans(expected.folder)), expected.part);
        let [columns, rows, _] = volume.geometry.dims;
        let voxel_from_patient = volume.geometry.patient_from_voxel.inverse();
        for (place_mm, stored) in expected.voxels {
            let place_mm = DVec3::from_array(place_mm);
            let voxel = voxel_from_patient.transform_point3(place_mm).round();
            let apart_mm = volume.geometry.patient_from_voxel.transform_point3(voxel).distance(place_mm);
            assert!(apart_mm < 2e-3, "{named}: {place_mm} is {apart_mm} mm from a voxel");
            let [i, j, k] = voxel.to_array().map(|index| index as usize);
            let found = f64::from(volume.signal.at((k * rows + j) * columns + i)) / expected.slope;
            assert!((found - stored).abs() < 1e-3, "{named}: {found} instead of {stored} at {place_mm}");
        }
        let sum = volume.signal.to_vec().into_iter().map(f64::from).sum::<f64>() / expected.slope;
        assert!((sum / expected.sum - 1.0).abs() < 1e-6, "{named}: sum {sum}");
    }
}

/// Canon's classic files and the first volume of its Enhanced file are one volume, to the last bit of every value.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn canon_classic_and_enhanced_give_one_volume() {
    let classic = assembled(&files_of(&real_scans("dicom_canon_classic_b0")), "");
    let enhanced = assembled(&files_of(&real_scans("dicom_canon_enhanced_dti")), "b-value 0");
    assert!(classic.signal.to_vec() == enhanced.signal.to_vec() && classic.geometry.dims == enhanced.geometry.dims);
    let [a, b] = [classic, enhanced].map(|volume| volume.geometry.patient_from_voxel);
    assert!(a.abs_diff_eq(b, 1e-3), "{a} and {b}");
}
