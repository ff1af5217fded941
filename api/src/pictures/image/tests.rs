//! What comes of what people bring.

use image::{GenericImageView as _, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

fn written(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).expect("it is written");
    bytes.into_inner()
}

/// Left half red, right half blue.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 0, 0]) } else { Rgb([0, 0, 220]) })
}

fn code(kind: Kind, bytes: &[u8]) -> Option<ProblemCode> {
    render(kind, bytes).err().map(|error| error.to_problem().code)
}

fn sides(bytes: &[u8]) -> (u32, u32) {
    image::load_from_memory(bytes).expect("an image").dimensions()
}

/// A JPEG with what cameras write beside the pixels: how it was held (turned by a quarter), and where.
fn by_camera(image: &RgbImage) -> Vec<u8> {
    let jpeg = written(image.clone(), ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS 42.24N 8.72W");
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_photo_is_a_square_from_the_middle() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let rendered = render(Kind::Photo, &written(halves(400, 300), format)).expect("it is read");
        assert_eq!(rendered.media_type, "image/jpeg", "{format:?}");
        assert_eq!((sides(&rendered.small), sides(&rendered.large)), ((64, 64), (256, 256)), "{format:?}");
        let large = image::load_from_memory(&rendered.large).expect("an image");
        let (left, right) = (large.get_pixel(20, 128), large.get_pixel(235, 128));
        assert!(
            left.0[0] > 150 && left.0[2] < 90 && right.0[2] > 150 && right.0[0] < 90,
            "{left:?} {right:?}"
        );
    }
}

#[test]
fn a_logo_stays_whole_and_what_is_seen_through_stays_so() {
    let logo = RgbaImage::from_pixel(1536, 256, Rgba([10, 20, 30, 0]));
    let rendered = render(Kind::Logo, &written(logo, ImageFormat::Png)).expect("it is read");
    assert_eq!((sides(&rendered.small), sides(&rendered.large)), ((192, 32), (768, 128)));
    assert_eq!(image::load_from_memory(&rendered.large).expect("an image").get_pixel(5, 5).0[3], 0);
    // A small one is not made larger.
    let small = render(Kind::Logo, &written(halves(40, 20), ImageFormat::Png)).expect("it is read");
    assert_eq!((sides(&small.small), sides(&small.large)), ((40, 20), (40, 20)));
}

#[test]
fn a_photo_is_turned_as_it_was_held_and_tells_not_where() {
    let camera = by_camera(&halves(400, 400));
    assert!(camera.windows(3).any(|part| part == b"GPS"));
    let rendered = render(Kind::Photo, &camera).expect("it is read");
    for bytes in [&rendered.small, &rendered.large] {
        assert!(
            !bytes.windows(3).any(|part| part == b"GPS") && !bytes.windows(4).any(|part| part == b"Exif")
        );
    }
    // A quarter to the right: what was left is above.
    let large = image::load_from_memory(&rendered.large).expect("an image");
    let (above, below) = (large.get_pixel(128, 20), large.get_pixel(128, 235));
    assert!(above.0[0] > 150 && below.0[2] > 150, "{above:?} {below:?}");
}

#[test]
fn what_is_no_image_of_these_is_refused() {
    let good = written(halves(64, 64), ImageFormat::Png);
    for (what, bytes, expected) in [
        ("nothing", Vec::new(), ProblemCode::UnsupportedImage),
        ("text", b"hello".to_vec(), ProblemCode::UnsupportedImage),
        ("a drawing", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), ProblemCode::UnsupportedImage),
        ("a film", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), ProblemCode::UnsupportedImage),
        ("a head alone", good[..40].to_vec(), ProblemCode::BrokenImage),
        ("a half", good[..good.len() / 2].to_vec(), ProblemCode::BrokenImage),
        ("a mark alone", good[..8].to_vec(), ProblemCode::BrokenImage),
    ] {
        assert_eq!(code(Kind::Photo, &bytes), Some(expected), "{what}");
        assert_eq!(code(Kind::Logo, &bytes), Some(expected), "{what}");
    }
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    assert_eq!(code(Kind::Photo, &flipped), Some(ProblemCode::BrokenImage));
}

/// A few bytes that say they are an image of many: nothing is unpacked.
#[test]
fn what_would_unpack_to_too_much_is_refused_by_its_head() {
    for (width, height) in
        [(5_001_u32, 5_000_u32), (60_000, 60_000), (12_001, 1), (u32::MAX >> 1, u32::MAX >> 1)]
    {
        let mut head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        head.extend_from_slice(&width.to_be_bytes());
        head.extend_from_slice(&height.to_be_bytes());
        head.extend_from_slice(&[8, 2, 0, 0, 0]);
        let sum = crc32fast::hash(&head[12..]);
        head.extend_from_slice(&sum.to_be_bytes());
        head.extend_from_slice(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
        assert_eq!(code(Kind::Photo, &head), Some(ProblemCode::TooManyPixels), "{width} × {height}");
    }
}
