//! Builds the page into `dist/`: index.html on top, everything else in a folder named after the build.

use crate::run::{finish, output, program, root, run, target};
use headway_serve::headers::policy_of_the_page;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How much work goes into the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For tests: not optimised further, and without the GPU engine, which takes as long to build as all the rest.
    /// The page then runs on the processor and says so.
    Plain,
    /// As `serve` shows it: whole, and passed through wasm-opt.
    Whole,
    /// For deployment: link-time optimised besides.
    Optimised,
}

/// Modules that are there to be small, for how soon they have come over the network; all others to be fast.
const SMALL: [&str; 2] = ["page", "clerk"];

/// What the build id is made of. A change anywhere here makes another build.
const SOURCES: &[&str] =
    &["crates", "public", "style", "index.html", "Trunk.toml", "Cargo.toml", "Cargo.lock", ".cargo"];

/// Builds `dist/`, unless it holds this build already.
///
/// # Errors
/// In words where a step fails.
pub fn build(kind: Kind) -> Result<(), String> {
    let id = &hash_of(SOURCES)?[..12];
    let dist = root().join("dist");
    let stamp = |kind: Kind| format!("{id} {kind:?}");
    let built = fs::read_to_string(dist.join("BUILD")).unwrap_or_default();
    // What was optimised further serves as well, and is what people get.
    if built == stamp(kind) || (kind == Kind::Whole && built == stamp(Kind::Optimised)) {
        println!("dist/ holds build {built} already.");
        return Ok(());
    }
    let stage = target().join("page");
    trunk(kind, id, &stage)?;
    crew(&stage)?;
    if kind != Kind::Plain {
        optimise(&stage)?;
    }
    compose(&stage, &dist, id).map_err(|e| format!("dist/ cannot be written ({e})."))?;
    fs::write(dist.join("BUILD"), stamp(kind)).map_err(|e| e.to_string())?;
    println!("dist/ holds build {}:", stamp(kind));
    print_sizes(&dist.join(id));
    Ok(())
}

fn trunk(kind: Kind, id: &str, stage: &Path) -> Result<(), String> {
    let profile = if kind == Kind::Optimised { "dist" } else { "release" };
    let html = index_for(kind)?;
    let line = format!(
        "trunk build --release --cargo-profile {profile} --public-url ./{id}/ --dist {} {html}",
        stage.display()
    );
    println!("$ {line}");
    let mut command = program(&line);
    if kind == Kind::Optimised {
        command.env("RUSTFLAGS", without_local_paths());
    }
    // Trunk takes NO_COLOR for a switch of its own and wants true or false.
    finish("trunk build", command.env("HEADWAY_BUILD_ID", id).env_remove("NO_COLOR"))
}

/// The flags of .cargo/config.toml, which these take the place of, and names for this machine's folders:
/// panics carry the paths of their sources, and a build must not depend on where it was made.
fn without_local_paths() -> String {
    format!("-C target-feature=+simd128 --cfg erase_components {}", remapped())
}

fn remapped() -> String {
    let home = std::env::var("HOME").unwrap_or_default();
    let cargo_home = std::env::var("CARGO_HOME").unwrap_or(format!("{home}/.cargo"));
    format!("--remap-path-prefix={cargo_home}=/cargo --remap-path-prefix={}=/headway", root().display())
}

/// The processor's kernels over shared memory, once for each set of instructions.
/// Other flags than the rest has, so another target folder; the most memory as in crates/web-app/src/browser/crew.rs.
fn crew(stage: &Path) -> Result<(), String> {
    let target = target().join("crew");
    for (name, instructions) in [("crew.wasm", ""), ("crew-relaxed.wasm", ",+relaxed-simd")] {
        let features = format!("+simd128,+atomics,+bulk-memory,+mutable-globals{instructions}");
        let links = ["--shared-memory", "--import-memory", "--max-memory=536870912", "--export=__stack_pointer"];
        let links: String = links.iter().map(|link| format!(" -C link-arg={link}")).collect();
        // rustc calls threads unstable for what the standard library lacks, which this module does not use.
        let line = "cargo build --quiet --profile dist --target wasm32-unknown-unknown -p headway-crew";
        println!("$ {line} ({name})");
        let mut command = program(line);
        command.env("CARGO_TARGET_DIR", &target);
        finish(line, command.env("RUSTFLAGS", format!("-C target-feature={features}{links} {}", remapped())))?;
        fs::copy(target.join("wasm32-unknown-unknown/dist/headway_crew.wasm"), stage.join(name))
            .map_err(|e| format!("{name} cannot be written ({e})."))?;
    }
    Ok(())
}

