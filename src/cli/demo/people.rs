//! The sample office, its people and its portal.

use std::net::Ipv4Addr;

use crate::cli::Failure;
use crate::domain::ids::{MembershipId, OrganisationId};
use crate::domain::network::Network;
use crate::domain::{Algorithm, FactorKind, Language, Secret};
use crate::features::accounts::{Account, InstanceRole, add_account};
use crate::features::clients::{
    Client, ClientAuthentication, ClientSecret, Clients, Metadata, Profile, add_client, remove_client,
};
use crate::features::factors::{Details, NewFactor, add_factor};
use crate::features::invitations::invite;
use crate::features::networks::{How, Owner, Seen, know_network};
use crate::features::organisations::{
    Organisation, Role, add_membership, add_organisation, find_organisation_by_name, set_helpdesk_access,
};
use crate::features::passwords::{Hashing, NewPassword, hash_new_password, set_password};
use crate::web::AppState;

/// The password of everybody.
pub(super) const PASSWORD: &str = "vier-rode-fietsen";

/// The key of the authenticator app of whoever looks after the instance. Everybody knows it, like the password.
pub(super) const KEY: &[u8; 20] = b"countersign-demo-key";

/// The `client_id` of the portal.
pub(super) const PORTAL: &str = "portal";

const OFFICE: &str = "Kantoor De Vries";
const HELPDESK: &str = "Helpdesk";

/// Somebody in the demo.
pub(super) struct Person {
    pub(super) name: &'static str,
    given: &'static str,
    family: &'static str,
    pub(super) email: &'static str,
    organisation: &'static str,
    role: Role,
    instance_role: InstanceRole,
    /// What they are, in words.
    pub(super) what: &'static str,
}

impl Person {
    /// Whether they come in with the code of an authenticator app as well, and so into the console.
    pub(super) fn has_app(&self) -> bool {
        self.instance_role == InstanceRole::Administrator
    }
}

const fn employee(name: &'static str, given: &'static str, family: &'static str, email: &'static str) -> Person {
    Person {
        name,
        given,
        family,
        email,
        organisation: OFFICE,
        role: Role::Employee,
        instance_role: InstanceRole::None,
        what: "employee",
    }
}

const fn helper(name: &'static str, given: &'static str, family: &'static str, email: &'static str) -> Person {
    Person {
        organisation: HELPDESK,
        instance_role: InstanceRole::Helpdesk,
        what: "helpdesk",
        ..employee(name, given, family, email)
    }
}

/// Everybody in the demo.
pub(super) const PEOPLE: &[Person] = &[
    Person {
        role: Role::Administrator,
        what: "administrator",
        ..employee("Anna de Vries", "Anna", "de Vries", "anna@kantoor.example")
    },
    Person {
        role: Role::Accountant,
        what: "accountant",
        ..employee("Bram Bakker", "Bram", "Bakker", "bram@kantoor.example")
    },
    employee("Carla Jansen", "Carla", "Jansen", "carla@kantoor.example"),
    Person { what: "employee, at a new IP address", ..employee("Daan Smit", "Daan", "Smit", STRANGER) },
    helper("Eva Mulder", "Eva", "Mulder", "eva@helpdesk.example"),
    helper("Femke Visser", "Femke", "Visser", "femke@helpdesk.example"),
    Person {
        instance_role: InstanceRole::Administrator,
        what: "instance administrator",
        ..helper("Ineke Kok", "Ineke", "Kok", "ineke@helpdesk.example")
    },
];

/// Who never signed in from here before, so that there is a new IP address to confirm.
const STRANGER: &str = "daan@kantoor.example";

/// Who is invited at the first start, so that there is an invitation in the mailbox.
const INVITED: Person = employee("Gijs de Boer", "Gijs", "de Boer", "gijs@kantoor.example");

