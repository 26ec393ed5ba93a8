//! Reads `accounts`, `memberships`, `factors`, `passwords` and `remembered_devices` together: all people of an
//! organisation take seven queries, however many they are.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, FromQueryResult};

use super::rules::{OpenSession, Person};
use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::sign_in::AccountFacts;
use crate::domain::{FactorKind, Timestamp};
use crate::features::accounts::InstanceRole;
use crate::features::factors::Enrolled;
use crate::features::networks::{Entry, Owner, Places, list_networks_of_members};
use crate::features::organisations::{Membership, Role, memberships_of_members};
use crate::features::sessions::{Lifetime, Session, list_sessions_of_members, policy_of};
use crate::storage::{Reader, StorageError};

#[derive(Debug, FromQueryResult)]
struct Row {
    id: AccountId,
    home_organisation_id: OrganisationId,
    name: String,
    instance_role: InstanceRole,
    last_sign_in_at: Option<Timestamp>,
    validates_networks: bool,
    new_password_due: bool,
    disabled_at: Option<Timestamp>,
    credentials_changed_at: Option<Timestamp>,
}

#[derive(Debug, FromQueryResult)]
struct FactorRow {
    account_id: AccountId,
    kind: FactorKind,
    device_bound: bool,
}

#[derive(Debug, FromQueryResult)]
struct Owned {
    account_id: AccountId,
}

/// Everybody whom the rules of an organisation hold for, by name: its members, but for those who cannot get in.
pub(super) async fn list_people(
    db: &Reader,
    organisation: OrganisationId,
    lifetime: Lifetime,
    now: Timestamp,
) -> Result<Vec<Person>, StorageError> {
    let backend = db.get_database_backend();
    let mut query = Query::select();
    for column in [
        "id",
        "home_organisation_id",
        "name",
        "instance_role",
        "last_sign_in_at",
        "validates_networks",
        "new_password_due",
        "disabled_at",
        "credentials_changed_at",
    ] {
        query.column(column);
    }
    query
        .from("accounts")
        .and_where(Expr::col("id").in_subquery(members(organisation)))
        .order_by("name", sea_orm::Order::Asc)
        .order_by("id", sea_orm::Order::Asc);
    let rows = Row::find_by_statement(backend.build(&query)).all(db).await?;

    let mut enrolled: HashMap<AccountId, Enrolled> = HashMap::new();
    let mut query = of_members("factors", organisation);
    query.column("kind").column("device_bound");
    for row in FactorRow::find_by_statement(backend.build(&query)).all(db).await? {
        let all = enrolled.entry(row.account_id).or_default();
        *all = all.with(row.kind, row.device_bound);
    }
    let query = of_members("passwords", organisation);
    let passwords = Owned::find_by_statement(backend.build(&query)).all(db).await?;
    let passwords: HashSet<AccountId> = passwords.into_iter().map(|row| row.account_id).collect();
    let mut query = of_members("remembered_devices", organisation);
    query.and_where(Expr::col("ended_at").is_null()).and_where(Expr::col("expires_at").gt(now));
    let mut remembered: HashMap<AccountId, u64> = HashMap::new();
    for row in Owned::find_by_statement(backend.build(&query)).all(db).await? {
        *remembered.entry(row.account_id).or_default() += 1;
    }
    let mut memberships: HashMap<AccountId, Vec<Membership>> = HashMap::new();
    for place in memberships_of_members(db, organisation).await? {
        memberships.entry(place.account_id).or_default().push(place);
    }
    let mut sessions: HashMap<AccountId, Vec<Session>> = HashMap::new();
    for session in list_sessions_of_members(db, organisation, now, lifetime).await? {
        sessions.entry(session.account_id).or_default().push(session);
    }
    let mut ledger: HashMap<Owner, Vec<Entry>> = HashMap::new();
    for entry in list_networks_of_members(db, organisation).await? {
        ledger.entry(entry.owner).or_default().push(entry);
    }

    let people = rows.into_iter().map(|row| {
        let memberships = memberships.remove(&row.id).unwrap_or_default();
        let home = memberships.iter().find(|place| place.organisation_id == row.home_organisation_id);
        let role = memberships.iter().find(|place| place.organisation_id == organisation).map(|place| place.role);
        let enrolled = enrolled.remove(&row.id).unwrap_or_default();
        let facts = AccountFacts {
            id: row.id,
            disabled: row.disabled_at.is_some(),
            organisation_disabled: home.is_some_and(|place| place.organisation_disabled),
            membership_disabled: home.is_none_or(|place| place.disabled_at.is_some()),
            credentials_changed_at: row.credentials_changed_at,
            enrolled: enrolled.kinds,
            device_bound: enrolled.device_bound,
            must_enrol: enrolled.must_enrol,
            new_password_due: row.new_password_due,
            validates_networks: row.validates_networks,
            policy: policy_of(&memberships, row.instance_role),
        };
        let is_here =
            memberships.iter().any(|place| place.organisation_id == organisation && place.disabled_at.is_none());
        let gets_in = is_here && !facts.disabled && !facts.organisation_disabled && !facts.membership_disabled;
        let own = memberships.iter().filter(|place| {
            place.organisation_id == row.home_organisation_id
                && place.disabled_at.is_none()
                && !place.organisation_disabled
        });
        let owners = own.map(|place| Owner::Organisation(place.organisation_id)).chain([Owner::Account(row.id)]);
        let places = Places(owners.filter_map(|owner| ledger.get(&owner)).flatten().cloned().collect());
        let open = |session: Session| {
            let network = places.standing(session.evidence.network, now);
            OpenSession { session, network }
        };
        let person = Person {
            name: row.name,
            role: role?,
            administers: role == Some(Role::Administrator) && row.home_organisation_id == organisation,
            memberships,
            instance_role: row.instance_role,
            has_password: passwords.contains(&row.id),
            remembered: remembered.remove(&row.id).unwrap_or_default(),
            sessions: sessions.remove(&row.id).unwrap_or_default().into_iter().map(open).collect(),
            places,
            last_sign_in_at: row.last_sign_in_at,
            facts,
        };
        gets_in.then_some(person)
    });
    Ok(people.flatten().collect())
}

fn members(organisation: OrganisationId) -> SelectStatement {
    Query::select()
        .column("account_id")
        .from("memberships")
        .and_where(Expr::col("organisation_id").eq(organisation))
        .to_owned()
}

/// The rows of a table that belong to the members of an organisation.
fn of_members(table: &'static str, organisation: OrganisationId) -> SelectStatement {
    Query::select()
        .column("account_id")
        .from(table)
        .and_where(Expr::col("account_id").in_subquery(members(organisation)))
        .to_owned()
}
