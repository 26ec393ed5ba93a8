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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_name_stay_only_while_they_fit() {
        let kept = |part: &str, name, at_the_end| kept_part(Some(part.to_owned()), name, at_the_end).is_some();
        assert!(kept("Anna", "Anna Bakker", false) && !kept("Anna", "Annabel Bakker", false));
        assert!(kept("de Vries", "Anna de Vries", true) && !kept("de Vries", "Anna Bakker", true));
    }
}