/// index.html as Trunk is to build it: for tests less the GPU engine, for deployment with those modules made small that ought to be.
/// It has to lie beside the original, whose references are relative.
fn index_for(kind: Kind) -> Result<&'static str, String> {
    const PREPARED: &str = ".trunk.html";
    let index =
        fs::read_to_string(root().join("index.html")).map_err(|e| format!("index.html cannot be read ({e})."))?;
    let prepared: String = match kind {
        Kind::Plain => {
            index.lines().filter(|line| !line.contains("engine-gpu")).map(|line| format!("{line}\n")).collect()
        }
        Kind::Whole => return Ok("index.html"),
        Kind::Optimised => SMALL.iter().fold(index, |index, name| {
            let bin = format!("data-bin=\"{name}\"");
            index.replace(&bin, &format!("{bin} data-cargo-profile-release=\"small\""))
        }),
    };
    fs::write(root().join(PREPARED), prepared).map_err(|e| format!("{PREPARED} cannot be written ({e})."))?;
    Ok(PREPARED)
}

/// wasm-opt from npm: Debian's writes modules that break at start.
/// Features are left to what each module declares; with all of them on, it writes imports that browsers refuse.
fn optimise(stage: &Path) -> Result<(), String> {
    let wasm_opt = root().join("tests/e2e/node_modules/.bin/wasm-opt");
    for module in files_below(stage).into_iter().filter(|f| f.extension().is_some_and(|e| e == "wasm")) {
        let is_small = SMALL.iter().any(|name| module.ends_with(format!("{name}_bg.wasm")));
        let level = if is_small { "-Os" } else { "-O3" };
        let module = module.display();
        run(&format!("{} {level} {module} -o {module}", wasm_opt.display()))?;
    }
    Ok(())
}

fn compose(stage: &Path, dist: &Path, id: &str) -> std::io::Result<()> {
    let index = fs::read_to_string(stage.join("index.html"))?;
    fs::remove_dir_all(dist).or_else(|e| if e.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(e) })?;
    fs::create_dir_all(dist)?;
    // Copied, not moved: the target folder may lie on another file system.
    for file in files_below(stage) {
        let to = dist.join(id).join(file.strip_prefix(stage).unwrap_or(&file));
        fs::create_dir_all(to.parent().unwrap_or(dist))?;
        fs::copy(&file, to)?;
    }
    fs::remove_file(dist.join(id).join("index.html"))?;
    // Trunk leaves our own references alone; `data-build` marks those that point into the build.
    let index = index
        .replace("src=\"boot.js\" data-build", &format!("src=\"./{id}/boot.js\""))
        .replace("href=\"icon.svg\" data-build", &format!("href=\"./{id}/icon.svg\""))
        .replace("href=\"app.webmanifest\" data-build", &format!("href=\"./{id}/app.webmanifest\""))
        .replace("%POLICY%", &policy_of_the_page());
    // So does it with the element of the page's module, since it injects no script.
    let index: String = index
        .lines()
        .filter(|line| !line.contains("data-trunk") && !line.trim().is_empty())
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(dist.join("index.html"), index)?;
    // At the root, since a service worker answers for what lies below it.
    let service_worker = fs::read_to_string(root().join("public/sw.js"))?;
    fs::write(dist.join("sw.js"), service_worker.replace("%BUILD%", id))?;
    fs::write(dist.join(id).join("manifest.json"), manifest(dist)?)
}

/// Every file with its size and hash: what the page may fetch, and nothing else.
fn manifest(dist: &Path) -> std::io::Result<String> {
    let mut entries = BTreeMap::new();
    for file in files_below(dist) {
        let bytes = fs::read(&file)?;
        let path = file.strip_prefix(dist).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        entries.insert(path, serde_json::json!({ "bytes": bytes.len(), "sha256": hex(&Sha256::digest(&bytes)) }));
    }
    Ok(serde_json::to_string_pretty(&entries)?)
}

fn print_sizes(build: &Path) {
    for file in files_below(build) {
        let bytes = fs::metadata(&file).map_or(0, |m| m.len());
        if bytes > 4096 {
            println!("  {:>9.1} kB  {}", bytes as f64 / 1e3, file.strip_prefix(build).unwrap_or(&file).display());
        }
    }
}

/// SHA-256 over names and contents of the sources git knows or would add.
fn hash_of(paths: &[&str]) -> Result<String, String> {
    let listed = output(&format!("git ls-files --cached --others --exclude-standard -- {}", paths.join(" ")))
        .ok_or("git cannot list the sources.")?;
    let mut names: Vec<&str> = listed.lines().collect();
    names.sort_unstable();
    let mut hash = Sha256::new();
    for name in names {
        // A file deleted but not yet committed is listed and gone.
        if let Ok(bytes) = fs::read(root().join(name)) {
            hash.update(name);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
    }
    Ok(hex(&hash.finalize()))
}

/// Every file below a folder, in order.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// In hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
