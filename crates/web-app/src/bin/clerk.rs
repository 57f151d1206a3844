//! The clerk worker's module.

fn main() {
    headway_web::workers::clerk::serve();
}
