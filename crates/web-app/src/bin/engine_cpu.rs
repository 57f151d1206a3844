//! The engine worker's module for the processor.

fn main() {
    headway_web::workers::engine::serve();
}
