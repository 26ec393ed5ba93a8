//! JSON: an array of objects, or an object a line.

use std::io::{BufRead, Read as _};

use super::{FileFault, LONGEST_ROW, Row, raw_of};
use crate::features::import::rules::Problem;

/// An object a line. A line that is none is refused, and the next is read.
pub(super) fn read_lines(
    mut file: impl BufRead,
    ignored: &[String],
    mut each: impl FnMut(Row) -> bool,
) -> Result<(), FileFault> {
    let (mut line, mut bytes, mut text) = (0, 0, Vec::new());
    loop {
        text.clear();
        line += 1;
        let read = file.by_ref().take(LONGEST_ROW as u64 + 1).read_until(b'\n', &mut text)?;
        bytes += read as u64;
        if read == 0 {
            return Ok(());
        }
        if read > LONGEST_ROW {
            return Err(FileFault::RowTooLong { line });
        }
        if !text.trim_ascii().is_empty() && !each(Row { line, bytes, raw: raw_of(&text, ignored) }) {
            return Ok(());
        }
    }
}

/// Where an array is cut into its elements: brackets are counted, except within text.
#[derive(Default)]
struct Cut {
    depth: usize,
    in_text: bool,
    escaped: bool,
}

impl Cut {
    fn take(&mut self, byte: u8) {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    const fn is_between(&self) -> bool {
        self.depth == 0 && !self.in_text
    }
}

/// An array of objects. An element that is none is refused, and the next is read.
pub(super) fn read_array(
    file: impl BufRead,
    ignored: &[String],
    mut each: impl FnMut(Row) -> bool,
) -> Result<(), FileFault> {
    let (mut line, mut begins) = (1, 1);
    let (mut cut, mut element) = (Cut::default(), Vec::new());
    let (mut inside, mut ended) = (false, false);
    for (place, byte) in file.bytes().enumerate() {
        let byte = byte?;
        let bytes = place as u64 + 1;
        if byte == b'\n' {
            line += 1;
        }
        if !inside {
            match byte {
                b'[' if !ended => inside = true,
                byte if byte.is_ascii_whitespace() => {}
                _ => return Err(FileFault::NoArray { line }),
            }
            continue;
        }
        if cut.is_between() && (byte == b',' || byte == b']') {
            let is_empty = element.trim_ascii().is_empty();
            // Only an array without elements ends without one; a comma has one on both sides.
            let raw = if is_empty { Err(vec![Problem::of(None, "is empty")]) } else { raw_of(&element, ignored) };
            let goes_on = (is_empty && byte == b']') || each(Row { line: begins, bytes, raw });
            element.clear();
            if !goes_on {
                return Ok(());
            }
            if byte == b']' {
                (inside, ended) = (false, true);
            }
            continue;
        }
        if element.is_empty() {
            if byte.is_ascii_whitespace() {
                continue;
            }
            begins = line;
        }
        cut.take(byte);
        element.push(byte);
        if element.len() > LONGEST_ROW {
            return Err(FileFault::RowTooLong { line: begins });
        }
    }
    if ended { Ok(()) } else { Err(FileFault::NoArray { line }) }
}
