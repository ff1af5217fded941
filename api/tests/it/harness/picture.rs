//! Images as people bring them.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// A PNG of one colour.
pub fn png(colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(48, 32, Rgb(colour)).write_to(&mut bytes, ImageFormat::Png).expect("it is written");
    bytes.into_inner()
}
