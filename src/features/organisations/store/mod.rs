//! The tables `organisations`, `memberships` and `invitations`.

mod changes;
mod invitations;
mod member_invitations;
mod members;
mod policies;

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, FromQueryResult as _, IdenStatic as _, QueryFilter as _,
    QueryOrder as _, QueryResult, QuerySelect as _, QueryTrait as _, SelectA, SelectB,
};

use super::{Giver, Membership, Organisation, Role};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, MembershipId, OrganisationId};
use crate::storage::{Json, Lookup, Reader, StorageError, Writer, text_column};

pub use changes::rename_organisation;
pub use invitations::{
    add_handed_invitation, add_invitation, find_invitation, find_invitation_by_secret, remove_old_invitations,
    use_invitation,
};
pub use member_invitations::{
    add_member_invitation, answer_member_invitation, change_member_invitation, find_member_invitation,
    find_member_invitation_by_secret, list_invitations_of_program, list_member_invitations,
    list_member_invitations_from, remove_member_invitation, remove_old_member_invitations, withdraw_member_invitation,
};
pub use members::{
    Provisioned, remove_membership, restart_roles, set_added_by, set_groups, set_membership_disabled, set_provisioned,
    set_role,
};
pub use policies::{find_rules, helpdesk_access, set_helpdesk_access, set_policy};

text_column!(Giver, Role);

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

    use super::super::{Giver, Role};
    use crate::domain::Timestamp;
    use crate::domain::ids::{AccountId, MemberInvitationId, MembershipId, OrganisationId};
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
        pub(super) added_by: Option<Giver>,
        pub(super) role_by: Option<Giver>,
        pub(super) role_since: Option<Timestamp>,
        pub(super) invitation_id: Option<MemberInvitationId>,
        pub(super) external_id: Option<String>,
        pub(super) deprovisioned_at: Option<Timestamp>,
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
        invitation_id: Set(None),
        external_id: Set(None),
        deprovisioned_at: Set(None),
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
    db.ask(look_up_memberships(account_id)).await
}

/// The same, to be asked for together with other things.
pub fn look_up_memberships(account_id: AccountId) -> Lookup<Vec<Membership>> {
    let query = memberships::Entity::find()
        .filter(memberships::Column::AccountId.eq(account_id))
        .find_also_related(organisations::Entity)
        .order_by_asc(memberships::Column::Id)
        .into_query();
    Lookup::new(query, |rows| {
        let read = |row: &QueryResult| {
            let organisation = organisations::Model::from_query_result(row, SelectB.as_str())?;
            Ok(joined(memberships::Model::from_query_result(row, SelectA.as_str())?, organisation))
        };
        rows.iter().map(read).collect()
    })
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

/// Switches an organisation off, or on again with `None`. Says whether that was a change.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_organisation_disabled(
    db: &mut Writer,
    id: OrganisationId,
    disabled_at: Option<Timestamp>,
) -> Result<bool, StorageError> {
    let was = organisations::Column::DisabledAt;
    let done = organisations::Entity::update_many()
        .col_expr(was, Expr::value(disabled_at))
        .filter(organisations::Column::Id.eq(id))
        .filter(if disabled_at.is_some() { was.is_null() } else { was.is_not_null() })
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
