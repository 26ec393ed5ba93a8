//! What people may call themselves.

/// What is left of the parts of a name when the whole changes: a given name that the new name does not begin with and
/// a family name that it does not end with are somebody else's.
pub(super) fn kept_part(part: Option<String>, name: &str, at_the_end: bool) -> Option<String> {
    part.filter(|part| {
        let rest = if at_the_end { name.strip_suffix(part.as_str()) } else { name.strip_prefix(part.as_str()) };
        let edge = if at_the_end {
            rest.and_then(|rest| rest.chars().next_back())
        } else {
            rest.and_then(|rest| rest.chars().next())
        };
        rest.is_some() && edge.is_none_or(char::is_whitespace)
    })
}

/// The most characters of a name.
const LONGEST_NAME: usize = 100;

/// A name as it is kept; none when it is empty, too long, or would spoil a line of text.
pub(super) fn parse_name(typed: &str) -> Option<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = !name.is_empty() && name.chars().count() <= LONGEST_NAME;
    (fits && !name.chars().any(|c| c.is_control() || is_direction_mark(c))).then_some(name)
}

/// Marks that turn the direction of text, and so hide what it says (Unicode TR 36, section 2.5).
const fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_name_stay_only_while_they_fit() {
        let kept = |part: &str, name, at_the_end| kept_part(Some(part.to_owned()), name, at_the_end).is_some();
        assert!(kept("Anna", "Anna Bakker", false) && !kept("Anna", "Annabel Bakker", false));
        assert!(kept("de Vries", "Anna de Vries", true) && !kept("de Vries", "Anna Bakker", true));
    }

    #[test]
    fn a_name_is_one_line_of_visible_text() {
        assert_eq!(parse_name("  Anna   de Vries ").as_deref(), Some("Anna de Vries"));
        for typed in ["", "  ", "Anna\u{202e}sevirD", "Anna\u{0}", &"a".repeat(101)] {
            assert_eq!(parse_name(typed), None, "{typed:?}");
        }
    }
}
