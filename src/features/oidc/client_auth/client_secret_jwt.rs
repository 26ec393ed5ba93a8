//! `client_secret_jwt`: a statement that the app's secret signs (OpenID Connect Core, section 9).

use super::assertion::Assertion;
use super::{Found, Presented};

pub(super) fn find<'a>(presented: &Presented<'a>) -> Found<'a> {
    Assertion::find(presented, |algorithm| algorithm == "HS256")
}
