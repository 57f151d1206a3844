//! The device and its queue, as burn-wgpu opens them, and waiting for them.

use super::failed;
use super::storage::Storage;
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
    /// Of weights and features.
    pub storage: Storage,
    /// As the platform names it.
    pub adapter: String,
    /// Why the device was lost, once it was.
    lost: Signal<String>,
}

impl Gpu {
    /// # Errors
    /// [`Code::NoDevice`] where there is none, or none that has what the kernels need.
    pub async fn open(storage: Storage) -> Result<Self, Reason> {
        let Opened { device, queue, mut adapter, lost } = Opened::once().await?;
        fit(&device, storage)?;
        if storage == Storage::F16 {
            adapter.push_str(", 16-bit storage");
        }
        Ok(Self { device, queue, storage, adapter, lost })
    }

    /// Bytes of one buffer, at most.
    pub fn most_bytes(&self) -> u64 {
        let limits = self.device.limits();
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)
    }

    /// A buffer of that many bytes.
    pub fn buffer(&self, bytes: usize) -> Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            // Kernels declare vectors of four, which must fit even where there is nothing to read.
            size: bytes.max(16).next_multiple_of(4) as u64,
            usage: BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        })
    }

    /// A buffer that holds these bytes.
    pub fn upload(&self, bytes: &[u8]) -> Buffer {
        let buffer = self.buffer(bytes.len());
        self.queue.write_buffer(&buffer, 0, bytes);
        buffer
    }

    /// Watches over what is made until its outcome is asked for.
    pub fn watch(&self) -> Watch {
        let [first, last] =
            [ErrorFilter::Validation, ErrorFilter::OutOfMemory].map(|filter| self.device.push_error_scope(filter));
        Watch([last, first])
    }

    /// Puts one compute pass into the queue.
    pub fn submit(&self, record: impl FnOnce(&mut wgpu::ComputePass<'_>)) -> Queued<()> {
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        record(&mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()));
        let submission = self.queue.submit([encoder.finish()]);
        let done = Signal::default();
        let tell = done.clone();
        self.queue.on_submitted_work_done(move || tell.give(()));
        Queued { submission, outcome: done }
    }

    /// Waits for it alone, not for what was put into the queue after it; nothing where the device was lost.
    pub async fn wait<T: Clone>(&self, queued: Queued<T>) -> Option<T> {
        // A browser polls by itself. Natively nothing is heard before somebody asks.
        let until = wgpu::PollType::Wait { submission_index: Some(queued.submission), timeout: None };
        if cfg!(not(target_arch = "wasm32")) && self.device.poll(until).is_err() {
            return None;
        }
        Either(queued.outcome, self.lost.clone()).await
    }

    /// What a buffer holds.
    ///
    /// # Errors
    /// [`Code::DeviceFailed`]
    pub async fn read(&self, buffer: &Buffer) -> Result<Vec<u8>, Reason> {
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: buffer.size(),
            usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, buffer.size());
        let submission = self.queue.submit([encoder.finish()]);
        let mapped = Signal::default();
        let tell = mapped.clone();
        staging.map_async(wgpu::MapMode::Read, .., move |outcome| tell.give(outcome.is_ok()));
        match self.wait(Queued { submission, outcome: mapped }).await {
            Some(true) => {}
            Some(false) => return Err(failed("its answer could not be read")),
            None => return Err(failed(&self.lost.get().unwrap_or_else(|| "it was lost".to_owned()))),
        }
        let view = staging.get_mapped_range(..).map_err(|e| failed(&e.to_string()))?;
        Ok(view.to_vec())
    }
}

/// What burn-wgpu has opened, which it does once in a program: a second engine works on the same.
#[derive(Clone)]
struct Opened {
    device: Device,
    queue: Queue,
    adapter: String,
    lost: Signal<String>,
}

static OPENED: Mutex<Option<Opened>> = Mutex::new(None);

impl Opened {
    async fn once() -> Result<Self, Reason> {
        let opened = || OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = opened().clone() {
            return Ok(before);
        }
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
        let now = Self { device: setup.device, queue: setup.queue, adapter, lost };
        *opened() = Some(now.clone());
        Ok(now)
    }
}

/// What the kernels need beyond the sizes of a volume; WebGPU's defaults have it all.
fn fit(device: &Device, storage: Storage) -> Result<(), Reason> {
    let limits = device.limits();
    let lacks = if limits.max_storage_buffers_per_shader_stage < 4 {
        "buffers"
    } else if limits.max_compute_workgroup_storage_size < 16_384 || limits.max_compute_invocations_per_workgroup < 256 {
        "room in its workgroups"
    } else if storage == Storage::F16 && !device.features().contains(wgpu::Features::SHADER_F16) {
        "16-bit values"
    } else {
        return Ok(());
    };
    Err(Reason::new(Code::NoDevice, format!("The graphics processor lacks {lacks} that the network needs.")))
}

/// Work in the queue, and what will be said once it is done.
#[derive(Debug)]
pub struct Queued<T> {
    submission: wgpu::SubmissionIndex,
    outcome: Signal<T>,
}

/// Errors that the device would otherwise tell nobody in particular.
/// The scope opened last stands first: it must be closed first, be it by being dropped.
pub struct Watch([ErrorScopeGuard; 2]);

impl Watch {
    /// # Errors
    /// [`Code::DeviceFailed`] with what the device said.
    pub async fn outcome(self) -> Result<(), Reason> {
        for scope in self.0 {
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
