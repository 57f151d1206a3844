//! What a host needs: the built page with compressed twins of its files, server settings, and all of it in one ZIP.

use crate::page::{files_below, hex};
use crate::run::{finish, program, root, target};
use crate::supply;
use headway_serve::headers::{ALWAYS, CACHE_BUILD, CACHE_ROOT, MEDIA_TYPES};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Suffixes of files that get smaller.
const COMPRESSED: [&str; 8] = ["html", "js", "css", "json", "webmanifest", "svg", "wasm", "md"];

/// Builds the command line with the package inside, for a PC without a server: `headway serve`.
///
/// # Errors
/// In words where the build fails.
pub fn command_line() -> Result<(), String> {
    let line = "cargo build --release -p headway --features page";
    println!("$ {line}");
    finish(line, program(line).env("HEADWAY_PAGE", package()))?;
    println!("{} serves the page: headway serve", target().join("release/headway").display());
    Ok(())
}

fn package() -> PathBuf {
    target().join(format!("headway-{}.zip", env!("CARGO_PKG_VERSION")))
}

/// Packs `dist/` into `target/headway-VERSION.zip`.
///
/// # Errors
/// In words where `dist/` holds no page or a file cannot be written.
pub fn pack() -> Result<(), String> {
    let dist = root().join("dist");
    if !dist.join("index.html").exists() {
        return Err("dist/ holds no page. Call `cargo xtask build` first.".to_owned());
    }
    let stage = target().join("deploy");
    let in_words = |e: std::io::Error| format!("The package cannot be written ({e}).");
    lay_out(&dist, &stage).map_err(in_words)?;
    compress(&stage).map_err(in_words)?;
    let path = package();
    zipped(&stage, &path).map_err(in_words)?;
    let bytes = fs::read(&path).map_err(in_words)?;
    println!("{}: {:.1} MB, SHA-256 {}", path.display(), bytes.len() as f64 / 1e6, hex(&Sha256::digest(&bytes)));
    Ok(())
}

fn lay_out(dist: &Path, stage: &Path) -> std::io::Result<()> {
    fs::remove_dir_all(stage).or_else(|e| if e.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(e) })?;
    for file in files_below(dist) {
        let name = file.strip_prefix(dist).unwrap_or(&file);
        if name == Path::new("BUILD") {
            continue;
        }
        let to = stage.join("page").join(name);
        fs::create_dir_all(to.parent().unwrap_or(stage))?;
        fs::copy(&file, to)?;
    }
    fs::create_dir_all(stage.join("servers"))?;
    for (name, text) in settings() {
        fs::write(stage.join("servers").join(name), text)?;
    }
    let bill = supply::bill_of_materials().map_err(std::io::Error::other)?;
    fs::write(stage.join("bill-of-materials.cdx.json"), bill)?;
    fs::copy(root().join("docs/deploy.md"), stage.join("README.md"))?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(root().join(licence), stage.join(licence))?;
    }
    Ok(())
}

