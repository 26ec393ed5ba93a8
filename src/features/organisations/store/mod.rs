//! The tables `organisations`, `memberships` and `invitations`.

mod invitations;
mod policies;

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{Membership, Organisation, Role};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, MembershipId, OrganisationId};
use crate::storage::{Json, Reader, StorageError, Writer, text_column};

pub use invitations::{
    add_invitation, find_invitation, find_invitation_by_secret, remove_old_invitations, use_invitation,
};
pub use policies::{find_rules, helpdesk_access, set_helpdesk_access, set_policy};

text_column!(Role);

mod organisations {
    use sea_orm::entity::prelude::*;

    use crate::domain::ids::{AccountId, OrganisationId};
    use crate::domain::{Policy, Timestamp};
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organisations")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: OrganisationId,
        pub(super) name: String,
        pub(super) version: i64,
        pub(super) policy: Json<Policy>,
        pub(super) created_at: Timestamp,
        pub(super) disabled_at: Option<Timestamp>,
        pub(super) policy_version: i64,
        pub(super) policy_before: Option<Json<Policy>>,
        pub(super) policy_changed_at: Option<Timestamp>,
        pub(super) policy_changed_by: Option<AccountId>,
        pub(super) helpdesk_until: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod memberships {
    use sea_orm::entity::prelude::*;

    use super::super::Role;
    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, MembershipId, OrganisationId};
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "memberships")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: MembershipId,
        pub(super) organisation_id: OrganisationId,
        pub(super) account_id: AccountId,
        pub(super) role: Role,
        pub(super) groups: Json<Vec<String>>,
        pub(super) created_at: Timestamp,
        pub(super) disabled_at: Option<Timestamp>,
        pub(super) added_by: Option<AccountId>,
        pub(super) role_by: Option<AccountId>,
        pub(super) role_since: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {
        #[sea_orm(
            belongs_to = "super::organisations::Entity",
            from = "Column::OrganisationId",
            to = "super::organisations::Column::Id"
        )]
        Organisation,
    }

    impl Related<super::organisations::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Organisation.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl From<organisations::Model> for Organisation {
    fn from(row: organisations::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            policy: row.policy.0,
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        }
    }
}

