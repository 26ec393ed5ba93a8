//! What a row of the file says about a person, or why it says nothing that can be used.

mod authenticator;
mod fields;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Settings;
use crate::domain::names::{LONGEST_GROUP, LONGEST_NAME, MOST_GROUPS, hides};
use crate::domain::network::Network;
use crate::domain::{Email, Language, Secret};
use crate::features::accounts::is_username;
use crate::features::organisations::Role;
use crate::features::passwords::ImportedHash;

pub use fields::Field;

/// The most groups and networks of one person.
const MOST: usize = MOST_GROUPS;

/// A row as the file has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw {
    pub(super) values: BTreeMap<Field, Given>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    One(String),
    Many(Vec<String>),
}

/// Why a row is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which field; none for the whole row.
    pub field: Option<Field>,
    /// What is wrong with it: the end of a sentence that begins with the field. It never holds what the field holds.
    pub what: String,
}

impl Problem {
    pub(super) fn of(field: impl Into<Option<Field>>, what: impl Into<String>) -> Self {
        Self { field: field.into(), what: what.into() }
    }
}

/// What a row says about a person.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) email: Email,
    pub(super) name: String,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) username: Option<String>,
    pub(super) language: Option<Language>,
    pub(super) organisation: Option<String>,
    pub(super) role: Role,
    pub(super) groups: Vec<String>,
    pub(super) password: Option<ImportedHash>,
    pub(super) totp: Option<Secret<Vec<u8>>>,
    pub(super) networks: Vec<Network>,
    pub(super) disabled: bool,
    pub(super) email_verified: bool,
    /// The fields that the row has something in.
    pub(super) given: BTreeSet<Field>,
}

/// Reads the values of one row, and collects what is wrong.
struct Reading<'a> {
    raw: &'a Raw,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn problem(&mut self, field: Field, what: impl Into<String>) {
        self.problems.push(Problem::of(field, what));
    }

    fn text(&mut self, field: Field) -> Option<String> {
        match self.raw.values.get(&field)? {
            Given::One(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Given::Many(_) => {
                self.problem(field, "is a list");
                None
            }
        }
    }

    fn parsed<T, E: std::fmt::Display>(&mut self, field: Field, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.text(field)?;
        parse(&text).map_err(|why| self.problem(field, why.to_string())).ok()
    }

    fn list(&mut self, field: Field) -> Vec<String> {
        let values: Vec<String> = match self.raw.values.get(&field) {
            None => return Vec::new(),
            Some(Given::Many(values)) => values.iter().map(|value| value.trim().to_owned()).collect(),
            Some(Given::One(text)) => text.split([';', '|', '\n']).map(|value| value.trim().to_owned()).collect(),
        };
        let mut list: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
        list.dedup();
        if list.len() > MOST {
            self.problem(field, format!("has more than {MOST} values"));
            list.clear();
        }
        list
    }

    fn name(&mut self, field: Field) -> Option<String> {
        self.parsed(field, |text| line(text, LONGEST_NAME))
    }

    fn flag(&mut self, field: Field) -> Option<bool> {
        self.parsed(field, |text| match text.to_lowercase().as_str() {
            "true" | "yes" | "y" | "ja" | "1" => Ok(true),
            "false" | "no" | "n" | "nee" | "0" => Ok(false),
            _ => Err("is neither true nor false"),
        })
    }

    fn networks(&mut self, can_be_known: impl Fn(Network) -> bool) -> Vec<Network> {
        let mut networks = Vec::new();
        for text in self.list(Field::Networks) {
            let read = text.strip_suffix("/64").unwrap_or(&text).parse::<IpAddr>().map(Network::of);
            match read {
                Ok(network) if can_be_known(network) => networks.push(network),
                Ok(_) => self.problem(Field::Networks, "holds a private address, which tells no place from another"),
                Err(_) => self.problem(Field::Networks, "holds something that is no IP address"),
            }
        }
        networks.sort_unstable();
        networks.dedup();
        networks
    }
}

/// One line of visible text.
fn line(text: &str, longest: usize) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(hides) {
        return Err("has characters that do not show".to_owned());
    }
    if text.chars().count() > longest {
        return Err(format!("has more than {longest} characters"));
    }
    Ok(text)
}

