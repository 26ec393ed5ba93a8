//! How the words of the domain look in a column: text for whatever prints and parses, JSON for small structures,
//! milliseconds for points in time.

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::ids::{
    AccountId, ApiKeyId, AppDraftId, AuditId, CeremonyId, ChallengeId, ClientSecretId, DeviceId, DeviceRequestId,
    FactorId, FailedRequestId, GrantId, InitialAccessTokenId, InteractionId, InvitationId, LinkId, MemberInvitationId,
    MembershipId, OrganisationId, OutboxId, PasswordResetId, RecoveryCaseId, RecoveryCodeId, RefreshTokenId,
    SecurityEventId, SessionId, TrialId, WebhookId,
};
use crate::domain::network::Network;
use crate::domain::secret::Fingerprint;
use crate::domain::{Algorithm, Email, FactorKind, Language, Timestamp};

/// Keeps a type that prints and parses as TEXT.
macro_rules! text_column {
    ($($type:ty),+ $(,)?) => {$(
        impl From<$type> for ::sea_orm::Value {
            fn from(value: $type) -> Self {
                ::sea_orm::Value::String(Some(value.to_string()))
            }
        }

        impl ::sea_orm::TryGetable for $type {
            fn try_get_by<I: ::sea_orm::ColIdx>(
                row: &::sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, ::sea_orm::TryGetError> {
                let text = <String as ::sea_orm::TryGetable>::try_get_by(row, index)?;
                text.parse().map_err(|_| {
                    ::sea_orm::TryGetError::DbErr(::sea_orm::DbErr::Type(format!(
                        "{text:?} is no {}",
                        stringify!($type)
                    )))
                })
            }
        }

        impl ::sea_orm::sea_query::ValueType for $type {
            fn try_from(value: ::sea_orm::Value) -> Result<Self, ::sea_orm::sea_query::ValueTypeErr> {
                match value {
                    ::sea_orm::Value::String(Some(text)) => {
                        text.parse().map_err(|_| ::sea_orm::sea_query::ValueTypeErr)
                    }
                    _ => Err(::sea_orm::sea_query::ValueTypeErr),
                }
            }

            fn type_name() -> String {
                stringify!($type).to_owned()
            }

            fn array_type() -> ::sea_orm::sea_query::ArrayType {
                ::sea_orm::sea_query::ArrayType::String
            }

            fn column_type() -> ::sea_orm::sea_query::ColumnType {
                ::sea_orm::sea_query::ColumnType::Text
            }
        }

        impl ::sea_orm::sea_query::Nullable for $type {
            fn null() -> ::sea_orm::Value {
                ::sea_orm::Value::String(None)
            }
        }

        impl ::sea_orm::TryFromU64 for $type {
            fn try_from_u64(_: u64) -> Result<Self, ::sea_orm::DbErr> {
                Err(::sea_orm::DbErr::Type(concat!(stringify!($type), " is not a number").to_owned()))
            }
        }
    )+};
}
pub(crate) use text_column;

text_column!(
    AccountId,
    ApiKeyId,
    AuditId,
    SecurityEventId,
    CeremonyId,
    ChallengeId,
    ClientSecretId,
    AppDraftId,
    FailedRequestId,
    TrialId,
    DeviceId,
    FactorId,
    DeviceRequestId,
    GrantId,
    InitialAccessTokenId,
    InteractionId,
    InvitationId,
    LinkId,
    MembershipId,
    OrganisationId,
    OutboxId,
    PasswordResetId,
    MemberInvitationId,
    RecoveryCaseId,
    RecoveryCodeId,
    RefreshTokenId,
    SessionId,
    WebhookId,
    Algorithm,
    Email,
    FactorKind,
    Fingerprint,
    Language,
    Network,
);

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::BigInt(Some(value.millis()))
    }
}

impl TryGetable for Timestamp {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        i64::try_get_by(row, index).map(Self::from_millis)
    }
}

impl ValueType for Timestamp {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <i64 as ValueType>::try_from(value).map(Self::from_millis)
    }

    fn type_name() -> String {
        "Timestamp".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::BigInt
    }

    fn column_type() -> ColumnType {
        ColumnType::BigInteger
    }
}

impl Nullable for Timestamp {
    fn null() -> Value {
        Value::BigInt(None)
    }
}

/// A small structure kept as JSON text: a list of addresses, the parameters of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> From<Json<T>> for Value {
    fn from(value: Json<T>) -> Self {
        // Only a map with keys that are no strings cannot become JSON, and no column holds one.
        Self::String(Some(serde_json::to_string(&value.0).unwrap_or_default()))
    }
}

impl<T: DeserializeOwned> TryGetable for Json<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(row, index)?;
        serde_json::from_str(&text).map(Self).map_err(|error| TryGetError::DbErr(DbErr::Json(error.to_string())))
    }
}

impl<T: DeserializeOwned> ValueType for Json<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let text = <String as ValueType>::try_from(value)?;
        serde_json::from_str(&text).map(Self).map_err(|_| ValueTypeErr)
    }

    fn type_name() -> String {
        "Json".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::Text
    }
}

impl<T> Nullable for Json<T> {
    fn null() -> Value {
        Value::String(None)
    }
}
