//! What the build and the tests need, how to see whether it is there, and how to install it.

use crate::run::{output, root, run, target};
use std::fs;
use std::path::{Path, PathBuf};

/// One thing that may be missing.
pub struct Tool {
    name: &'static str,
    why: &'static str,
    found: fn() -> bool,
    install: fn() -> Result<(), String>,
}

/// Trunk's version; 0.22 needs a newer Rust.
const TRUNK: &str = "0.21.14";
/// Must equal the crate's version in Cargo.toml: the two halves speak a private format.
const WASM_BINDGEN: &str = "0.2.130";

/// What building the page for tests needs.
pub const FOR_PAGE: &[Tool] = &[WASM_TARGET, TRUNK_TOOL, BINDGEN_TOOL];
/// What serving and deploying the page need.
pub const FOR_BUILD: &[Tool] = &[WASM_TARGET, TRUNK_TOOL, BINDGEN_TOOL, NPM_PACKAGES];
/// What testing needs.
pub const FOR_TESTS: &[Tool] = &[WASM_TARGET, TRUNK_TOOL, BINDGEN_TOOL, NPM_PACKAGES, CHROMIUM, PYTHON];
/// What the long tests need besides.
pub const FOR_FULL_TESTS: &[Tool] = &[PYTHON_FULL, VULKAN];
/// What running the page in other browsers needs.
pub const FOR_BROWSERS: &[Tool] =
    &[WASM_TARGET, TRUNK_TOOL, BINDGEN_TOOL, NPM_PACKAGES, CHROMIUM, FIREFOX, GECKODRIVER, WEBKIT];
/// What asking for known weaknesses needs.
pub const FOR_AUDIT: &[Tool] = &[CARGO_AUDIT, NPM_PACKAGES];
/// What the benchmarks need.
pub const FOR_BENCHMARKS: &[Tool] =
    &[WASM_TARGET, TRUNK_TOOL, BINDGEN_TOOL, NPM_PACKAGES, CHROMIUM, PYTHON_BENCH, NPM_BENCH, VULKAN];
/// What measuring on a graphics processor needs.
pub const FOR_GPU_BENCHMARK: &[Tool] = &[PYTHON_FULL, VULKAN];

const WASM_TARGET: Tool = Tool {
    name: "rust target wasm32-unknown-unknown",
    why: "the page is WebAssembly",
    found: || {
        output("rustc --print sysroot")
            .is_some_and(|s| Path::new(&s).join("lib/rustlib/wasm32-unknown-unknown").exists())
    },
    install: || run("rustup target add wasm32-unknown-unknown"),
};

const TRUNK_TOOL: Tool = Tool {
    name: "trunk 0.21.14",
    why: "builds the page",
    found: || output("trunk --version").is_some_and(|v| v.ends_with(TRUNK)),
    install: || run(&format!("cargo install --locked trunk --version {TRUNK}")),
};

const BINDGEN_TOOL: Tool = Tool {
    name: "wasm-bindgen-cli 0.2.130",
    why: "joins WebAssembly to the browser, and runs its tests",
    found: || output("wasm-bindgen --version").is_some_and(|v| v.ends_with(WASM_BINDGEN)),
    install: || run(&format!("cargo install wasm-bindgen-cli --version {WASM_BINDGEN}")),
};

const NPM_PACKAGES: Tool = Tool {
    name: "npm packages of tests/e2e",
    why: "wasm-opt makes modules small; Playwright and axe drive the page in tests",
    found: || has_npm_packages("tests/e2e"),
    install: || install_npm_packages("tests/e2e"),
};

const NPM_BENCH: Tool = Tool {
    name: "npm packages of benches",
    why: "what others have made runs beside ours",
    found: || has_npm_packages("benches"),
    install: || install_npm_packages("benches"),
};

/// Where a copy of the lock file lies once its packages have been installed.
fn installed_lock(folder: &str) -> PathBuf {
    root().join(folder).join("node_modules/.installed-lock.json")
}

fn has_npm_packages(folder: &str) -> bool {
    let wanted = fs::read(root().join(folder).join("package-lock.json")).ok();
    wanted.is_some() && wanted == fs::read(installed_lock(folder)).ok()
}

fn install_npm_packages(folder: &str) -> Result<(), String> {
    if output("npm --version").is_none() {
        return Err(
            "Node with npm is missing. Install Node 20 or later (Debian, Ubuntu: `apt-get install nodejs npm`)."
                .to_owned(),
        );
    }
    run(&format!("npm ci --prefix {folder} --no-audit --no-fund"))?;
    let copied = fs::copy(root().join(folder).join("package-lock.json"), installed_lock(folder));
    copied.map(|_| ()).map_err(|e| format!("{folder}/node_modules cannot be written ({e})."))
}

const CHROMIUM: Tool = Tool {
    name: "chromium and chromedriver",
    why: "the page is tested in a real browser",
    found: || output("chromium --version").is_some() && output("chromedriver --version").is_some(),
    install: || apt("chromium chromium-driver"),
};

const FIREFOX: Tool = Tool {
    name: "Firefox ESR",
    why: "the page is for it too",
    found: || output("firefox-esr --version").is_some(),
    install: || apt("firefox-esr"),
};

