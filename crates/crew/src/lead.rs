//! What the leading worker calls: the network step by step, then volumes, each a little at a time.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, UnsafeCell};
use core::future::poll_fn;
use core::ops::ControlFlow;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use headway_kernels::{Affine, Linear, Network, Step, Stopped};

/// A volume on its way; it brings the network back.
type Way = Pin<Box<dyn Future<Output = (Network, Result<f32, Stopped>)>>>;

#[derive(Default)]
struct Lead {
    /// What was last handed in.
    values: Vec<f32>,
    network: Option<Network>,
    way: Option<Way>,
    told: Rc<Told>,
    logit: f32,
}

/// What a volume on its way and its caller tell each other.
#[derive(Default)]
struct Told {
    share: Cell<f64>,
    stop: Cell<bool>,
}

struct Place(UnsafeCell<Option<Lead>>);

// Sound: one worker leads, as the crate's head says.
unsafe impl Sync for Place {}

static LEAD: Place = Place(UnsafeCell::new(None));

fn lead() -> &'static mut Lead {
    // Sound: doors are called one after another by one worker, and none calls another.
    unsafe { (*LEAD.0.get()).get_or_insert_default() }
}

/// Begins a network for that many workers, the leading one among them.
#[unsafe(no_mangle)]
pub extern "C" fn hire(workers: usize) {
    *lead() = Lead { network: Some(Network::new(workers)), ..Lead::default() };
}

/// Room for the values of the next step or volume: its address, until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(len: usize) -> *mut f32 {
    let lead = lead();
    lead.values.clear();
    lead.values.resize(len, 0.0);
    lead.values.as_mut_ptr()
}

/// Takes a step of the network: 0 stem, 1 squeeze, 2 grow, 3 transition, 4 head.
/// Its values lie behind one another: weights, bias, and the factors and terms of the norm.
#[unsafe(no_mangle)]
pub extern "C" fn push(kind: u32, inputs: usize, outputs: usize, taps: usize, bias: usize, channels: usize) {
    let lead = lead();
    let mut values = &lead.values[..];
    let mut next = |len: usize| values.split_off(..len).unwrap_or_default().to_vec();
    let conv = Linear { inputs, outputs, taps, weights: next(inputs * outputs * taps), bias: next(bias) };
    let norm = Affine { scale: next(channels), shift: next(channels) };
    let step = match kind {
        0 => Step::Stem(conv),
        1 => Step::Squeeze(norm, conv),
        2 => Step::Grow(conv),
        3 => Step::Transition(norm, conv),
        _ => Step::Head(norm, conv),
    };
    if let Some(network) = &mut lead.network {
        network.push(step);
    }
}

/// Takes a volume of these sides, last index fastest.
#[unsafe(no_mangle)]
pub extern "C" fn begin(x: usize, y: usize, z: usize) {
    let lead = lead();
    let (values, told) = (core::mem::take(&mut lead.values), Rc::default());
    lead.told = Rc::clone(&told);
    lead.way = lead.network.take().map(|mut network| -> Way {
        Box::pin(async move {
            let mut pause = async |share| {
                told.share.set(share);
                once().await;
                if told.stop.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let logit = network.logit(&values, [x, y, z], &mut pause).await;
            (network, logit)
        })
    });
}

/// Works on for a while: 0 where there is more to do, 1 where [`logit`] is there, 2 where the volume was stopped or
/// there is none.
#[unsafe(no_mangle)]
pub extern "C" fn proceed() -> u32 {
    let lead = lead();
    let Some(way) = &mut lead.way else { return 2 };
    let Poll::Ready((network, logit)) = way.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { return 0 };
    lead.way = None;
    lead.network = Some(network);
    match logit {
        Ok(logit) => {
            lead.logit = logit;
            1
        }
        Err(Stopped) => 2,
    }
}

/// Has the volume stopped; the next [`proceed`] lets go of it.
#[unsafe(no_mangle)]
pub extern "C" fn stop() {
    lead().told.stop.set(true);
}

/// The share done of the volume at hand, 0 to 1.
#[unsafe(no_mangle)]
pub extern "C" fn share() -> f64 {
    lead().told.share.get()
}

/// The last volume's.
#[unsafe(no_mangle)]
pub extern "C" fn logit() -> f32 {
    lead().logit
}

/// Gives the caller a turn.
async fn once() {
    let mut turned = false;
    poll_fn(|_| if core::mem::replace(&mut turned, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