/// Node is there for wasm-opt, and has both compressions at their best.
fn compress(stage: &Path) -> std::io::Result<()> {
    let is_compressed =
        |file: &PathBuf| file.extension().is_some_and(|end| COMPRESSED.iter().any(|known| end == *known));
    let list: String = files_below(&stage.join("page")).iter().filter(|file| is_compressed(file)).fold(
        String::new(),
        |mut list, file| {
            // Writing to a string does not fail.
            let _ = writeln!(list, "{}", file.display());
            list
        },
    );
    let mut node = Command::new("node").arg(root().join("xtask/compress.mjs")).stdin(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = node.stdin.take() {
        stdin.write_all(list.as_bytes())?;
    }
    if node.wait()?.success() { Ok(()) } else { Err(std::io::Error::other("node could not compress the files")) }
}

/// In order of names, under one time: two builds of one commit give one file.
fn zipped(stage: &Path, path: &Path) -> std::io::Result<()> {
    let mut writer = ZipWriter::new(File::create(path)?);
    for file in files_below(stage) {
        let name = file.strip_prefix(stage).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let is_small = name.ends_with(".br") || name.ends_with(".gz");
        let method = if is_small { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::DEFAULT);
        writer.start_file(name, options)?;
        writer.write_all(&fs::read(&file)?)?;
    }
    writer.finish()?;
    Ok(())
}

/// Settings for each kind of host, all from the one list of headers.
fn settings() -> [(&'static str, String); 5] {
    [
        ("nginx.conf", nginx()),
        ("htaccess", apache()),
        ("Caddyfile", caddy()),
        ("web.config", iis()),
        ("_headers", header_file()),
    ]
}

fn each(line: impl Fn(&str, &str) -> String) -> String {
    ALWAYS.iter().map(|(name, value)| line(name, value)).collect()
}

fn nginx() -> String {
    let types: String = MEDIA_TYPES
        .iter()
        .map(|(end, media_type)| format!("        {} {end};\n", media_type.split(';').next().unwrap_or(media_type)))
        .collect();
    let headers = each(|name, value| format!("    add_header {name} \"{value}\" always;\n"));
    format!(
        "# Into a server block; the package is unpacked in /srv/headway. Needs the module gzip_static; brotli_static where it is built in.\n\
         location /headway/ {{\n    alias /srv/headway/page/;\n    index index.html;\n    gzip_static on;\n    # brotli_static on;\n    \
         charset utf-8;\n    types {{\n{types}    }}\n    default_type application/octet-stream;\n{headers}    \
         add_header Cache-Control $headway_cache always;\n}}\n\
         # Beside the server block:\n\
         # map $uri $headway_cache {{ default \"{CACHE_ROOT}\"; \"~/[0-9a-f]{{12}}/\" \"{CACHE_BUILD}\"; }}\n"
    )
}

fn apache() -> String {
    let types: String =
        MEDIA_TYPES.iter().map(|(end, media_type)| format!("AddType \"{media_type}\" .{end}\n")).collect();
    let headers = each(|name, value| format!("Header always set {name} \"{}\"\n", value.replace('"', "\\\"")));
    format!(
        "# As .htaccess beside index.html. Needs mod_headers; mod_rewrite for the compressed files.\n{types}{headers}\
         Header always set Cache-Control \"{CACHE_ROOT}\"\n\
         <If \"%{{REQUEST_URI}} =~ m#/[0-9a-f]{{12}}/#\">\nHeader always set Cache-Control \"{CACHE_BUILD}\"\n</If>\n\
         <IfModule mod_rewrite.c>\nRewriteEngine On\n\
         RewriteCond %{{HTTP:Accept-Encoding}} br\nRewriteCond %{{REQUEST_FILENAME}}.br -f\nRewriteRule ^(.*)$ $1.br [L]\n\
         RewriteCond %{{HTTP:Accept-Encoding}} gzip\nRewriteCond %{{REQUEST_FILENAME}}.gz -f\nRewriteRule ^(.*)$ $1.gz [L]\n</IfModule>\n\
         {}",
        twins()
    )
}

/// What a compressed file is under its own name, for Apache.
fn twins() -> String {
    let line = |(end, media_type): &(&str, &str)| {
        format!("<FilesMatch \"\\.{end}\\.(br|gz)$\">\nForceType \"{media_type}\"\n</FilesMatch>\n")
    };
    let types: String = MEDIA_TYPES.iter().map(line).collect();
    format!(
        "{types}<FilesMatch \"\\.br$\">\nRemoveLanguage .br\nHeader always set Content-Encoding br\nHeader always set Vary Accept-Encoding\n</FilesMatch>\n\
         <FilesMatch \"\\.gz$\">\nHeader always set Content-Encoding gzip\nHeader always set Vary Accept-Encoding\n</FilesMatch>\n"
    )
}

/// Caddy puts the directive with the narrower matcher first, so that the wider one would overwrite it: these exclude each other.
fn caddy() -> String {
    let headers = each(|name, value| format!("        {name} \"{value}\"\n"));
    format!(
        "# The address of your host in place of headway.hospital.example; Caddy fetches a certificate for it.\n\
         headway.hospital.example {{\n    root * /srv/headway/page\n    file_server {{\n        precompressed br gzip\n    }}\n    \
         header {{\n{headers}    }}\n    @build path_regexp /[0-9a-f]{{12}}/\n    header @build Cache-Control \"{CACHE_BUILD}\"\n    \
         @root not path_regexp /[0-9a-f]{{12}}/\n    header @root Cache-Control \"{CACHE_ROOT}\"\n    \
         @manifest path *.webmanifest\n    header @manifest Content-Type application/manifest+json\n}}\n"
    )
}

fn iis() -> String {
    let headers = each(|name, value| {
        let value = value.replace('&', "&amp;").replace('"', "&quot;");
        format!("        <add name=\"{name}\" value=\"{value}\" />\n")
    });
    let types: String = MEDIA_TYPES
        .iter()
        .map(|(end, media_type)| {
            format!("      <remove fileExtension=\".{end}\" />\n      <mimeMap fileExtension=\".{end}\" mimeType=\"{media_type}\" />\n")
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Beside index.html. IIS compresses by itself where dynamic or static compression is installed. -->\n\
         <configuration>\n  <system.webServer>\n    <httpProtocol>\n      <customHeaders>\n{headers}        <add name=\"Cache-Control\" value=\"{CACHE_ROOT}\" />\n      \
         </customHeaders>\n    </httpProtocol>\n    <staticContent>\n{types}      \
         <remove fileExtension=\".safetensors\" />\n      <mimeMap fileExtension=\".safetensors\" mimeType=\"application/octet-stream\" />\n    \
         </staticContent>\n    <defaultDocument>\n      <files>\n        <clear />\n        <add value=\"index.html\" />\n      </files>\n    </defaultDocument>\n  \
         </system.webServer>\n</configuration>\n"
    )
}

/// For hosts that take their headers from a file of this name beside index.html.
fn header_file() -> String {
    let headers = each(|name, value| format!("  {name}: {value}\n"));
    format!("/*\n{headers}  Cache-Control: {CACHE_ROOT}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_sends_every_header_and_knows_wasm() {
        for (name, text) in settings() {
            for (header, value) in ALWAYS {
                assert!(text.contains(header) && text.contains(value), "{name}: {header}");
            }
            assert!(name == "Caddyfile" || name == "_headers" || text.contains("application/wasm"), "{name}");
        }
    }
}
