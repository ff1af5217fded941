//! Images that people bring, as the pictures that are kept. Pure.
//!
//! What is kept was written here: nothing that stood beside the pixels, such as the place where a photo was taken, comes
//! along. Nothing that a file says makes more memory than [`MEMORY`].

use std::io::Cursor;

use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    error::LimitErrorKind, imageops::FilterType, metadata::Orientation,
};
use shared::ProblemCode;

use crate::ApiError;

/// The most pixels of an image.
pub const PIXELS: u64 = 25_000_000;
/// The most pixels of one side.
const SIDE: u32 = 12_000;
/// The most memory that reading one may take, in bytes.
const MEMORY: u64 = 160 * 1024 * 1024;
/// How finely photos are written, of 100.
const QUALITY: u8 = 85;

/// What a picture is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person, as a square.
    Photo,
    /// The organization's sign, whole.
    Logo,
}

/// A picture in its two sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// What both are.
    pub media_type: &'static str,
    /// For lists and the frame.
    pub small: Bytes,
    /// For whoever looks at it.
    pub large: Bytes,
}

/// Reads an image and makes the picture of it.
pub fn render(kind: Kind, bytes: &[u8]) -> Result<Rendered, ApiError> {
    let image = read(bytes)?;
    match kind {
        Kind::Photo => {
            let at = |side| image.resize_to_fill(side, side, FilterType::CatmullRom);
            Ok(Rendered { media_type: "image/jpeg", small: jpeg(&at(64))?, large: jpeg(&at(256))? })
        }
        Kind::Logo => {
            let within = |width, height| {
                let fits = image.width() <= width && image.height() <= height;
                if fits { image.clone() } else { image.resize(width, height, FilterType::CatmullRom) }
            };
            Ok(Rendered {
                media_type: "image/png",
                small: png(&within(192, 64))?,
                large: png(&within(768, 256))?,
            })
        }
    }
}

/// The image, the right way up.
fn read(bytes: &[u8]) -> Result<DynamicImage, ApiError> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(ApiError::internal)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        let detail = "Send a PNG, a JPEG or a WebP. What it is, its first bytes say.";
        return Err(ApiError::BadRequest(ProblemCode::UnsupportedImage, detail.to_owned()));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(too_many_pixels());
    }
    // One that cannot be read is that of an image as most are.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn refused(error: ImageError) -> ApiError {
    match error {
        ImageError::Limits(limit)
            if matches!(
                limit.kind(),
                LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory
            ) =>
        {
            too_many_pixels()
        }
        _ => {
            let detail =
                "It begins like an image and cannot be read to its end. Save it anew, or send another one.";
            ApiError::BadRequest(ProblemCode::BrokenImage, detail.to_owned())
        }
    }
}

fn too_many_pixels() -> ApiError {
    let detail =
        format!("An image may have at most {} million pixels and {SIDE} on a side.", PIXELS / 1_000_000);
    ApiError::BadRequest(ProblemCode::TooManyPixels, detail)
}

/// On white, where something is seen through.
fn jpeg(image: &DynamicImage) -> Result<Bytes, ApiError> {
    let mut pixels = image::RgbImage::new(image.width(), image.height());
    for (to, from) in pixels.pixels_mut().zip(image.to_rgba8().pixels()) {
        let [red, green, blue, alpha] = from.0;
        let over = |colour: u8| {
            let mixed = (u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        to.0 = [over(red), over(green), over(blue)];
    }
    let mut written = Vec::new();
    pixels
        .write_with_encoder(JpegEncoder::new_with_quality(&mut written, QUALITY))
        .map_err(ApiError::internal)?;
    Ok(written.into())
}

fn png(image: &DynamicImage) -> Result<Bytes, ApiError> {
    let mut written = Cursor::new(Vec::new());
    DynamicImage::from(image.to_rgba8())
        .write_to(&mut written, ImageFormat::Png)
        .map_err(ApiError::internal)?;
    Ok(written.into_inner().into())
}

#[cfg(test)]
mod tests;
