//! The graphics processor's kernels, read by naga: what no machine without one would notice otherwise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, StorageAccess};
use std::fs;

/// What WebGPU promises everywhere.
const MOST_INVOCATIONS: u32 = 256;
const MOST_WORKGROUP_BYTES: u32 = 16_384;

/// Bindings as `infer/gpu/kernel.rs` lays them out: parameters, input, weights, around, output.
fn check_bindings(module: &naga::Module) -> Result<(), String> {
    for (_, global) in module.global_variables.iter() {
        let Some(binding) = &global.binding else { continue };
        let fits = match (binding.group, binding.binding, global.space) {
            (0, 0, AddressSpace::Uniform) => true,
            (0, 1..=3, AddressSpace::Storage { access }) => access == StorageAccess::LOAD,
            (0, 4, AddressSpace::Storage { access }) => access == StorageAccess::LOAD | StorageAccess::STORE,
            _ => false,
        };
        if !fits {
            return Err(format!("{:?} is bound where something else is expected", global.name));
        }
    }
    Ok(())
}

fn check(source: &str, capabilities: Capabilities) -> Result<(), String> {
    let module = naga::front::wgsl::parse_str(source).map_err(|e| e.emit_to_string(source))?;
    Validator::new(ValidationFlags::all(), capabilities).validate(&module).map_err(|e| e.emit_to_string(source))?;
    let shared = module.global_variables.iter().filter(|(_, global)| global.space == AddressSpace::WorkGroup);
    let bytes: u32 = shared.map(|(_, global)| module.types[global.ty].inner.size(module.to_ctx())).sum();
    let [entry] = &module.entry_points[..] else { return Err("it has not one entry point".to_owned()) };
    if entry.name != "main" || entry.workgroup_size.iter().product::<u32>() > MOST_INVOCATIONS {
        return Err(format!("its entry point is {} of {:?}", entry.name, entry.workgroup_size));
    }
    if bytes > MOST_WORKGROUP_BYTES {
        return Err(format!("its workgroups share {bytes} bytes"));
    }
    check_bindings(&module)
}

#[test]
fn every_kernel_is_sound_and_keeps_to_webgpus_least_limits() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/infer/src/gpu/kernels");
    let mut faults = Vec::new();
    for (storage, capabilities) in [("f32", Capabilities::empty()), ("f16", Capabilities::SHADER_FLOAT16)] {
        let prelude = fs::read_to_string(format!("{folder}/storage/{storage}.wgsl")).unwrap();
        let mut read = 0;
        for path in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
            read += 1;
            let source = prelude.clone() + &fs::read_to_string(&path).unwrap();
            if let Err(fault) = check(&source, capabilities) {
                faults.push(format!("{} in {storage}: {fault}", path.display()));
            }
        }
        assert!(read >= 9, "{read} kernels in {folder}");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
