//! The outline of the head, by rays from its middle, and the dark skull below it.

use super::head::Head;

/// Slices looked at, mm below the top: above ears and face.
const DEPTHS_MM: [f64; 2] = [85.0, 35.0];
/// Rays in each slice.
const RAYS: usize = 72;
/// Distance between points of a ray, mm.
const STEP_MM: f64 = 1.0;
/// How deep below the skin the skull is looked for, in steps, beyond the blurred edge itself.
const SKULL_STEPS: std::ops::Range<usize> = 2..25;
/// Signal below this share of the brain's is bone.
const BONE_SHARE: f64 = 0.35;

/// What the rays found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outline {
    /// Area inside the outline as a share of the head's box; 0.79 for an ellipse.
    pub(super) fill: f64,
    /// Share of the rays that meet bone below the skin.
    pub(super) skull_share: f64,
}

impl Outline {
    /// `brain` is the brain's signal over the background.
    pub(super) fn of(head: &Head, brain: f64) -> Self {
        let slices = head.slice_below_top(DEPTHS_MM[0])..=head.slice_below_top(DEPTHS_MM[1]);
        let slice_count = slices.clone().count() as f64;
        let angle = std::f64::consts::TAU / RAYS as f64;
        let (mut area_mm2, mut rays, mut with_skull) = (0.0, 0.0, 0.0);
        for slice in slices {
            for ray in 0..RAYS {
                let ray = Ray { head, slice, direction: (ray as f64 * angle).sin_cos() };
                let Some(edge) = ray.edge() else { continue };
                area_mm2 += 0.5 * (edge as f64 * STEP_MM).powi(2) * angle;
                rays += 1.0;
                with_skull += f64::from(u8::from(ray.meets_bone(edge, brain)));
            }
        }
        let [width_mm, length_mm] = head.size_mm();
        Self {
            fill: area_mm2 / slice_count / (width_mm * length_mm).max(1.0),
            skull_share: with_skull / f64::max(rays, 1.0),
        }
    }
}

/// A ray from the middle of the head outwards, in one slice.
struct Ray<'a> {
    head: &'a Head,
    slice: usize,
    direction: (f64, f64),
}

impl Ray<'_> {
    /// The signal at a point of the ray; `None` outside the volume.
    fn signal(&self, step: usize) -> Option<f64> {
        let (grid, [r0, a0]) = (&self.head.grid, self.head.middle());
        let distance_mm = step as f64 * STEP_MM;
        let r = (r0 + self.direction.0 * distance_mm / grid.step_mm[0]).round();
        let a = (a0 + self.direction.1 * distance_mm / grid.step_mm[1]).round();
        let inside = r >= 0.0 && a >= 0.0 && r < grid.dims[0] as f64 && a < grid.dims[1] as f64;
        inside.then(|| f64::from(grid.at([r as usize, a as usize, self.slice])))
    }

    /// The outermost point in the foreground.
    fn edge(&self) -> Option<usize> {
        let points = (0..).map_while(|step| self.signal(step).map(|signal| (step, signal)));
        points.filter(|(_, signal)| *signal >= self.head.threshold).last().map(|(step, _)| step)
    }

    fn meets_bone(&self, edge: usize, brain: f64) -> bool {
        let bone = self.head.background + BONE_SHARE * brain;
        SKULL_STEPS.filter_map(|depth| self.signal(edge.checked_sub(depth)?)).any(|signal| signal < bone)
    }
}
