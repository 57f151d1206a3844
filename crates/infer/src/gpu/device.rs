//! The device and its queue, as burn-wgpu opens them, and waiting for them.

use super::failed;
use burn::tensor::Device as BurnDevice;
use burn::tensor::wgpu::wgpu;
use headway_core::reason::{Code, Reason};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use wgpu::{Buffer, BufferUsages, Device, ErrorFilter, ErrorScopeGuard, Queue};

/// An open graphics processor.
#[derive(Debug)]
pub struct Gpu {
    pub device: Device,
    pub queue: Queue,
    /// As the platform names it.
    pub adapter: String,
    /// Why the device was lost, once it was.
    lost: Signal<String>,
}

impl Gpu {
    /// # Errors
    /// [`Code::NoDevice`]
    pub async fn open() -> Result<Self, Reason> {
        let (_, setup) = BurnDevice::wgpu_options()
            .init_with_setup_async()
            .await
            .map_err(|e| Reason::new(Code::NoDevice, format!("The graphics processor cannot be opened ({e}).")))?;
        let info = setup.adapter.get_info();
        let adapter = match info.name.as_str() {
            "" => format!("{:?}", info.backend),
            name => format!("{name} ({:?})", info.backend),
        };
        let lost = Signal::default();
        let tell = lost.clone();
        setup.device.set_device_lost_callback(move |_, why| tell.give(why));
        Ok(Self { device: setup.device, queue: setup.queue, adapter, lost })
    }

    /// A buffer of that many f32 values.
    pub fn buffer(&self, values: usize, usage: BufferUsages) -> Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 4 * values.max(4) as u64,
            usage: usage | BufferUsages::STORAGE | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// A buffer that holds these values.
    pub fn upload(&self, values: &[f32]) -> Buffer {
        let buffer = self.buffer(values.len(), BufferUsages::empty());
        self.queue.write_buffer(&buffer, 0, &bytes(values));
        buffer
    }

    /// Watches over what is made until its outcome is asked for.
    pub fn watch(&self) -> Watch {
        Watch([ErrorFilter::Validation, ErrorFilter::OutOfMemory].map(|filter| self.device.push_error_scope(filter)))
    }

    /// Puts one compute pass into the queue; the signal is given once it is done.
    pub fn submit(&self, record: impl FnOnce(&mut wgpu::ComputePass<'_>)) -> Signal<()> {
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        record(&mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()));
        self.queue.submit([encoder.finish()]);
        let done = Signal::default();
        let tell = done.clone();
        self.queue.on_submitted_work_done(move || tell.give(()));
        done
    }

    /// Waits for it, or for the device to be lost.
    pub async fn wait<T: Clone>(&self, signal: Signal<T>) -> Option<T> {
        // A browser polls by itself. Natively nothing is heard before somebody asks.
        #[cfg(not(target_arch = "wasm32"))]
        if self.device.poll(wgpu::PollType::wait_indefinitely()).is_err() {
            return None;
        }
        Either(signal, self.lost.clone()).await
    }

    /// The one value of a buffer.
    ///
    /// # Errors
    /// [`Code::DeviceFailed`]
    pub async fn read(&self, buffer: &Buffer) -> Result<f32, Reason> {
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 4,
            usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, 4);
        self.queue.submit([encoder.finish()]);
        let mapped = Signal::default();
        let tell = mapped.clone();
        staging.map_async(wgpu::MapMode::Read, .., move |outcome| tell.give(outcome.is_ok()));
        match self.wait(mapped).await {
            Some(true) => {}
            Some(false) => return Err(failed("its answer could not be read")),
            None => return Err(failed(&self.lost.get().unwrap_or_else(|| "it was lost".to_owned()))),
        }
        let view = staging.get_mapped_range(..).map_err(|e| failed(&e.to_string()))?;
        let value: [u8; 4] = view.first_chunk().copied().ok_or_else(|| failed("its answer was empty"))?;
        Ok(f32::from_le_bytes(value))
    }
}

/// Little-endian, as every device has them.
pub fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Errors that the device would otherwise tell nobody in particular.
pub struct Watch([ErrorScopeGuard; 2]);

impl Watch {
    /// # Errors
    /// [`Code::DeviceFailed`] with what the device said.
    pub async fn outcome(self) -> Result<(), Reason> {
        // The scope opened last is closed first.
        for scope in self.0.into_iter().rev() {
            if let Some(error) = scope.pop().await {
                return Err(failed(&error.to_string()));
            }
        }
        Ok(())
    }
}

/// Something that will be said once.
#[derive(Debug)]
pub struct Signal<T>(Arc<Mutex<(Option<T>, Option<Waker>)>>);

impl<T> Default for Signal<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new((None, None))))
    }
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Signal<T> {
    fn give(&self, value: T) {
        let mut state = self.state();
        state.0 = Some(value);
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, (Option<T>, Option<Waker>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Signal<T> {
    fn get(&self) -> Option<T> {
        self.state().0.clone()
    }
}

/// What is awaited, or nothing if the other comes first.
struct Either<T, U>(Signal<T>, Signal<U>);

impl<T: Clone, U: Clone> Future for Either<T, U> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        // In this order, so that nothing said in between is missed.
        self.0.state().1 = Some(context.waker().clone());
        self.1.state().1 = Some(context.waker().clone());
        match (self.0.get(), self.1.get()) {
            (Some(value), _) => Poll::Ready(Some(value)),
            (None, Some(_)) => Poll::Ready(None),
            (None, None) => Poll::Pending,
        }
    }
}
