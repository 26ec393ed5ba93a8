//! The table `accounts`.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, FromQueryResult as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};

use super::{Account, InstanceRole, login_as_known};
use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::{Email, Language, Timestamp};
use crate::storage::{Lookup, PageRequest, Reader, StorageError, Versioned, Writer, raise_version, text_column};

mod many;

pub use many::{find_accounts_by_email, instance_administrators, usernames_in_use};

text_column!(InstanceRole);

mod accounts {
    use sea_orm::entity::prelude::*;

    use super::super::InstanceRole;
    use crate::domain::ids::{AccountId, OrganisationId};
    use crate::domain::{Email, Language, Timestamp};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub(super) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub(super) id: AccountId,
        pub(super) home_organisation_id: OrganisationId,
        pub(super) email: Email,
        pub(super) email_verified: bool,
        pub(super) username: Option<String>,
        pub(super) name: String,
        pub(super) given_name: Option<String>,
        pub(super) family_name: Option<String>,
        pub(super) language: Language,
        pub(super) instance_role: InstanceRole,
        pub(super) created_at: Timestamp,
        pub(super) updated_at: Timestamp,
        pub(super) disabled_at: Option<Timestamp>,
        pub(super) credentials_changed_at: Option<Timestamp>,
        pub(super) last_sign_in_at: Option<Timestamp>,
        pub(super) validates_networks: bool,
        pub(super) new_password_due: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use accounts::Column;

impl From<accounts::Model> for Account {
    fn from(row: accounts::Model) -> Self {
        Self {
            id: row.id,
            home_organisation_id: row.home_organisation_id,
            email: row.email,
            email_verified: row.email_verified,
            username: row.username,
            name: row.name,
            given_name: row.given_name,
            family_name: row.family_name,
            language: row.language,
            instance_role: row.instance_role,
            created_at: row.created_at,
            updated_at: row.updated_at,
            disabled_at: row.disabled_at,
            credentials_changed_at: row.credentials_changed_at,
            last_sign_in_at: row.last_sign_in_at,
            validates_networks: row.validates_networks,
            new_password_due: row.new_password_due,
        }
    }
}

/// Adds an account.
///
/// # Errors
///
/// When the e-mail address or user name is taken ([`StorageError::Duplicate`]), or the database refuses.
pub async fn add_account(db: &mut Writer, account: &Account) -> Result<(), StorageError> {
    accounts::Entity::insert(accounts::ActiveModel {
        id: Set(account.id),
        home_organisation_id: Set(account.home_organisation_id),
        email: Set(account.email.clone()),
        email_verified: Set(account.email_verified),
        username: Set(account.username.clone()),
        name: Set(account.name.clone()),
        given_name: Set(account.given_name.clone()),
        family_name: Set(account.family_name.clone()),
        language: Set(account.language),
        instance_role: Set(account.instance_role),
        created_at: Set(account.created_at),
        updated_at: Set(account.updated_at),
        disabled_at: Set(account.disabled_at),
        credentials_changed_at: Set(account.credentials_changed_at),
        last_sign_in_at: Set(account.last_sign_in_at),
        validates_networks: Set(account.validates_networks),
        new_password_due: Set(account.new_password_due),
    })
    .exec_without_returning(db)
    .await?;
    Ok(())
}

/// The account with this identifier.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_account(db: &Reader, id: AccountId) -> Result<Option<Account>, StorageError> {
    db.ask(look_up_account(id)).await
}

/// The account with this identifier, to be asked for together with other things.
pub fn look_up_account(id: AccountId) -> Lookup<Option<Account>> {
    Lookup::new(accounts::Entity::find_by_id(id).into_query(), |rows| {
        let row = rows.first().map(|row| accounts::Model::from_query_result(row, "")).transpose()?;
        Ok(row.map(Into::into))
    })
}

/// The account that signs in with `login`: an e-mail address or a user name, in any case, with spaces around it.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_account_by_login(db: &Reader, login: &str) -> Result<Option<Account>, StorageError> {
    let filter = match login.parse::<Email>() {
        Ok(email) => Column::Email.eq(email),
        Err(_) => Column::Username.eq(login_as_known(login)),
    };
    Ok(accounts::Entity::find().filter(filter).one(db).await?.map(Into::into))
}

/// The accounts whose home is this organisation (all, when none is named), oldest first.
///
/// # Errors
///
/// When the database refuses.
pub async fn list_accounts(
    db: &Reader,
    organisation: Option<OrganisationId>,
    page: &PageRequest,
) -> Result<Vec<Account>, StorageError> {
    let mut query = accounts::Entity::find().order_by_asc(Column::Id).limit(page.limit);
    if let Some(organisation) = organisation {
        query = query.filter(Column::HomeOrganisationId.eq(organisation));
    }
    if let Some(after) = &page.after {
        query = query.filter(Column::Id.gt(after.as_str()));
    }
    Ok(query.all(db).await?.into_iter().map(Into::into).collect())
}

