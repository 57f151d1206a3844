//! The page's module.

fn main() {
    headway_web::components::mount();
}
