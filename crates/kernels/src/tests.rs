//! Every kernel against its plain twin, on awkward sizes, at every level this processor has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use crate::plain::{self, Maps};
use crate::*;
use std::ops::ControlFlow;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// f32 sums in another order; the tiles' factors lose most.
const TOLERANCE: f64 = 1e-4;

fn levels() -> Vec<Level> {
    let mut levels = vec![Level::BASELINE, Level::detect()];
    levels.dedup();
    levels
}

/// Even numbers from -1 to 1, the same for the same seed.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1u32 << 23) - 1.0
    }
}

fn values(len: usize, seed: u64) -> Vec<f32> {
    let mut noise = noise(seed);
    (0..len).map(|_| noise() as f32).collect()
}

fn maps(dims: [usize; 3], channels: usize, seed: u64) -> Maps {
    let mut noise = noise(seed);
    Maps::from_fn(dims, channels, |_, _| noise())
}

/// Runs a kernel on two threads.
fn finish(level: Level, kernel: impl Kernel) {
    let task = Task::new(level, kernel);
    let work = || {
        // Scratch is handed over as it lies: nothing may depend on what it held.
        let mut scratch = vec![f32::NAN; task.scratch_len()];
        while task.step(&mut scratch) {}
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}

/// Output channels lie between others, which must stay as they are.
fn check(level: Level, expected: &Maps, run: impl FnOnce(FeaturesMut<'_>)) {
    let (before, after) = (8, 3);
    let stride = before + expected.channels + after;
    let mut buffer = vec![7.0f32; expected.dims.iter().product::<usize>() * stride];
    run(FeaturesMut::new(&mut buffer, expected.dims, stride, before, expected.channels));
    let most = expected.values.iter().fold(1.0f64, |most, value| most.max(f64::from(value.abs())));
    for (ours, theirs) in buffer.chunks_exact(stride).zip(expected.values.chunks_exact(expected.channels)) {
        assert!(
            ours[..before].iter().chain(&ours[before + expected.channels..]).all(|v| *v == 7.0),
            "{level:?} strays"
        );
        for (a, b) in ours[before..].iter().zip(theirs) {
            assert!(f64::from((a - b).abs()) <= TOLERANCE * most, "{level:?}: {a} instead of {b}");
        }
    }
}

fn features(maps: &Maps) -> Features<'_> {
    Features::new(&maps.values, maps.dims, maps.channels, maps.channels)
}

fn packed(level: Level, weights: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut packed = vec![f32::NAN; packed_len(level, rows, columns)];
    pack(level, weights, rows, columns, &mut packed);
    packed
}

fn padded(bias: &[f32]) -> Vec<f32> {
    let mut bias = bias.to_vec();
    bias.resize(bias.len().next_multiple_of(16), 0.0);
    bias
}

#[test]
fn convolutions_by_tiles_equal_their_sum() {
    for (dims, inputs, outputs) in [([5, 7, 11], 16, 8), ([1, 1, 1], 8, 4), ([4, 8, 12], 32, 32), ([9, 2, 3], 8, 5)] {
        let input = maps(dims, inputs, 1);
        let weights = values(27 * inputs * outputs, 2);
        let expected = plain::convolve(&input, &weights, 3, 1, &vec![0.0; outputs]);
        for level in levels() {
            let mut tiles = vec![f32::NAN; tile_weights_len(level, inputs, outputs)];
            finish(level, TileWeights::new(level, &weights, inputs, outputs, &mut tiles));
            for workers in [1, 2, 3, 8] {
                check(level, &expected, |output| {
                    let convolve = Convolve::new(level, features(&input), &tiles, output);
                    finish(level, convolve.among(level, workers));
                });
            }
        }
    }
}

/// Eight workers on the last two blocks' maps of the paper's volume, and on the first two of a volume of 48³.
#[test]
fn small_maps_leave_no_worker_without_a_unit() {
    // Units wanted on each, where outputs make that many panels.
    for (side, wanted) in [(3, 8), (6, 8), (7, 8), (12, 7), (15, 8)] {
        let input = maps([side; 3], 128, 1);
        for level in levels() {
            let tiles = vec![0.0; tile_weights_len(level, 128, 32)];
            let mut output = vec![0.0; side.pow(3) * 32];
            let output = FeaturesMut::new(&mut output, [side; 3], 32, 0, 32);
            let units = Convolve::new(level, features(&input), &tiles, output).among(level, 8).units();
            let groups = usize::div_ceil(side, 4).pow(3).div_ceil(4);
            let panels = 32 / (2 * level.lanes());
            assert!(units >= wanted.min(groups * panels), "{units} units for {side}³ at {level:?}");
        }
    }
}

#[test]
fn pointwise_convolutions_equal_their_sum() {
    for (dims, inputs, outputs) in [([5, 7, 11], 24, 20), ([1, 1, 1], 8, 1), ([2, 3, 1], 40, 16)] {
        let input = maps(dims, inputs, 3);
        let (scale, shift) = (values(inputs, 4), values(inputs, 5));
        let (weights, bias) = (values(inputs * outputs, 6), values(outputs, 7));
        let ones = vec![1.0; outputs];
        let bare = plain::convolve(&input, &weights, 1, 1, &vec![0.0; outputs]);
        let whole = plain::convolve(&plain::norm_relu(&input, &scale, &shift), &weights, 1, 1, &vec![0.0; outputs]);
        let whole = plain::norm_relu(&whole, &ones, &bias);
        let (norm, bias) = (Norm { scale: &scale, shift: &shift }, padded(&bias));
        for level in levels() {
            let weights = packed(level, &weights, inputs, outputs);
            check(level, &bare, |output| {
                finish(level, Pointwise::new(level, features(&input), None, &weights, None, output));
            });
            check(level, &whole, |output| {
                let whole = Pointwise::new(level, features(&input), Some(norm), &weights, Some(&bias), output);
                finish(level, whole.among(5));
            });
        }
    }
}

#[test]
fn the_stem_equals_its_sum() {
    for (dims, outputs) in [([9, 11, 14], 8), ([1, 2, 3], 16), ([16, 8, 7], 24)] {
        let input = maps(dims, 1, 8);
        let (weights, bias) = (values(343 * outputs, 9), values(outputs, 10));
        let convolved = plain::convolve(&input, &weights, 7, 2, &bias);
        let expected = plain::max_pool(&plain::norm_relu(&convolved, &vec![1.0; outputs], &vec![0.0; outputs]));
        let bias = padded(&bias);
        let half = [convolved.dims[0], expected.dims[1], expected.dims[2]];
        for level in levels() {
            let mut factors = vec![f32::NAN; stem_weights_len(level, outputs)];
            stem_weights(level, &weights, outputs, &mut vec![0.0; STEM_DEPTH * outputs], &mut factors);
            let mut rows = vec![f32::NAN; stem_input_len(dims)];
            finish(level, StemInput::new(&input.values, dims, &mut rows));
            let mut planes = vec![f32::NAN; half.iter().product::<usize>() * outputs];
            let output = FeaturesMut::new(&mut planes, half, outputs, 0, outputs);
            finish(level, Stem::new(level, &rows, dims, &factors, &bias, output));
            let planes = Features::new(&planes, half, outputs, outputs);
            check(level, &expected, |output| finish(level, MaxAlongX::new(level, planes, output)));
        }
    }
}

#[test]
fn average_pools_equal_their_sum() {
    for (dims, channels) in [([5, 7, 4], 24), ([2, 2, 2], 8)] {
        let input = maps(dims, channels, 11);
        let (scale, shift) = (values(channels, 12), values(channels, 13));
        let expected = plain::average_pool(&plain::norm_relu(&input, &scale, &shift));
        let norm = Norm { scale: &scale, shift: &shift };
        for level in levels() {
            check(level, &expected, |output| finish(level, AveragePool::new(level, features(&input), norm, output)));
        }
    }
}

#[test]
#[should_panic(expected = "sizes disagree")]
fn weights_of_another_size_are_refused() {
    let input = maps([2, 2, 2], 8, 1);
    let mut output = vec![0.0; 8 * 16];
    let output = FeaturesMut::new(&mut output, [2, 2, 2], 16, 0, 16);
    let _ = Pointwise::new(Level::BASELINE, features(&input), None, &[0.0; 8], None, output);
}

/// A dense layer and what it needs around it, with weights of some size.
fn small_plan() -> Plan {
    let conv = |inputs: usize, outputs: usize, taps: usize, bias: usize, seed: u64| Linear {
        inputs,
        outputs,
        taps,
        weights: values(inputs * outputs * taps, seed),
        bias: values(bias, seed + 1),
    };
    let norm = |channels, seed| Affine { scale: values(channels, seed), shift: values(channels, seed + 1) };
    let steps = vec![
        Step::Stem(conv(1, 8, 343, 8, 20)),
        Step::Squeeze(norm(8, 22), conv(8, 16, 1, 16, 24)),
        Step::Grow(conv(16, 8, 27, 0, 26)),
        Step::Transition(norm(16, 28), conv(16, 8, 1, 0, 30)),
        Step::Head(norm(8, 32), conv(8, 1, 1, 1, 34)),
    ];
    Plan { steps }
}

fn small_network(threads: usize) -> Network {
    let mut network = Network::new(threads);
    small_plan().steps.into_iter().for_each(|step| network.push(step));
    network
}

/// What every step makes, and the logit.
fn seen(network: &mut Network, volume: &[f32], dims: [usize; 3]) -> (Vec<Maps>, f32) {
    let mut steps = Vec::new();
    let mut see = |made: Made<'_>| steps.push(made.to_maps());
    let mut pause = async |_| ControlFlow::Continue(());
    let polled = {
        let logit = pin!(network.logit_seen(volume, dims, &mut pause, &mut see));
        logit.poll(&mut Context::from_waker(Waker::noop()))
    };
    match polled {
        Poll::Ready(logit) => (steps, logit.unwrap()),
        Poll::Pending => panic!("waits for nothing"),
    }
}

#[test]
fn every_step_of_a_network_is_as_the_plain_sums() {
    for dims in [[17, 16, 19], [33, 20, 27]] {
        let volume = values(dims.iter().product(), 36);
        let (steps, logit) = seen(&mut small_network(3), &volume, dims);
        let (expected, expected_logit) = plain::network(&small_plan(), &volume, dims);
        assert_eq!(steps.len(), expected.len());
        for (step, (ours, expected)) in steps.iter().zip(&expected).enumerate() {
            assert!(ours.apart(expected) <= TOLERANCE, "{dims:?}, step {step}: {:.1e} apart", ours.apart(expected));
        }
        assert!((f64::from(logit) - expected_logit).abs() <= TOLERANCE, "{logit} instead of {expected_logit}");
    }
}

/// Work of two units: the leader's own lasts until a helper has taken the other and fallen over it.
struct Trap {
    leader: std::thread::ThreadId,
    taken: std::sync::atomic::AtomicBool,
}

// Sound: it writes nothing.
unsafe impl Kernel for Trap {
    fn units(&self) -> usize {
        2
    }

    fn scratch_len(&self, _: usize) -> usize {
        0
    }

    unsafe fn unit<S: lanes::Lanes>(&self, _: usize, _: &mut [f32]) {
        use std::sync::atomic::Ordering::SeqCst;
        if std::thread::current().id() != self.leader {
            self.taken.store(true, SeqCst);
            panic!("the helper falls");
        }
        while !self.taken.load(SeqCst) {
            std::hint::spin_loop();
        }
    }
}

/// Neither a number made of work that was not done, nor waiting for ever.
#[test]
#[should_panic(expected = "a helper broke off at work")]
fn a_helper_that_breaks_off_takes_the_leader_along() {
    let mut crew = crew::Crew::new(2);
    let trap = Trap { leader: std::thread::current().id(), taken: false.into() };
    let mut pause = async |_| ControlFlow::Continue(());
    let mut meter = Meter::new(vec![1], &mut pause);
    let task = Box::new(Task::new(Level::BASELINE, trap));
    let finished = pin!(crew.finish(task, &mut meter, 1.0)).poll(&mut Context::from_waker(Waker::noop()));
    panic!("{finished:?}");
}

/// Tasks here are over before most helpers come, which is when they could go wrong.
#[test]
fn any_number_of_threads_gives_the_same_number() {
    let mut pause = async |_| ControlFlow::Continue(());
    let (mut alone, mut crew) = (small_network(1), small_network(5));
    for seed in 0..800 {
        let dims = [17 + seed % 5, 16, 19];
        let volume = values(dims.iter().product(), 40 + seed as u64);
        let [one, many] = [&mut alone, &mut crew].map(|network| {
            let mut logit = pin!(network.logit(&volume, dims, &mut pause));
            match logit.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(logit) => logit.unwrap(),
                Poll::Pending => panic!("waits for nothing"),
            }
        });
        assert!(one == many && one.is_finite(), "{one} and {many} for volume {seed}");
    }
}
