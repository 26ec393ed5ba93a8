//! Reads a mail (RFC 5322 and 2045 to 2047), as far as ours go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Received;

/// Reads a mail that came over the wire.
pub(super) fn read(raw: &str, to: String) -> Received {
    let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
    let subject = header(head, "subject").map(|value| decode_words(&value));
    let mut message = Received { at: 0, to, subject, text: String::new(), html: None, raw: raw.to_owned() };
    let kind = header(head, "content-type").unwrap_or_default();
    match kind.split_once("boundary=\"").and_then(|(_, rest)| rest.split('"').next()) {
        Some(boundary) => {
            // What stands before the first boundary and after the last is no part.
            for part in body.split(&format!("--{boundary}")).skip(1).filter(|part| !part.starts_with("--")) {
                let (head, body) = part.trim_start().split_once("\r\n\r\n").unwrap_or((part, ""));
                add(&mut message, head, body.strip_suffix("\r\n").unwrap_or(body));
            }
        }
        None => add(&mut message, head, body),
    }
    message
}

fn add(message: &mut Received, head: &str, body: &str) {
    let content = decode(&header(head, "content-transfer-encoding").unwrap_or_default(), body).replace("\r\n", "\n");
    if header(head, "content-type").unwrap_or_default().starts_with("text/html") {
        message.html = Some(content);
    } else {
        message.text = content;
    }
}

/// The value of a header, on one line.
pub(super) fn header(head: &str, name: &str) -> Option<String> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded
        .lines()
        .find_map(|line| line.split_once(':').filter(|(known, _)| known.eq_ignore_ascii_case(name)))
        .map(|(_, value)| value.trim().to_owned())
}

fn decode(encoding: &str, body: &str) -> String {
    let bytes = match encoding.to_ascii_lowercase().as_str() {
        "base64" => STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap_or_default(),
        "quoted-printable" => quoted_printable(body),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// RFC 2045, section 6.7.
fn quoted_printable(body: &str) -> Vec<u8> {
    let body = body.replace("=\r\n", "");
    let bytes = body.as_bytes();
    let mut all = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte =
            body.get(at + 1..at + 3).filter(|_| bytes[at] == b'=').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        all.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    all
}

/// Encoded words (RFC 2047) in base64; the space between two of them does not count.
fn decode_words(value: &str) -> String {
    let mut all = String::new();
    let mut was_encoded = false;
    for word in value.split(' ') {
        let text = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        let decoded = text.and_then(|text| STANDARD.decode(text).ok());
        let continues = was_encoded && decoded.is_some();
        if !all.is_empty() && !continues {
            all.push(' ');
        }
        was_encoded = decoded.is_some();
        all.push_str(&decoded.map_or_else(|| word.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_mail_are_read() {
        let raw = "Subject: =?utf-8?b?Wm/Dqw==?= =?utf-8?b?IQ==?= and\r\n more\r\n\
            Content-Type: multipart/alternative;\r\n boundary=\"B\"\r\n\r\n\
            --B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            Zo=C3=AB =3D long=\r\n line\r\n\r\n--B\r\nContent-Type: text/html\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nPGI+\r\n--B--\r\n";
        let read = read(raw, "a@b.nl".to_owned());
        assert_eq!(read.subject.as_deref(), Some("Zoë! and more"));
        assert_eq!(read.text, "Zoë = long line\n");
        assert_eq!(read.html.as_deref(), Some("<b>"));
    }
}
