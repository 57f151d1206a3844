//! The engine worker's module for the graphics processor.

fn main() {
    headway_web::workers::engine::serve();
}
