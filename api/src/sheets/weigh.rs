//! What a workbook would weigh once it is read, found out before the reader sees it.
//!
//! All parts are unpacked once into nothing, counting, and their tags looked at as the reader looks at them: it sets aside
//! as much memory as a part says that it will need, and writes some texts once more for each tag that names them. Where
//! the parser stops, the reader stops too, so nothing behind that counts.

use std::io::{BufReader, Cursor, Read};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use shared::Violation;
use zip::ZipArchive;

use super::{UNPACKED, too_heavy, unreadable};

/// The most parts of a workbook.
const PARTS: usize = 1_000;
/// The shortest shared string, `<si/>`, in bytes.
const SHORTEST_STRING: u64 = 5;
/// About what the reader keeps for each style beside its texts, in bytes.
const STYLE: u64 = 512;
const KIND: &str = "an XLSX workbook";

/// Refuses a workbook that would take more memory than is bearable.
pub(super) fn check(bytes: &[u8]) -> Result<(), Violation> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable(KIND))?;
    if archive.len() > PARTS {
        return Err(unreadable(KIND));
    }
    let mut left = UNPACKED;
    let mut copies = Copies::default();
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| unreadable(KIND))?;
        // One byte more than is allowed tells that there is more; what the head of the part says counts for nothing.
        let (unpacked, strings) = read_part(part.take(left + 1), &mut copies)?;
        left = left.checked_sub(unpacked).ok_or_else(too_heavy)?;
        if strings > unpacked / SHORTEST_STRING {
            return Err(unreadable(KIND));
        }
    }
    if copies.bytes() > UNPACKED.saturating_mul(2) { Err(too_heavy()) } else { Ok(()) }
}

/// What the reader writes once for each tag of one kind: texts of tags of another.
#[derive(Debug, Default)]
struct Copies {
    /// Tags for each of which a text is copied.
    tags: u64,
    /// The longest tag with a text that is copied.
    longest: u64,
}

impl Copies {
    fn bytes(&self) -> u64 {
        self.tags.saturating_mul(self.longest.saturating_add(STYLE))
    }

    fn note(&mut self, tag: &BytesStart<'_>) {
        let length = u64::try_from(tag.len()).unwrap_or(u64::MAX);
        match tag.local_name().as_ref() {
            "sheet" => {
                self.tags += 1;
                self.longest = self.longest.max(length);
            }
            "xf" | "font" | "fill" | "border" => self.tags += 1,
            "Relationship" | "numFmt" | "name" => self.longest = self.longest.max(length),
            _ => {}
        }
    }
}

/// Reads a part to its end: how many bytes it has, and how many shared strings it says to have.
fn read_part(part: std::io::Take<impl Read>, copies: &mut Copies) -> Result<(u64, u64), Violation> {
    let allowed = part.limit();
    let mut xml = Reader::from_reader(BufReader::new(part));
    // As the reader has it, so that both see the same tags.
    let config = xml.config_mut();
    config.check_end_names = false;
    config.check_comments = false;
    config.expand_empty_elements = true;
    let (mut buffer, mut strings) = (Vec::new(), 0);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) if tag.local_name().as_ref() == "sst" => {
                strings = strings.max(declared(tag.attributes_raw()).ok_or_else(|| unreadable(KIND))?);
            }
            Ok(Event::Start(tag)) => copies.note(&tag),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    // What is no XML is counted all the same.
    let mut rest = xml.into_inner();
    std::io::copy(&mut rest, &mut std::io::sink()).map_err(|_| unreadable(KIND))?;
    Ok((allowed.saturating_sub(rest.get_ref().limit()), strings))
}

/// How many strings the attributes of `sst` announce; absent where that is no number.
fn declared(attributes: &str) -> Option<u64> {
    let mut most = 0;
    for (at, name) in attributes.match_indices("uniqueCount") {
        let rest = attributes.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (number, _) = rest.get(1..)?.split_once(quote)?;
        most = most.max(number.parse().ok()?);
    }
    Some(most)
}
