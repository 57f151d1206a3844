//! What Headway is made of: licences that go with MIT OR Apache-2.0, and a bill of materials for who installs it.

use crate::run::root;
use serde_json::{Value, json};
use spdx::{Expression, LicenseReq, ParseMode};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Licences whose terms are met by naming them; SPDX names.
const ALLOWED: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
];

/// Packages that may stay although their licence is not in the list, and why.
const EXCEPTIONS: [(&str, &str); 4] = [
    ("buildid", "MPL-2.0 holds for its own files, which are used unchanged"),
    ("cfg_block", "its licence file is Apache-2.0; its manifest does not name it"),
    ("colored", "MPL-2.0 holds for its own files, which are used unchanged"),
    ("option-ext", "MPL-2.0 holds for its own files, which are used unchanged"),
];

/// What the page's host receives; tools and tests stay with the developers.
const SHIPPED: [&str; 3] = ["headway-web", "headway-web-evidence", "headway-crew"];

const WASM: &str = "wasm32-unknown-unknown";

struct Graph {
    packages: BTreeMap<String, Value>,
    /// Dependencies that are built in, by package.
    normal: BTreeMap<String, Vec<String>>,
}

/// Fails on a dependency, of whatever is built here, whose licence is not allowed.
///
/// # Errors
/// A line for each such package.
pub fn licences() -> Result<(), String> {
    let graph = Graph::read(&[WASM, "x86_64-unknown-linux-gnu"])?;
    let refused: Vec<String> =
        graph.packages.values().filter(|package| !is_ours(package)).filter_map(refusal).collect();
    if refused.is_empty() {
        println!("{} packages, all under licences that go with MIT OR Apache-2.0.", graph.packages.len());
        return Ok(());
    }
    Err(refused.join("\n"))
}

/// The page's packages as CycloneDX 1.5, in order of names: equal for equal sources.
///
/// # Errors
/// In words where cargo cannot tell.
pub fn bill_of_materials() -> Result<String, String> {
    let graph = Graph::read(&[WASM])?;
    let ours = graph.packages.iter().filter(|(_, package)| SHIPPED.iter().any(|name| package["name"] == *name));
    let mut reached: BTreeSet<&String> = BTreeSet::new();
    let mut next: Vec<&String> = ours.map(|(id, _)| id).collect();
    while let Some(id) = next.pop() {
        if reached.insert(id) {
            next.extend(graph.normal.get(id).into_iter().flatten());
        }
    }
    let components: Vec<Value> = reached.iter().map(|id| component(&graph.packages[*id])).collect();
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": { "type": "application", "name": "headway", "version": env!("CARGO_PKG_VERSION") } },
        "components": components,
    });
    serde_json::to_string_pretty(&bill).map_err(|e| e.to_string())
}

impl Graph {
    fn read(platforms: &[&str]) -> Result<Self, String> {
        let mut cargo = Command::new("cargo");
        cargo.args(["metadata", "--format-version", "1", "--locked", "--all-features"]).current_dir(root());
        for platform in platforms {
            cargo.args(["--filter-platform", platform]);
        }
        let output = cargo.output().map_err(|e| format!("cargo metadata did not start ({e})."))?;
        if !output.status.success() {
            return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())?;
        let id = |package: &Value| package["id"].as_str().unwrap_or_default().to_owned();
        let packages = list(&metadata["packages"]).map(|package| (id(package), package.clone())).collect();
        let normal = list(&metadata["resolve"]["nodes"]).map(|node| (id(node), normal_dependencies(node))).collect();
        Ok(Self { packages, normal })
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Neither for tests nor for build scripts.
fn normal_dependencies(node: &Value) -> Vec<String> {
    let is_normal = |dependency: &&Value| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
    list(&node["deps"])
        .filter(is_normal)
        .filter_map(|dependency| Some(dependency["pkg"].as_str()?.to_owned()))
        .collect()
}

fn is_ours(package: &Value) -> bool {
    package["source"].is_null()
}

fn refusal(package: &Value) -> Option<String> {
    let licence = package["license"].as_str().unwrap_or("no licence stated");
    let is_allowed = |wanted: &LicenseReq| wanted.license.id().is_some_and(|id| ALLOWED.contains(&id.name));
    let allowed =
        Expression::parse_mode(licence, ParseMode::LAX).is_ok_and(|expression| expression.evaluate(is_allowed));
    let name = package["name"].as_str().unwrap_or_default();
    let version = package["version"].as_str().unwrap_or_default();
    let allowed = allowed || EXCEPTIONS.iter().any(|(known, _)| *known == name);
    (!allowed)
        .then(|| format!("{name} {version}: {licence}. Replace it, or name why it may stay in xtask/src/supply.rs."))
}

fn component(package: &Value) -> Value {
    let (name, version) =
        (package["name"].as_str().unwrap_or_default(), package["version"].as_str().unwrap_or_default());
    json!({
        "type": "library",
        "name": name,
        "version": version,
        "purl": format!("pkg:cargo/{name}@{version}"),
        "licenses": [{ "expression": package["license"].as_str().unwrap_or_default().replace('/', " OR ") }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(licence: &str) -> Value {
        json!({ "name": "x", "version": "1.0.0", "license": licence })
    }

    #[test]
    fn licences_are_read_as_expressions() {
        for fine in [
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "(MIT OR GPL-3.0-only) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert_eq!(refusal(&package(fine)), None, "{fine}");
        }
        for other in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "no licence stated", ""] {
            assert!(refusal(&package(other)).is_some_and(|text| text.starts_with("x 1.0.0: ")), "{other}");
        }
    }
}