/// What a row says about a person.
pub(super) fn person_of(
    raw: &Raw,
    settings: &Settings,
    can_be_known: impl Fn(Network) -> bool,
) -> Result<Person, Vec<Problem>> {
    let mut row = Reading { raw, problems: Vec::new() };
    let email = row.parsed(Field::Email, |text| text.parse::<Email>().map_err(|_| "is no email address"));
    if email.is_none() && row.problems.is_empty() {
        row.problem(Field::Email, "is missing");
    }
    let (given_name, family_name) = (row.name(Field::GivenName), row.name(Field::FamilyName));
    let parts: Vec<&str> = [&given_name, &family_name].into_iter().flatten().map(String::as_str).collect();
    let name = row.name(Field::Name).or_else(|| Some(parts.join(" ")).filter(|name| !name.is_empty()));
    if name.is_none() && !row.problems.iter().any(|problem| problem.field == Some(Field::Name)) {
        row.problem(Field::Name, "is missing");
    }
    let username = row.parsed(Field::Username, |text| {
        let name = text.to_lowercase();
        if is_username(&name) {
            Ok(name)
        } else {
            Err("may have 2 to 64 small letters, digits, dots, dashes and underscores, and no @")
        }
    });
    let language = row.parsed(Field::Language, str::parse::<Language>);
    let organisation = row.name(Field::Organisation).or_else(|| settings.organisation.clone());
    if organisation.is_none() && !row.problems.iter().any(|problem| problem.field == Some(Field::Organisation)) {
        row.problem(Field::Organisation, "is missing; --organisation names one for all rows");
    }
    let role = row.parsed(Field::Role, |text| {
        text.to_lowercase().parse::<Role>().map_err(|_| "is none of employee, accountant and administrator")
    });
    let mut groups = Vec::new();
    for group in row.list(Field::Groups) {
        match line(&group, LONGEST_GROUP) {
            Ok(group) => groups.push(group),
            Err(what) => row.problem(Field::Groups, format!("holds one that {what}")),
        }
    }
    let password = row.parsed(Field::PasswordHash, ImportedHash::parse);
    let totp = row.parsed(Field::TotpSecret, authenticator::key_of);
    let networks = row.networks(can_be_known);
    let (disabled, email_verified) = (row.flag(Field::Disabled), row.flag(Field::EmailVerified));
    let (Some(email), Some(name), true) = (email, name, row.problems.is_empty()) else { return Err(row.problems) };
    let has_something = |given: &Given| match given {
        Given::One(text) => !text.trim().is_empty(),
        Given::Many(values) => !values.is_empty(),
    };
    Ok(Person {
        email,
        name,
        given_name,
        family_name,
        username,
        language,
        organisation,
        role: role.unwrap_or(Role::Employee),
        groups,
        password,
        totp,
        networks,
        disabled: disabled.unwrap_or(false),
        email_verified: email_verified.unwrap_or(false),
        given: raw.values.iter().filter(|(_, given)| has_something(given)).map(|(field, _)| *field).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(values: &[(Field, &str)]) -> Raw {
        Raw { values: values.iter().map(|(field, text)| (*field, Given::One((*text).to_owned()))).collect() }
    }

    fn read(values: &[(Field, &str)]) -> Result<Person, Vec<Problem>> {
        let settings = Settings { organisation: Some("Kantoor".to_owned()), ..Settings::default() };
        person_of(&raw(values), &settings, Network::is_public)
    }

    #[test]
    fn a_row_needs_an_address_and_a_name() {
        let person =
            read(&[(Field::Email, " Anna@Kantoor.nl"), (Field::GivenName, "Anna"), (Field::FamilyName, "Bos")]);
        let person = person.unwrap();
        assert_eq!((person.email.as_str(), person.name.as_str()), ("anna@kantoor.nl", "Anna Bos"));
        assert_eq!((person.role, person.disabled, person.email_verified), (Role::Employee, false, false));
        let problems = read(&[]).unwrap_err();
        assert_eq!(
            problems.iter().filter_map(|problem| problem.field).collect::<Vec<_>>(),
            [Field::Email, Field::Name]
        );
    }

    #[test]
    fn every_field_names_its_fault_and_not_what_it_holds() {
        let good = [(Field::Email, "anna@kantoor.nl"), (Field::Name, "Anna")];
        for (field, text) in [
            (Field::Email, "anna"),
            (Field::Name, "An\u{202e}na"),
            (Field::Username, "anna@x"),
            (Field::Language, "fr-secret"),
            (Field::Role, "secretary"),
            (Field::PasswordHash, "secret"),
            (Field::PasswordHash, "$2b$31$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS"),
            (Field::TotpSecret, "secret"),
            (Field::Networks, "192.168.1.1"),
            (Field::Networks, "1.2.3.4;secret"),
            (Field::Disabled, "secret"),
            (Field::Groups, "a;b\u{0}secret"),
        ] {
            let mut values = good.to_vec();
            values.retain(|(known, _)| *known != field);
            values.push((field, text));
            let problems = read(&values).unwrap_err();
            assert!(problems.iter().all(|problem| problem.field == Some(field)), "{field}: {problems:?}");
            assert!(problems.iter().all(|problem| !problem.what.contains("secret")), "{field}: {problems:?}");
        }
    }

    #[test]
    fn lists_are_split_and_networks_are_networks() {
        let person = read(&[
            (Field::Email, "anna@kantoor.nl"),
            (Field::Name, "Anna"),
            (Field::Groups, "Tax; Audit |"),
            (Field::Networks, "81.2.69.142;2a02:a45f::1/64;2a02:a45f::2"),
        ]);
        let person = person.unwrap();
        assert_eq!(person.groups, ["Tax", "Audit"]);
        assert_eq!(person.networks.len(), 2);
        let many = (0..101).map(|n| n.to_string()).collect::<Vec<_>>().join(";");
        assert!(read(&[(Field::Email, "a@b.nl"), (Field::Name, "A"), (Field::Groups, &many)]).is_err());
    }
}
