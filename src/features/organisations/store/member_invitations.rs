//! The table `member_invitations`.

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::domain::Timestamp;
use crate::domain::ids::{MemberInvitationId, OrganisationId};
use crate::domain::secret::Fingerprint;
use crate::features::organisations::{Answer, Giver, INVITATION_LIFETIME, MemberInvitation};
use crate::storage::{Json, PageRequest, Reader, StorageError, Writer};

/// The most invitations that a page lists.
const MOST_LISTED: u64 = 200;

mod rows {
    use sea_orm::entity::prelude::*;

    use super::super::super::{Giver, Role};
    use crate::domain::ids::{MemberInvitationId, OrganisationId};
    use crate::domain::secret::Fingerprint;
    use crate::domain::{Email, Language, Timestamp};
    use crate::storage::Json;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "member_invitations")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: MemberInvitationId,
        pub(super) organisation_id: OrganisationId,
        pub(super) email: Email,
        pub(super) name: String,
        pub(super) role: Role,
        pub(super) invited_by: Giver,
        pub(super) secret: Fingerprint,
        pub(super) created_at: Timestamp,
        pub(super) expires_at: Timestamp,
        pub(super) accepted_at: Option<Timestamp>,
        pub(super) declined_at: Option<Timestamp>,
        pub(super) ended_at: Option<Timestamp>,
        pub(super) given_name: Option<String>,
        pub(super) family_name: Option<String>,
        pub(super) language: Option<Language>,
        pub(super) groups: Json<Vec<String>>,
        pub(super) external_id: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use rows::Column;

impl From<rows::Model> for MemberInvitation {
    fn from(row: rows::Model) -> Self {
        Self {
            id: row.id,
            organisation_id: row.organisation_id,
            email: row.email,
            name: row.name,
            given_name: row.given_name,
            family_name: row.family_name,
            language: row.language,
            role: row.role,
            groups: row.groups.0,
            external_id: row.external_id,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            is_open: row.accepted_at.is_none() && row.declined_at.is_none() && row.ended_at.is_none(),
            declined: row.declined_at.is_some(),
            is_over: row.accepted_at.is_some() || row.ended_at.is_some(),
        }
    }
}

fn open() -> Condition {
    Condition::all().add(Column::AcceptedAt.is_null()).add(Column::DeclinedAt.is_null()).add(Column::EndedAt.is_null())
}

