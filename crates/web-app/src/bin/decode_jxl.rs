//! The decode worker's module for JPEG XL, fetched when a file of that kind is first met.

fn main() {
    headway_web::workers::decode::serve(headway_core::codec::decode_jpeg_xl);
}
