//! Everything that the API can do.

mod table;

use std::pin::Pin;

use utoipa::openapi::{RefOr, Schema};

use super::answers::Answered;
use super::call::Call;
use crate::features::api_keys::Right;

pub(super) use table::OPERATIONS;

/// What runs an operation.
pub(super) type Run = fn(Call) -> Pin<Box<dyn Future<Output = Answered> + Send>>;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

impl Method {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What a change must say about the version that it is made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precondition {
    /// Nothing: it changes nothing that exists.
    None,
    /// `If-Match`.
    Match,
    /// `If-Match`, or `If-None-Match: *` where it is new.
    MatchOrNew,
}

/// What is sent, or comes back.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) name: fn() -> std::borrow::Cow<'static, str>,
    pub(super) schema: fn() -> RefOr<Schema>,
    /// What it is made of.
    pub(super) parts: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Shape {
    pub(super) const fn of<T: utoipa::ToSchema>() -> Self {
        Self { name: T::name, schema: T::schema, parts: T::schemas }
    }
}

/// What comes back.
#[derive(Clone, Copy)]
pub(super) enum Returns {
    /// One thing.
    One(Shape),
    /// A page of a list.
    Page(Shape),
    /// Nothing.
    Nothing,
}

/// Something that the API can do.
pub(super) struct Operation {
    /// Its name (`operationId`).
    pub(super) id: &'static str,
    pub(super) method: Method,
    /// Below the base.
    pub(super) path: &'static str,
    /// One sentence.
    pub(super) summary: &'static str,
    /// The right that it takes.
    pub(super) right: Right,
    pub(super) precondition: Precondition,
    /// What the query may say beside `limit` and `cursor`: name and meaning.
    pub(super) query: &'static [(&'static str, &'static str)],
    /// What is sent.
    pub(super) takes: Option<Shape>,
    /// The status of success.
    pub(super) status: u16,
    pub(super) returns: Returns,
    pub(super) run: Run,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Operation {
    pub(super) const fn is_change(&self) -> bool {
        !matches!(self.method, Method::Get)
    }

    pub(super) const fn is_list(&self) -> bool {
        matches!(self.returns, Returns::Page(_))
    }

    /// The names in its path.
    pub(super) fn places(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    pub(super) const fn new(id: &'static str, path: &'static str, right: Right, run: Run) -> Self {
        Self {
            id,
            method: Method::Get,
            path,
            summary: "",
            right,
            precondition: Precondition::None,
            query: &[],
            takes: None,
            status: 200,
            returns: Returns::Nothing,
            run,
        }
    }

    pub(super) const fn about(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    pub(super) const fn list(self, shape: Shape) -> Self {
        Self { returns: Returns::Page(shape), ..self }
    }

    pub(super) const fn one(self, shape: Shape) -> Self {
        Self { returns: Returns::One(shape), ..self }
    }

    pub(super) const fn asking(self, query: &'static [(&'static str, &'static str)]) -> Self {
        Self { query, ..self }
    }

    /// Makes something new.
    pub(super) const fn post(self, takes: Shape, returns: Shape) -> Self {
        let returns = Returns::One(returns);
        Self { method: Method::Post, takes: Some(takes), status: 201, returns, ..self }
    }

    /// Does something with what is there.
    pub(super) const fn act(self) -> Self {
        Self { method: Method::Post, precondition: Precondition::Match, status: 204, ..self }
    }

    /// What is there after that.
    pub(super) const fn returning(self, shape: Shape) -> Self {
        Self { status: 200, returns: Returns::One(shape), ..self }
    }

    pub(super) const fn patch(self, takes: Shape, returns: Shape) -> Self {
        let returns = Returns::One(returns);
        let precondition = Precondition::Match;
        Self { method: Method::Patch, precondition, takes: Some(takes), returns, ..self }
    }

    pub(super) const fn put(self, takes: Shape, returns: Shape) -> Self {
        let returns = Returns::One(returns);
        let precondition = Precondition::MatchOrNew;
        Self { method: Method::Put, precondition, takes: Some(takes), returns, ..self }
    }

    pub(super) const fn delete(self) -> Self {
        Self {
            method: Method::Delete,
            precondition: Precondition::Match,
            status: 204,
            returns: Returns::Nothing,
            ..self
        }
    }

    /// Changes what is there, of whatever version.
    pub(super) const fn changing(self, takes: Shape) -> Self {
        Self { method: Method::Patch, takes: Some(takes), ..self }
    }

    /// Takes away what is there, of whatever version.
    pub(super) const fn removing(self) -> Self {
        Self { method: Method::Delete, status: 204, ..self }
    }

    pub(super) const fn matching(self) -> Self {
        Self { precondition: Precondition::Match, ..self }
    }
}