/// Keeps an invitation, whose link has `secret`. Earlier ones of the same organisation to the same address end.
///
/// # Errors
///
/// When the database refuses.
pub async fn add_member_invitation(
    db: &mut Writer,
    new: &MemberInvitation,
    secret: Fingerprint,
) -> Result<(), StorageError> {
    rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(new.created_at))
        .filter(Column::OrganisationId.eq(new.organisation_id))
        .filter(Column::Email.eq(new.email.clone()))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    rows::Entity::insert(rows::ActiveModel {
        id: Set(new.id),
        organisation_id: Set(new.organisation_id),
        email: Set(new.email.clone()),
        name: Set(new.name.clone()),
        role: Set(new.role),
        invited_by: Set(new.invited_by.clone()),
        secret: Set(secret),
        created_at: Set(new.created_at),
        expires_at: Set(new.created_at.after(INVITATION_LIFETIME)),
        accepted_at: Set(None),
        declined_at: Set(None),
        ended_at: Set(None),
        given_name: Set(new.given_name.clone()),
        family_name: Set(new.family_name.clone()),
        language: Set(new.language),
        groups: Set(Json(new.groups.clone())),
        external_id: Set(new.external_id.clone()),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The invitation with this secret, whether it still works or not.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_member_invitation_by_secret(
    db: &Reader,
    secret: &str,
) -> Result<Option<MemberInvitation>, StorageError> {
    let row = rows::Entity::find().filter(Column::Secret.eq(Fingerprint::of(secret))).one(db).await?;
    Ok(row.map(Into::into))
}

/// The invitation with this identifier, whether it still works or not.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_member_invitation(
    db: &Reader,
    id: MemberInvitationId,
) -> Result<Option<MemberInvitation>, StorageError> {
    Ok(rows::Entity::find_by_id(id).one(db).await?.map(Into::into))
}

/// The invitations of an organisation that nobody accepted or withdrew, the latest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_member_invitations(
    db: &Reader,
    organisation: OrganisationId,
) -> Result<Vec<MemberInvitation>, StorageError> {
    let rows = rows::Entity::find()
        .filter(Column::OrganisationId.eq(organisation))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .order_by_desc(Column::Id)
        .limit(MOST_LISTED)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The same, a page at a time, oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_member_invitations_from(
    db: &Reader,
    organisation: OrganisationId,
    page: &PageRequest,
) -> Result<Vec<MemberInvitation>, StorageError> {
    let mut query = rows::Entity::find()
        .filter(Column::OrganisationId.eq(organisation))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::EndedAt.is_null());
    if let Some(after) = &page.after {
        query = query.filter(Column::Id.gt(after.as_str()));
    }
    let rows = query.order_by_asc(Column::Id).limit(page.limit).all(db).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The invitations of a program into an organisation that nobody accepted, oldest first; also those that it withdrew, but
/// none to somebody who became a member in another way.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_invitations_of_program(
    db: &Reader,
    organisation: OrganisationId,
    program: &Giver,
) -> Result<Vec<MemberInvitation>, StorageError> {
    let members = Query::select()
        .column(("accounts", "email"))
        .from("memberships")
        .inner_join("accounts", Expr::col(("accounts", "id")).equals(("memberships", "account_id")))
        .and_where(Expr::col(("memberships", "organisation_id")).eq(organisation))
        .to_owned();
    let rows = rows::Entity::find()
        .filter(Column::OrganisationId.eq(organisation))
        .filter(Column::InvitedBy.eq(program.clone()))
        .filter(Column::Email.not_in_subquery(members))
        .filter(Column::AcceptedAt.is_null())
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Changes what an invitation that nobody accepted says about somebody; not to whom it went, or as what.
///
/// # Errors
///
/// When the database refuses.
pub async fn change_member_invitation(db: &mut Writer, after: &MemberInvitation) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::Name, Expr::value(after.name.as_str()))
        .col_expr(Column::GivenName, Expr::value(after.given_name.clone()))
        .col_expr(Column::FamilyName, Expr::value(after.family_name.clone()))
        .col_expr(Column::Groups, Expr::value(Json(after.groups.clone())))
        .col_expr(Column::ExternalId, Expr::value(after.external_id.clone()))
        .filter(Column::Id.eq(after.id))
        .filter(Column::AcceptedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes an invitation that nobody accepted. Says whether it was there.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_member_invitation(db: &mut Writer, id: MemberInvitationId) -> Result<bool, StorageError> {
    let gone = rows::Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::AcceptedAt.is_null());
    Ok(gone.exec(db).await?.rows_affected == 1)
}

/// Answers an invitation, once. Says no when it does not work (any more).
///
/// # Errors
///
/// When the database refuses.
pub async fn answer_member_invitation(
    db: &mut Writer,
    id: MemberInvitationId,
    answer: Answer,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let mark = match answer {
        Answer::Accepted => Column::AcceptedAt,
        Answer::Declined => Column::DeclinedAt,
    };
    let done = rows::Entity::update_many()
        .col_expr(mark, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(open())
        .filter(Column::ExpiresAt.gt(now))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Withdraws an invitation, also one that was declined or is too old: it is listed no more. Says whether it was there.
///
/// # Errors
///
/// When the database refuses.
pub async fn withdraw_member_invitation(
    db: &mut Writer,
    id: MemberInvitationId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let done = rows::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::AcceptedAt.is_null())
        .filter(Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Removes invitations that ended by age before `before`, and says how many.
///
/// # Errors
///
/// When the database refuses.
pub async fn remove_old_member_invitations(db: &mut Writer, before: Timestamp) -> Result<u64, StorageError> {
    let done = rows::Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(db).await?;
    Ok(done.rows_affected)
}