/// Adds an organisation.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_organisation(db: &mut Writer, organisation: &Organisation) -> Result<(), StorageError> {
    organisations::Entity::insert(organisations::ActiveModel {
        id: Set(organisation.id),
        name: Set(organisation.name.clone()),
        version: Set(0),
        policy: Set(Json(organisation.policy)),
        created_at: Set(organisation.created_at),
        disabled_at: Set(organisation.disabled_at),
        policy_version: Set(0),
        policy_before: Set(None),
        policy_changed_at: Set(None),
        policy_changed_by: Set(None),
        helpdesk_until: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The organisation with this identifier.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_organisation(db: &Reader, id: OrganisationId) -> Result<Option<Organisation>, StorageError> {
    Ok(organisations::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// The first organisation with exactly this name.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_organisation_by_name(db: &Reader, name: &str) -> Result<Option<Organisation>, StorageError> {
    let found = organisations::Entity::find()
        .filter(organisations::Column::Name.eq(name))
        .order_by_asc(organisations::Column::Id)
        .one(db)
        .await?;
    Ok(found.map(Into::into))
}

/// Who belongs to an organisation.
///
/// # Errors
///
/// When the database refuses.
pub async fn member_ids_of(db: &Reader, id: OrganisationId) -> Result<Vec<AccountId>, StorageError> {
    Ok(memberships::Entity::find()
        .select_only()
        .column(memberships::Column::AccountId)
        .filter(memberships::Column::OrganisationId.eq(id))
        .into_tuple()
        .all(db)
        .await?)
}

/// The accounts that can act as its administrators at this moment: those who are at home there.
///
/// # Errors
///
/// When the database refuses.
pub async fn administrators_of(db: &Reader, id: OrganisationId) -> Result<Vec<AccountId>, StorageError> {
    let at_home = Query::select()
        .column("id")
        .from("accounts")
        .and_where(Expr::col("home_organisation_id").eq(id))
        .and_where(Expr::col("disabled_at").is_null())
        .to_owned();
    Ok(memberships::Entity::find()
        .select_only()
        .column(memberships::Column::AccountId)
        .filter(memberships::Column::OrganisationId.eq(id))
        .filter(memberships::Column::Role.eq(Role::Administrator))
        .filter(memberships::Column::DisabledAt.is_null())
        .filter(memberships::Column::AccountId.in_subquery(at_home))
        .order_by_asc(memberships::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// All organisations, oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_organisations(db: &Reader) -> Result<Vec<Organisation>, StorageError> {
    let rows = organisations::Entity::find().order_by_asc(organisations::Column::Id).all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Makes an account a member of an organisation.
///
/// # Errors
///
/// When it is one already ([`StorageError::Duplicate`]), or the database refuses.
pub async fn add_membership(
    db: &mut Writer,
    id: MembershipId,
    (organisation_id, account_id): (OrganisationId, AccountId),
    role: Role,
    groups: Vec<String>,
    now: Timestamp,
) -> Result<(), StorageError> {
    memberships::Entity::insert(memberships::ActiveModel {
        id: Set(id),
        organisation_id: Set(organisation_id),
        account_id: Set(account_id),
        role: Set(role),
        groups: Set(Json(groups)),
        created_at: Set(now),
        disabled_at: Set(None),
        added_by: Set(None),
        role_by: Set(None),
        role_since: Set(None),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The organisations that an account belongs to, oldest membership first.
///
/// # Errors
///
/// When the database refuses.
pub async fn memberships_of(db: &Reader, account_id: AccountId) -> Result<Vec<Membership>, StorageError> {
    let rows = memberships::Entity::find()
        .filter(memberships::Column::AccountId.eq(account_id))
        .find_also_related(organisations::Entity)
        .order_by_asc(memberships::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(membership, organisation)| Some(joined(membership, organisation?))).collect())
}

fn joined(membership: memberships::Model, organisation: organisations::Model) -> Membership {
    Membership {
        id: membership.id,
        organisation_id: organisation.id,
        organisation_name: organisation.name,
        organisation_disabled: organisation.disabled_at.is_some(),
        policy: organisation.policy.0,
        account_id: membership.account_id,
        role: membership.role,
        groups: membership.groups.0,
        disabled_at: membership.disabled_at,
        brought_in_by: [membership.added_by, membership.role_by],
        role_since: membership.role_since.unwrap_or(membership.created_at),
    }
}

/// Everything that the members of an organisation belong to, those of one account oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn memberships_of_members(db: &Reader, id: OrganisationId) -> Result<Vec<Membership>, StorageError> {
    let members = Query::select()
        .column(memberships::Column::AccountId)
        .from(memberships::Entity)
        .and_where(memberships::Column::OrganisationId.eq(id))
        .to_owned();
    let rows = memberships::Entity::find()
        .filter(memberships::Column::AccountId.in_subquery(members))
        .find_also_related(organisations::Entity)
        .order_by_asc(memberships::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(membership, organisation)| Some(joined(membership, organisation?))).collect())
}

/// Makes whoever changes the people of an organisation go one after the other: until this transaction ends, others that
/// ask for their turn wait. Says whether there is such an organisation.
///
/// # Errors
///
/// When the database refuses.
pub async fn take_turn(db: &mut Writer, id: OrganisationId) -> Result<bool, StorageError> {
    let done = organisations::Entity::update_many()
        .col_expr(organisations::Column::Version, Expr::col(organisations::Column::Version).add(1))
        .filter(organisations::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Takes a turn on behalf of `account`. Says whether they are one of its administrators, which they are then until this
/// transaction ends.
///
/// # Errors
///
/// When the database refuses.
pub async fn take_turn_as(db: &mut Writer, id: OrganisationId, account: AccountId) -> Result<bool, StorageError> {
    Ok(take_turn(db, id).await? && administrators_of(db, id).await?.contains(&account))
}

/// Makes a member something else; `by` is none for the operator. Says whether they are a member.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_role(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    role: Role,
    (by, now): (Option<AccountId>, Timestamp),
) -> Result<bool, StorageError> {
    let done = memberships::Entity::update_many()
        .col_expr(memberships::Column::Role, Expr::value(role))
        .col_expr(memberships::Column::RoleBy, Expr::value(by))
        .col_expr(memberships::Column::RoleSince, Expr::value(now))
        .filter(memberships::Column::OrganisationId.eq(organisation_id))
        .filter(memberships::Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers who invited a member. Says whether they are one.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_added_by(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    by: AccountId,
) -> Result<bool, StorageError> {
    let done = memberships::Entity::update_many()
        .col_expr(memberships::Column::AddedBy, Expr::value(by))
        .filter(memberships::Column::OrganisationId.eq(organisation_id))
        .filter(memberships::Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Sets the groups of a member, which apps are told of. Says whether they are one.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_groups(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    groups: Vec<String>,
) -> Result<bool, StorageError> {
    let done = memberships::Entity::update_many()
        .col_expr(memberships::Column::Groups, Expr::value(Json(groups)))
        .filter(memberships::Column::OrganisationId.eq(organisation_id))
        .filter(memberships::Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends a membership. Says whether there was one.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_membership(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
) -> Result<bool, StorageError> {
    let done = memberships::Entity::delete_many()
        .filter(memberships::Column::OrganisationId.eq(organisation_id))
        .filter(memberships::Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Switches a membership off, or on again with `None`. Says whether there is one.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_membership_disabled(
    db: &mut Writer,
    (organisation_id, account_id): (OrganisationId, AccountId),
    disabled_at: Option<Timestamp>,
) -> Result<bool, StorageError> {
    let done = memberships::Entity::update_many()
        .col_expr(memberships::Column::DisabledAt, Expr::value(disabled_at))
        .filter(memberships::Column::OrganisationId.eq(organisation_id))
        .filter(memberships::Column::AccountId.eq(account_id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
