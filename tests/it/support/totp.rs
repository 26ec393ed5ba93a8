//! An authenticator app, and what it is used with.

use countersign::domain::ids::{AccountId, MembershipId};
use countersign::domain::{Policy, Secret};
use countersign::features::accounts::{Account, InstanceRole, add_account, find_account, find_account_by_login};
use countersign::features::organisations::{Role, add_membership};
use countersign::features::passwords::{Hashing, NewPassword, hash_new_password, set_password};
use countersign::features::sessions::change_policy;

use super::server::know;
use super::{Answer, Browser, PASSWORD, Server};

/// An app that shows codes.
pub(crate) struct AuthenticatorApp(totp_rs::Totp);

impl AuthenticatorApp {
    /// Types the key that a page shows into the app.
    pub(crate) fn from_page(page: &Answer) -> Self {
        let shown = page.body.split("id=\"key\">").nth(1).unwrap_or_else(|| panic!("no key: {}", page.body));
        let key: String = shown.split('<').next().unwrap().split_whitespace().collect();
        let secret = totp_rs::Secret::try_from_base32(&key).unwrap();
        Self(totp_rs::Builder::new().with_secret(secret).with_account_name("anna").build().unwrap())
    }

    /// An app that was set up with another program.
    pub(crate) fn with_key(key: &[u8]) -> Self {
        let builder = totp_rs::Builder::new().with_secret(key.to_vec());
        Self(builder.with_account_name("anna").build().unwrap())
    }

    /// What it shows, so many steps from now.
    pub(crate) fn code(&self, server: &Server, steps: i64) -> String {
        let at = server.inner.state.now().seconds() + 30 * steps;
        self.0.generate(u64::try_from(at).unwrap()).to_string()
    }
}

impl Server {
    /// Adds somebody with the usual password.
    pub(crate) async fn hire(&self, email: &str, role: Role, instance_role: InstanceRole) -> AccountId {
        let state = &self.inner.state;
        let (now, random) = (state.now(), state.random.as_ref());
        let anna = find_account(state.db.reading(), self.account).await.unwrap().unwrap();
        let account = Account {
            id: AccountId::new(now, random),
            email: email.parse().unwrap(),
            username: None,
            name: format!("Person {email}"),
            instance_role,
            last_sign_in_at: None,
            validates_networks: false,
            credentials_changed_at: None,
            ..anna
        };
        let password = NewPassword::parse(&Secret::new(PASSWORD.to_owned()), 15, &account.email).unwrap();
        let phc = hash_new_password(&state.service::<Hashing>(), password, random).await.unwrap();
        let mut writer = state.db.writing().await.unwrap();
        add_account(&mut writer, &account).await.unwrap();
        let place = MembershipId::new(now, random);
        add_membership(&mut writer, place, (self.organisation, account.id), role, Vec::new(), now).await.unwrap();
        set_password(&mut writer, account.id, &phc, now).await.unwrap();
        know(&mut writer, account.id, "127.0.0.1", now).await;
        writer.commit().await.unwrap();
        account.id
    }

    /// Whose address this is.
    pub(crate) async fn account_of(&self, email: &str) -> AccountId {
        find_account_by_login(self.inner.state.db.reading(), email).await.unwrap().unwrap().id
    }

    /// Sets the rules of the office.
    pub(crate) async fn rule(&self, policy: Policy) {
        let state = &self.inner.state;
        let mut writer = state.db.writing().await.unwrap();
        assert!(change_policy(&mut writer, self.organisation, policy, (None, None), state.now()).await.unwrap());
        writer.commit().await.unwrap();
    }
}

impl Browser {
    /// Opens a form at `path` and sends it.
    pub(crate) async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.get(path).await;
        assert_eq!(form.status, 200, "{path}: {}", form.body);
        let csrf = form.field("csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        self.post(path, &all).await
    }

    /// Connects an authenticator app in `place`, and gives the answer to its first code.
    pub(crate) async fn connect_app(&mut self, server: &Server, place: &str) -> (AuthenticatorApp, Answer) {
        let path = format!("/enrol/{place}/totp");
        let page = self.get(&path).await;
        assert_eq!(page.status, 200, "{} {}", page.header("location"), page.body);
        let app = AuthenticatorApp::from_page(&page);
        let fields = [("csrf", page.field("csrf")), ("slot", page.field("slot")), ("code", app.code(server, 0))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self.post(&path, &fields).await;
        (app, answer)
    }
}
