//! Telephone numbers that text messages go to.

use std::fmt;
use std::str::FromStr;

use phonenumber::Type;
use phonenumber::metadata::DATABASE;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A telephone number in the one spelling that is kept: E.164, such as `+31612345678`.
///
/// It has no `Display`, and its `Debug` shows the last digits only: a number is printed on purpose or not at all.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

/// The text is not a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a telephone number")]
pub struct NotAPhoneNumber;

/// Why no text message goes to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneRefusal {
    /// Nobody can have this number.
    #[error("nobody can have this number")]
    Impossible,
    /// It belongs to a country that is not sent to.
    #[error("no text messages go to this country")]
    Country,
    /// It is no mobile number: a fixed line, or a premium, shared-cost or toll-free service.
    #[error("this is not a mobile number")]
    NotMobile,
}

impl PhoneNumber {
    /// Reads what a person typed: `06 12345678` in their own country, or with a country code from anywhere.
    ///
    /// # Errors
    ///
    /// When it is not a telephone number.
    pub fn typed(text: &str, country: Option<&str>) -> Result<Self, NotAPhoneNumber> {
        let text = text.trim();
        if text.len() > 40 || text.chars().any(|c| c.is_alphabetic() || c.is_control() || c == ';') {
            return Err(NotAPhoneNumber);
        }
        // In most of the world 00 dials out, also where the country is not known.
        let text = text.strip_prefix("00").map_or_else(|| text.to_owned(), |rest| format!("+{rest}"));
        let country = country.and_then(|code| code.parse().ok());
        let number = phonenumber::parse(country, text).map_err(|_| NotAPhoneNumber)?;
        number.format().mode(phonenumber::Mode::E164).to_string().parse()
    }

    /// The number, in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with all but its last two digits hidden: `•• •• •• 42`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("•• •• •• {}", &self.0[self.0.len() - 2..])
    }

    /// Whether text messages may go to this number: a mobile number of one of these countries (two-letter codes, ISO
    /// 3166-1). Ask before a number is enrolled and before each message.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn is_allowed(&self, countries: &[String]) -> Result<(), PhoneRefusal> {
        let number = phonenumber::parse(None, &self.0).map_err(|_| PhoneRefusal::Impossible)?;
        if !number.is_valid() {
            return Err(PhoneRefusal::Impossible);
        }
        // A number that belongs to no country (satellites, international services) is in no list.
        let country = number.country().id().ok_or(PhoneRefusal::Country)?;
        if !countries.iter().any(|code| code == country.as_ref()) {
            return Err(PhoneRefusal::Country);
        }
        match number.number_type(&DATABASE) {
            Type::Mobile | Type::FixedLineOrMobile => Ok(()),
            _ => Err(PhoneRefusal::NotMobile),
        }
    }
}

impl FromStr for PhoneNumber {
    type Err = NotAPhoneNumber;

    /// Takes back a number in E.164 (ITU-T E.164, section 6: at most fifteen digits).
    fn from_str(text: &str) -> Result<Self, NotAPhoneNumber> {
        let digits = text.strip_prefix('+').ok_or(NotAPhoneNumber)?;
        let well_formed = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(NotAPhoneNumber) }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        text.parse().unwrap()
    }

    #[test]
    fn what_people_type_becomes_one_spelling() {
        for text in ["06 12345678", "+31 6 1234 5678", "+31 (0)6-12345678", "0031612345678", " 06-12 34 56 78 "] {
            assert_eq!(PhoneNumber::typed(text, Some("NL")), Ok(number("+31612345678")), "{text}");
        }
        assert_eq!(PhoneNumber::typed("0470 12 34 56", Some("BE")), Ok(number("+32470123456")));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "anna", "06", "+31", "06 1234 5678\r\nX: y", "+31612345678;ext=1", "0800-FLOWERS"] {
            assert_eq!(PhoneNumber::typed(text, Some("NL")), Err(NotAPhoneNumber), "{text:?}");
        }
        for text in ["0612345678", "+0612345678", "+31 612345678", "+3161234567890123", "+٣١٦١٢٣٤٥٦٧٨"] {
            assert_eq!(text.parse::<PhoneNumber>(), Err(NotAPhoneNumber), "{text:?}");
        }
    }

    #[test]
    fn a_number_is_never_printed_whole() {
        assert_eq!(format!("{:?}", number("+31612345642")), "•• •• •• 42");
    }

    #[test]
    fn only_mobile_numbers_of_the_listed_countries_are_sent_to() {
        let countries = ["NL".to_owned(), "BE".to_owned()];
        let ask = |text: &str| number(text).is_allowed(&countries);
        assert_eq!(ask("+31612345678"), Ok(()));
        assert_eq!(ask("+32470123456"), Ok(()));
        assert_eq!(ask("+4915112345678"), Err(PhoneRefusal::Country));
        assert_eq!(ask("+12025550123"), Err(PhoneRefusal::Country));
        assert_eq!(ask("+881612345678"), Err(PhoneRefusal::Country), "a satellite");
        assert_eq!(ask("+31900123456"), Err(PhoneRefusal::NotMobile), "a premium number");
        assert_eq!(ask("+31800123456"), Err(PhoneRefusal::NotMobile), "a toll-free number");
        assert_eq!(ask("+31201234567"), Err(PhoneRefusal::NotMobile), "a fixed line");
        assert_eq!(ask("+31612345"), Err(PhoneRefusal::Impossible));
        assert_eq!(number("+31612345678").is_allowed(&[]), Err(PhoneRefusal::Country), "nothing is the default");
    }

    #[test]
    fn islands_that_share_a_code_are_told_apart() {
        let british = ["GB".to_owned()];
        assert_eq!(number("+447400123456").is_allowed(&british), Ok(()));
        assert_eq!(number("+447911123456").is_allowed(&british), Err(PhoneRefusal::Country), "Guernsey");
        assert_eq!(number("+447012345678").is_allowed(&british), Err(PhoneRefusal::NotMobile), "a personal number");
    }
}
