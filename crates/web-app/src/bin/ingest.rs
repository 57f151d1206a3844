//! The ingest worker's module: files become inputs.

fn main() {
    headway_web::workers::ingest::serve();
}