/// Switches an account off, or on again. Whoever comes back has their role for the whole instance anew, as
/// `restart_roles` of the organisations gives the others. Says whether there was such an account.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_account_disabled(
    db: &mut Writer,
    id: AccountId,
    off: bool,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let mut update = accounts::Entity::update_many()
        .col_expr(Column::DisabledAt, Expr::value(off.then_some(now)))
        .filter(Column::Id.eq(id));
    if !off {
        update = update.col_expr("instance_role_since", Expr::value(now));
    }
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Who looks after the whole installation at this moment. Until the commit nobody else becomes or ceases to be one: it
/// takes the turn of whoever changes roles, so ask before anything else is held, and read what is judged after it.
///
/// # Errors
///
/// When the database refuses.
pub async fn hold_instance_administrators(db: &mut Writer) -> Result<Vec<AccountId>, StorageError> {
    raise_version(db, Versioned::Roles).await?;
    Ok(accounts::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::InstanceRole.eq(InstanceRole::Administrator))
        .filter(Column::DisabledAt.is_null())
        .into_tuple()
        .all(db)
        .await?)
}

/// Holds an account until the commit, if none of its passwords and factors changed since it was read with `seen` as
/// [`Account::credentials_changed_at`]. Says no otherwise: what was judged by then is to be judged again.
///
/// # Errors
///
/// When the database refuses.
pub async fn hold_unchanged(db: &mut Writer, id: AccountId, seen: Option<Timestamp>) -> Result<bool, StorageError> {
    let done = accounts::Entity::update_many()
        .col_expr(Column::CredentialsChangedAt, Expr::col(Column::CredentialsChangedAt))
        .filter(Column::Id.eq(id))
        .filter(unchanged_since(seen))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers when a password or factor changed: what was issued before counts no longer.
///
/// # Errors
///
/// When the database refuses.
pub async fn mark_credentials_changed(db: &mut Writer, id: AccountId, at: Timestamp) -> Result<(), StorageError> {
    accounts::Entity::update_many()
        .col_expr(Column::CredentialsChangedAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// What an account says about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The full name.
    pub name: String,
    /// The given name, where known.
    pub given_name: Option<String>,
    /// The family name, where known.
    pub family_name: Option<String>,
    /// The language of pages and mails.
    pub language: Language,
}

/// Changes what an account says about a person.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_profile(db: &mut Writer, id: AccountId, profile: Profile, now: Timestamp) -> Result<(), StorageError> {
    accounts::Entity::update_many()
        .col_expr(Column::Name, Expr::value(profile.name))
        .col_expr(Column::GivenName, Expr::value(profile.given_name))
        .col_expr(Column::FamilyName, Expr::value(profile.family_name))
        .col_expr(Column::Language, Expr::value(profile.language))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Gives an account another e-mail address, at which its owner has shown to read mail.
///
/// # Errors
///
/// When the address is taken ([`StorageError::Duplicate`]), or the database refuses.
pub async fn set_email(db: &mut Writer, id: AccountId, email: &Email, now: Timestamp) -> Result<(), StorageError> {
    accounts::Entity::update_many()
        .col_expr(Column::Email, Expr::value(email.clone()))
        .col_expr(Column::EmailVerified, Expr::value(true))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Gives an account another role for the whole instance; `by` is none for the operator. Says whether there is such an
/// account.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_instance_role(
    db: &mut Writer,
    id: AccountId,
    role: InstanceRole,
    (by, now): (Option<AccountId>, Timestamp),
) -> Result<bool, StorageError> {
    let done = accounts::Entity::update_many()
        .col_expr(Column::InstanceRole, Expr::value(role))
        .col_expr("instance_role_since", Expr::value(now))
        .col_expr("instance_role_by", Expr::value(by))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

fn unchanged_since(seen: Option<Timestamp>) -> Expr {
    match seen {
        Some(at) => Column::CredentialsChangedAt.eq(at),
        None => Column::CredentialsChangedAt.is_null(),
    }
}

/// Whether new networks of this person join the ledger by themselves.
///
/// # Errors
///
/// When the database refuses.
pub async fn set_validates_networks(db: &mut Writer, id: AccountId, yes: bool) -> Result<(), StorageError> {
    accounts::Entity::update_many()
        .col_expr(Column::ValidatesNetworks, Expr::value(yes))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Demands that the password is chosen anew (or, with `due` false, that it was): what was proven with the old one counts
/// no longer. Says whether that changed anything.
///
/// # Errors
///
/// When the database refuses.
pub async fn demand_new_password(db: &mut Writer, id: AccountId, due: bool) -> Result<bool, StorageError> {
    let done = accounts::Entity::update_many()
        .col_expr(Column::NewPasswordDue, Expr::value(due))
        .filter(Column::Id.eq(id))
        .filter(Column::NewPasswordDue.ne(due))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Remembers that the person reads mail at the address of the account.
///
/// # Errors
///
/// When the database refuses.
pub async fn mark_email_verified(db: &mut Writer, id: AccountId) -> Result<(), StorageError> {
    accounts::Entity::update_many()
        .col_expr(Column::EmailVerified, Expr::value(true))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Remembers when somebody last signed in. Says no, and remembers nothing, when a password or factor changed since
/// `seen`, the last change that the sign-in was judged by; until the transaction ends nobody changes one.
///
/// # Errors
///
/// When the database refuses.
pub async fn mark_signed_in(
    db: &mut Writer,
    id: AccountId,
    seen: Option<Timestamp>,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let done = accounts::Entity::update_many()
        .col_expr(Column::LastSignInAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .filter(unchanged_since(seen))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
