//! The table `factor_preferences`.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, FromQueryResult as _, QueryFilter as _, QueryTrait as _,
};

use crate::domain::ids::AccountId;
use crate::domain::{FactorKind, Timestamp};
use crate::storage::{Lookup, Reader, StorageError, Writer};

mod rows {
    use sea_orm::entity::prelude::*;

    use crate::domain::ids::AccountId;
    use crate::domain::{FactorKind, Timestamp};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "factor_preferences")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) account_id: AccountId,
        pub(super) default_kind: Option<FactorKind>,
        pub(super) passkey_offers: i64,
        pub(super) passkey_offered_at: Option<Timestamp>,
        pub(super) must_enrol: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

/// What an account prefers, and what it was offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The kind of second step that is asked for first.
    pub default_kind: Option<FactorKind>,
    /// How often a passkey was offered.
    pub passkey_offers: i64,
    /// When it was last offered.
    pub passkey_offered_at: Option<Timestamp>,
    /// The helpdesk let the person back in: a factor must be set up first of all.
    pub must_enrol: bool,
}

/// What an account prefers.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_preferences(db: &Reader, account: AccountId) -> Result<Preferences, StorageError> {
    db.ask(look_up_preferences(account)).await
}

/// The same, to be asked for together with other things.
pub(in crate::features::factors) fn look_up_preferences(account: AccountId) -> Lookup<Preferences> {
    Lookup::new(rows::Entity::find_by_id(account).into_query(), |rows| {
        let row = rows.first().map(|row| rows::Model::from_query_result(row, "")).transpose()?;
        Ok(row.map_or_else(Preferences::default, |row| Preferences {
            default_kind: row.default_kind,
            passkey_offers: row.passkey_offers,
            passkey_offered_at: row.passkey_offered_at,
            must_enrol: row.must_enrol,
        }))
    })
}

fn row(account: AccountId) -> rows::ActiveModel {
    rows::ActiveModel {
        account_id: Set(account),
        default_kind: Set(None),
        passkey_offers: Set(0),
        passkey_offered_at: Set(None),
        must_enrol: Set(false),
    }
}

/// Chooses the kind of second step that is asked for first.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_default_kind(
    db: &mut Writer,
    account: AccountId,
    kind: Option<FactorKind>,
) -> Result<(), StorageError> {
    rows::Entity::insert(rows::ActiveModel { default_kind: Set(kind), ..row(account) })
        .on_conflict(OnConflict::column(Column::AccountId).update_column(Column::DefaultKind).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Demands that a factor is set up at the next sign-in, whatever the rules say; setting one up lifts it.
///
/// # Errors
///
/// When the database refuses.
pub async fn demand_enrolment(db: &mut Writer, account: AccountId) -> Result<(), StorageError> {
    rows::Entity::insert(rows::ActiveModel { must_enrol: Set(true), ..row(account) })
        .on_conflict(OnConflict::column(Column::AccountId).update_column(Column::MustEnrol).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// A factor was set up.
pub(in crate::features::factors) async fn lift_demand(db: &mut Writer, account: AccountId) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::MustEnrol, Expr::value(false))
        .filter(Column::AccountId.eq(account))
        .filter(Column::MustEnrol.eq(true))
        .exec(db)
        .await?;
    Ok(())
}

/// Remembers that a passkey was offered and not taken.
///
/// # Errors
///
/// When the database refuses.
pub async fn answer_offer(db: &mut Writer, account: AccountId, now: Timestamp) -> Result<(), StorageError> {
    let more = Expr::col((rows::Entity, Column::PasskeyOffers)).add(1);
    rows::Entity::insert(rows::ActiveModel {
        passkey_offers: Set(1),
        passkey_offered_at: Set(Some(now)),
        ..row(account)
    })
    .on_conflict(
        OnConflict::column(Column::AccountId)
            .value(Column::PasskeyOffers, more)
            .update_column(Column::PasskeyOfferedAt)
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}