const GECKODRIVER: Tool = Tool {
    name: "geckodriver",
    why: "drives Firefox",
    found: || output("geckodriver --version").is_some(),
    install: || run("cargo install --locked geckodriver"),
};

const WEBKIT: Tool = Tool {
    name: "WebKitGTK with its driver, and a screen for it",
    why: "the page is for it too",
    found: || output("WebKitWebDriver --help").is_some() && output("xvfb-run --help").is_some(),
    install: || apt("webkit2gtk-driver xvfb xauth"),
};

const CARGO_AUDIT: Tool = Tool {
    name: "cargo-audit",
    why: "knows the advisories about Rust crates",
    found: || output("cargo audit --version").is_some(),
    install: || run("cargo install --locked cargo-audit"),
};

const VULKAN: Tool = Tool {
    name: "a Vulkan driver",
    why: "the graphics processor's kernels run natively as well, in software where there is no other",
    found: || ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].iter().any(|folder| Path::new(folder).exists()),
    install: || apt("libvulkan1 mesa-vulkan-drivers"),
};

const PYTHON: Tool = Tool {
    name: "Python packages of training/ (light)",
    why: "an independent reading of the preprocessing checks ours",
    found: || has_packages("light"),
    install: || install_packages("light"),
};

const PYTHON_FULL: Tool = Tool {
    name: "Python packages of training/ (full)",
    why: "PyTorch and MONAI check export and golden vectors",
    found: || has_packages("full"),
    install: || install_packages("full"),
};

const PYTHON_BENCH: Tool = Tool {
    name: "Python packages of training/ (bench)",
    why: "PyTorch writes the network as ONNX, onnxruntime is the yardstick",
    found: || has_packages("bench"),
    install: || install_packages("bench"),
};

/// The Python of the tests.
pub fn python() -> PathBuf {
    target().join("py/bin/python")
}

fn requirements(set: &str) -> PathBuf {
    root().join(format!("training/requirements-{set}.txt"))
}

/// Where a copy of the requirements lies once they have been installed.
fn installed(set: &str) -> PathBuf {
    target().join(format!("py/requirements-{set}.txt"))
}

fn has_packages(set: &str) -> bool {
    python().exists()
        && fs::read(installed(set)).is_ok_and(|had| fs::read(requirements(set)).is_ok_and(|wanted| had == wanted))
}

fn install_packages(set: &str) -> Result<(), String> {
    if !python().exists() {
        // Debian keeps venv in a package of its own; without it the module is there and fails.
        let make = format!("python3 -m venv {}", target().join("py").display());
        run(&make).or_else(|_| apt("python3 python3-venv").and_then(|()| run(&make)))?;
    }
    let (python, list) = (python(), requirements(set));
    run(&format!("{} -m pip install --quiet --disable-pip-version-check -r {}", python.display(), list.display()))?;
    fs::copy(list, installed(set))
        .map(|_| ())
        .map_err(|e| format!("{} cannot be written ({e}).", installed(set).display()))
}

/// Installs what is missing, saying each time what and why.
///
/// # Errors
/// In words, with what to do by hand.
pub fn setup(tools: &[Tool]) -> Result<(), String> {
    for tool in tools.iter().filter(|tool| !(tool.found)()) {
        println!("Installing {}: {}.", tool.name, tool.why);
        (tool.install)().map_err(|e| format!("{} could not be installed. {e}", tool.name))?;
    }
    Ok(())
}

/// Debian and Ubuntu packages, as root or through sudo without a password.
fn apt(packages: &str) -> Result<(), String> {
    let by_hand = format!(
        "Install {packages} by hand (Debian, Ubuntu: `sudo apt-get install {packages}`), then call this again."
    );
    if output("apt-get --version").is_none() {
        return Err(by_hand);
    }
    let sudo = match output("id -u").as_deref() {
        Some("0") => "",
        _ if output("sudo -n true").is_some() => "sudo -n ",
        _ => return Err(by_hand),
    };
    run(&format!("{sudo}apt-get update -qq"))
        .and_then(|()| run(&format!("{sudo}apt-get install -y -qq --no-install-recommends {packages}")))
        .map_err(|e| format!("{e} {by_hand}"))
}

/// Says what is here and what would be installed.
pub fn doctor() {
    for line in [
        "rustc --version",
        "cargo --version",
        "node --version",
        "npm --version",
        "python3 --version",
        "chromium --version",
    ] {
        println!(
            "{:<20} {}",
            line.split(' ').next().unwrap_or_default(),
            output(line).unwrap_or_else(|| "not found".to_owned())
        );
    }
    println!("{:<20} {}", "processors", std::thread::available_parallelism().map_or(1, usize::from));
    println!("{:<20} {}", "target folder", target().display());
    println!(
        "{:<20} {}",
        "HEADWAY_DATA",
        std::env::var("HEADWAY_DATA").unwrap_or_else(|_| "not set: tests on real scans are skipped".to_owned())
    );
    println!();
    for tool in FOR_TESTS {
        let state = if (tool.found)() { "found" } else { "missing; `cargo xtask setup --test` installs it" };
        println!("{:<42} {state} ({})", tool.name, tool.why);
    }
}
