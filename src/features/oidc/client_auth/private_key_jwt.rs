//! `private_key_jwt`: a statement that the app's private key signs (RFC 7523, section 2.2).

use super::assertion::Assertion;
use super::{Found, Presented};

pub(super) fn find<'a>(presented: &Presented<'a>) -> Found<'a> {
    Assertion::find(presented, |algorithm| algorithm != "HS256")
}
