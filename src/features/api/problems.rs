//! Why a request is refused (RFC 9457).

use serde_json::{Value, json};

use crate::features::declarations::FieldFault;
use crate::storage::StorageError;
use crate::web::Error;

use super::answers::Answer;

/// Every kind of problem: its code, its status, and what it is called.
pub(super) const PROBLEMS: &[(&str, u16, &str)] = &[
    ("malformed", 400, "The request cannot be read"),
    ("bad_cursor", 400, "The cursor is not one of ours"),
    ("unauthenticated", 401, "The request shows no key that works"),
    ("forbidden", 403, "The key may not do this"),
    ("above_own_rights", 403, "This takes more rights than the key has"),
    ("not_found", 404, "There is no such thing"),
    ("method_not_allowed", 405, "This cannot be done here"),
    ("conflict", 409, "It is in the way of something else"),
    ("last_administrator", 409, "Somebody has to look after the organisation"),
    ("changed", 412, "It was changed in the meantime"),
    ("too_large", 413, "The request is too large"),
    ("unsupported_media_type", 415, "The body must be JSON"),
    ("invalid", 422, "Something in it cannot be used"),
    ("idempotency_key_reused", 422, "The Idempotency-Key was used for another request"),
    ("precondition_required", 428, "Say which version is to be changed"),
    ("too_many", 429, "Too many requests"),
    ("fault", 500, "Something went wrong"),
    ("busy", 503, "Not at this moment"),
];

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    /// What is wrong, for whoever wrote the program.
    pub(super) detail: String,
    /// The fields that are wrong.
    pub(super) fields: Vec<FieldFault>,
    /// The `WWW-Authenticate` header.
    pub(super) challenge: Option<String>,
    /// Seconds until it is worth trying again.
    pub(super) retry_after: Option<u64>,
}

impl Problem {
    pub(super) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), challenge: None, retry_after: None }
    }

    /// One or more fields that cannot be used.
    pub(super) fn fields(fields: Vec<FieldFault>) -> Self {
        let detail = match fields.as_slice() {
            [one] => one.says.clone(),
            several => format!("{} fields cannot be used.", several.len()),
        };
        Self { fields, ..Self::new("invalid", detail) }
    }

    /// A field that cannot be used.
    pub(super) fn field(path: &str, says: impl Into<String>) -> Self {
        Self::fields(vec![FieldFault::new(path, says)])
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new("not_found", format!("There is no such {what}, or it is not for this key."))
    }

    pub(super) fn above_own_rights(detail: impl Into<String>) -> Self {
        Self::new("above_own_rights", detail)
    }

    pub(super) fn status(&self) -> u16 {
        PROBLEMS.iter().find(|(code, ..)| *code == self.code).map_or(500, |(_, status, _)| *status)
    }

    /// The body of the answer.
    pub(super) fn document(&self, reference: &str) -> Value {
        let title = PROBLEMS.iter().find(|(code, ..)| *code == self.code).map_or("", |(.., title)| *title);
        let mut document = json!({
            "type": format!("urn:countersign:problem:{}", self.code),
            "title": title,
            "status": self.status(),
            "code": self.code,
            "detail": self.detail,
            "reference": reference,
        });
        if let Some(first) = self.fields.first() {
            document["field"] = json!(first.path);
            let all = self.fields.iter().map(|fault| json!({ "field": fault.path, "detail": fault.says }));
            document["fields"] = all.collect();
        }
        document
    }

    /// The status that SCIM knows for it (RFC 7644, section 3.12).
    pub(super) fn scim_status(&self) -> u16 {
        if self.code == "invalid" { 400 } else { self.status() }
    }

    /// The body of the answer as SCIM writes it (RFC 7644, section 3.12).
    pub(super) fn scim_document(&self) -> Value {
        let mut document = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.scim_status().to_string(),
            "detail": self.detail,
        });
        let kind = match (self.code, self.fields.first().map(|fault| fault.path.as_str())) {
            ("conflict", _) => "uniqueness",
            ("malformed", _) => "invalidSyntax",
            ("invalid", Some("filter")) => "invalidFilter",
            ("invalid", _) => "invalidValue",
            _ => return document,
        };
        document["scimType"] = json!(kind);
        document
    }
}

/// Why an operation does not go on.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    /// The request is refused.
    Refused(Problem),
    /// Nobody expected this.
    Fault(Error),
    /// It was done before, when the same request came; this was the answer.
    Before(Box<Answer>),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Vec<FieldFault>> for Stop {
    fn from(faults: Vec<FieldFault>) -> Self {
        Self::Refused(Problem::fields(faults))
    }
}
