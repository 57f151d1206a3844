//! The decode worker's module for everything but JPEG XL.

fn main() {
    headway_web::workers::decode::serve(headway_core::codec::decode_common);
}
