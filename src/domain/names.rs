//! What people, organisations and groups may be called: one rule for pages, programs, files and the command line.

/// The most characters of the name of a person or an organisation.
pub const LONGEST_NAME: usize = 200;
/// The most groups of one membership.
pub const MOST_GROUPS: usize = 100;
/// The most characters of the name of a group.
pub const LONGEST_GROUP: usize = 100;

/// Whether a character does not show: it breaks a line, or turns the direction of text and so hides what it says (Unicode
/// TR 36, section 2.5).
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// Whether a person or an organisation may be called so.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.trim() == name && name.chars().count() <= LONGEST_NAME && !name.chars().any(hides)
}

/// A name as it is kept, from what was typed; none when nobody may be called so.
#[must_use]
pub fn parse_name(typed: &str) -> Option<String> {
    Some(typed.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|name| is_name(name))
}

/// Whether whoever is invited may be called so: a mail to a stranger greets with it, so it is no advertisement either.
#[must_use]
pub fn is_name_of_a_stranger(name: &str) -> bool {
    is_name(name) && !name.contains(['/', ':', '@'])
}

/// Groups as they are kept: each once, in the order in which they were named; none when one cannot be used, or there are
/// too many.
#[must_use]
pub fn parse_groups<'a>(named: impl IntoIterator<Item = &'a str>) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for group in named.into_iter().map(str::trim) {
        if group.is_empty() || group.chars().count() > LONGEST_GROUP || group.chars().any(hides) {
            return None;
        }
        if !all.iter().any(|known| known == group) {
            all.push(group.to_owned());
        }
    }
    (all.len() <= MOST_GROUPS).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_shows() {
        assert_eq!(parse_name("  Anna\n de   Vries ").as_deref(), Some("Anna de Vries"));
        assert!(parse_name(&"é".repeat(LONGEST_NAME)).is_some() && parse_name(&"é".repeat(LONGEST_NAME + 1)).is_none());
        for wrong in ["", " ", "Anna\u{0}", "Anna\u{202e}annA"] {
            assert_eq!(parse_name(wrong), None, "{wrong:?}");
        }
        for wrong in [" Anna", "Anna ", "An\nna"] {
            assert!(!is_name(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_stranger_is_not_called_like_an_address() {
        assert!(is_name_of_a_stranger("Anne-Marie d'Arc (BTW)"));
        for wrong in ["win.example/now", "https:", "a@b.nl", ""] {
            assert!(!is_name_of_a_stranger(wrong), "{wrong}");
        }
    }

    #[test]
    fn groups_are_few_short_and_each_there_once() {
        assert_eq!(parse_groups([" Loon ", "BTW", "Loon"]).unwrap(), ["Loon", "BTW"]);
        assert_eq!(parse_groups([]), Some(Vec::new()));
        assert!(parse_groups([&*"x".repeat(LONGEST_GROUP)]).is_some());
        for wrong in ["", " ", "a\u{7}b", &"x".repeat(LONGEST_GROUP + 1)] {
            assert_eq!(parse_groups([wrong]), None, "{wrong:?}");
        }
        let many: Vec<String> = (0..=MOST_GROUPS).map(|number| number.to_string()).collect();
        assert_eq!(parse_groups(many.iter().map(String::as_str)), None);
        assert!(parse_groups(many[1..].iter().map(String::as_str)).is_some());
    }
}