/// Adds office, people and portal where they are missing. The portal gets a new secret every time.
pub(super) async fn seed(state: &AppState, portal: &str) -> Result<Secret<String>, Failure> {
    let now = state.now();
    let random = state.random.as_ref();
    let known = find_organisation_by_name(state.db.reading(), OFFICE).await?.is_some();
    let hashing = state.service::<Hashing>();
    let password = NewPassword::parse(&Secret::new(PASSWORD.to_owned()), 15, &"nobody@example.nl".parse()?)?;
    let phc = hash_new_password(&hashing, password, random).await?;
    let mut writer = state.db.writing().await?;
    if !known {
        for name in [OFFICE, HELPDESK] {
            let organisation = Organisation {
                id: OrganisationId::new(now, random),
                name: name.to_owned(),
                created_at: now,
                policy: crate::domain::Policy::default(),
                disabled_at: None,
            };
            add_organisation(&mut writer, &organisation).await?;
            // The office lets the helpdesk in, so that its two people can show how they help somebody.
            let month = now.after(std::time::Duration::from_hours(24 * 30));
            set_helpdesk_access(&mut writer, organisation.id, Some(month)).await?;
            let mut inviter = None;
            for person in PEOPLE.iter().chain([&INVITED]).filter(|person| person.organisation == name) {
                let account = account(person, organisation.id, state)?;
                add_account(&mut writer, &account).await?;
                let who = (organisation.id, account.id);
                let place = MembershipId::new(now, random);
                add_membership(&mut writer, place, who, person.role, Vec::new(), now).await?;
                if person.email == INVITED.email {
                    invite(&mut writer, state, &account, &organisation, inviter.as_ref().map(Into::into), now).await?;
                } else {
                    set_password(&mut writer, account.id, &phc, now).await?;
                    if person.has_app() {
                        let app = NewFactor {
                            account_id: account.id,
                            kind: FactorKind::Totp,
                            name: "",
                            secret: Some(KEY),
                            handle: None,
                            counter: 0,
                            device_bound: false,
                            details: Details::default(),
                            user_agent: None,
                        };
                        add_factor(&mut writer, &state.vault, app, (now, random)).await?;
                    }
                    if person.email != STRANGER {
                        let seen = Seen { network: Network::of(Ipv4Addr::LOCALHOST.into()), user_agent: None, at: now };
                        know_network(&mut writer, Owner::Account(account.id), &seen, How::Operator, None).await?;
                    }
                }
                inviter.get_or_insert(account);
            }
        }
    }
    let secret = random.secret();
    remove_client(&mut writer, PORTAL).await?;
    add_client(&mut writer, &client(portal, &secret), now, random).await?;
    writer.commit().await?;
    Clients::forget(state);
    Ok(secret)
}

fn account(person: &Person, organisation: OrganisationId, state: &AppState) -> Result<Account, Failure> {
    let named = (person.email.parse()?, person.name.to_owned());
    Ok(Account {
        email_verified: true,
        given_name: Some(person.given.to_owned()),
        family_name: Some(person.family.to_owned()),
        instance_role: person.instance_role,
        ..Account::new(organisation, named, Language::Dutch, (state.now(), state.random.as_ref()))
    })
}

fn client(portal: &str, secret: &Secret<String>) -> Client {
    Client {
        id: PORTAL.to_owned(),
        name: "Kantoorportaal".to_owned(),
        profile: Profile::Oauth21,
        authentication: ClientAuthentication::ClientSecretBasic,
        first_party: true,
        metadata: Metadata {
            redirect_uris: vec![format!("{portal}/callback")],
            post_logout_redirect_uris: vec![format!("{portal}/")],
            grant_types: vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
            scope: ["openid", "profile", "email", "organisation"].into_iter().collect(),
            home_uri: Some(portal.to_owned()),
            id_token_algorithm: Algorithm::RS256,
            ..Metadata::default()
        },
        secrets: vec![ClientSecret::compared(secret.expose())],
        disabled_at: None,
    }
}
