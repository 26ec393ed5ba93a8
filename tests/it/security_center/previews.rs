//! What a preview says, compared with what then happens to people of every kind.

use std::collections::{BTreeMap, BTreeSet};

use countersign::domain::Policy;
use countersign::features::accounts::{InstanceRole, set_account_disabled, set_validates_networks};
use countersign::features::organisations::Role;
use countersign::features::passwords::remove_password;
use countersign::features::sessions::end_sessions_of;

use super::{ANNA, BRAM, CARLA, CENTER, DAAN, preview, save, told};
use crate::remembered::{tick, with_app};
use crate::support::codes::{enrol_mail, sent};
use crate::support::places::{OFFICE, from, start};
use crate::support::{Answer, Authenticator, AuthenticatorApp, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_rule_means_for_everybody_what_was_said_of_them
}

const EVA: &str = "eva@kantoor.nl";
const FEMKE: &str = "femke@kantoor.nl";
const GIJS: &str = "gijs@kantoor.nl";
const HANNA: &str = "hanna@kantoor.nl";
const IDA: &str = "ida@kantoor.nl";

/// What somebody signs in with.
enum Way {
    Password,
    App(AuthenticatorApp),
    Mail,
    Passkey(Box<Authenticator>),
}

struct Office {
    server: Server,
    people: Vec<(&'static str, Way)>,
    /// The browser in which Gijs is not asked for a code.
    remembered: Browser,
    /// How many addresses nobody has come from were used up.
    strange: u8,
}

/// What happens to somebody: at the office, somewhere new, and where the second step is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Met {
    office: String,
    strange: String,
    remembered: Option<String>,
}

/// Everybody, by what happens to them.
type All = BTreeMap<&'static str, Met>;

impl Office {
    async fn open(engine: &Engine) -> Self {
        let server = start(engine).await;
        server.know(server.account, OFFICE).await;
        let mut browser = from(&server, OFFICE);
        assert_eq!(browser.sign_in_at("/sign-in", ANNA, PASSWORD).await.location(), "/account");
        // Whoever saves has what no rule takes away.
        let mut anna = Authenticator::new();
        let made = browser.create_at("/enrol/account/passkey", &mut anna, &server).await;
        assert_eq!(made.status, 200, "{}", made.body);
        for email in [BRAM, CARLA, EVA, FEMKE, HANNA, IDA] {
            // Of two administrators one can let the other in.
            let role = if email == CARLA { Role::Administrator } else { Role::Employee };
            let account = server.hire(email, role, InstanceRole::None).await;
            server.know(account, OFFICE).await;
        }
        let (daan, gijs) =
            (with_app(&server, DAAN, Role::Employee).await, with_app(&server, GIJS, Role::Employee).await);
        let mut browser = from(&server, OFFICE);
        assert_eq!(browser.sign_in_at("/sign-in", EVA, PASSWORD).await.location(), "/account");
        let mut key = Authenticator::new();
        let made = browser.create_at("/enrol/account/passkey", &mut key, &server).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let mut browser = from(&server, OFFICE);
        assert_eq!(browser.sign_in_at("/sign-in", FEMKE, PASSWORD).await.location(), "/account");
        enrol_mail(&server, &mut browser, FEMKE).await;
        // Daan has two ways, of which one may stop to count.
        let mut browser = from(&server, OFFICE);
        let asked = browser.sign_in_at("/sign-in", DAAN, PASSWORD).await.location().to_owned();
        let step = browser.get(&asked).await.location().to_owned();
        assert_eq!(browser.fill(&step, &[("code", &daan.code(&server, 0))]).await.location(), "/account");
        enrol_mail(&server, &mut browser, DAAN).await;
        let (state, eva) = (&server.inner.state, server.account_of(EVA).await);
        let (hanna, ida) = (server.account_of(HANNA).await, server.account_of(IDA).await);
        let mut writer = state.db.writing().await.unwrap();
        remove_password(&mut writer, eva).await.unwrap();
        set_validates_networks(&mut writer, hanna, true).await.unwrap();
        set_account_disabled(&mut writer, ida, true, state.now()).await.unwrap();
        writer.commit().await.unwrap();
        let remembered = server.browser();
        let people = vec![
            (ANNA, Way::Passkey(Box::new(anna))),
            (BRAM, Way::Password),
            (CARLA, Way::Password),
            (DAAN, Way::App(daan)),
            (EVA, Way::Passkey(Box::new(key))),
            (FEMKE, Way::Mail),
            (GIJS, Way::App(gijs)),
            (HANNA, Way::Password),
            (IDA, Way::Password),
        ];
        Self { server, people, remembered, strange: 0 }
    }

    fn app(&self, email: &str) -> &AuthenticatorApp {
        match self.people.iter().find(|(known, _)| *known == email) {
            Some((_, Way::App(app))) => app,
            _ => panic!("{email} has no app"),
        }
    }

    /// Signs somebody in for as long as nothing but a code is asked, and says where that leads.
    async fn enter(&mut self, email: &str, browser: &mut Browser) -> String {
        // No code works twice, and none is mailed again at once.
        self.server.clock.advance(61);
        let server = &self.server;
        let (_, way) = self.people.iter_mut().find(|(known, _)| *known == email).unwrap();
        let answer = match way {
            Way::Passkey(key) => {
                let done = browser.sign_in_with("own", key, server).await;
                assert_eq!(done.status, 200, "{}", done.body);
                return done.json()["to"].as_str().unwrap_or_default().to_owned();
            }
            _ => browser.sign_in_at("/sign-in", email, PASSWORD).await,
        };
        if !answer.header("location").ends_with("/second") {
            return leads_to(browser, &answer).await;
        }
        let step = browser.get(answer.location()).await.location().to_owned();
        let kind = step.rsplit('/').next().unwrap_or_default().to_owned();
        let code = match (kind.as_str(), way) {
            ("totp", Way::App(app)) => app.code(server, 0),
            ("email", _) => sent(server, browser, &step, email).await,
            _ => panic!("{email}: {step}"),
        };
        let done = browser.fill(&step, &[("code", &code)]).await;
        format!("{kind}, {}", leads_to(browser, &done).await)
    }

    /// What happens to everybody but whoever saves. Nobody stays signed in by it.
    async fn try_all(&mut self) -> All {
        let mut all = All::new();
        let everybody: Vec<&'static str> = self.people.iter().map(|(email, _)| *email).collect();
        for email in everybody.into_iter().filter(|email| *email != ANNA) {
            let office = self.enter(email, &mut from(&self.server, OFFICE)).await;
            self.strange += 1;
            let mut browser = from(&self.server, &format!("192.0.2.{}", self.strange));
            let strange = self.enter(email, &mut browser).await;
            let remembered = if email == GIJS {
                let mut browser = from(&self.server, OFFICE);
                browser.cookies = self.remembered.cookies.clone();
                browser.cookies.retain(|name, _| !name.contains("session"));
                Some(self.enter(email, &mut browser).await)
            } else {
                None
            };
            all.insert(email, Met { office, strange, remembered });
        }
        self.sign_everybody_out().await;
        all
    }

    async fn sign_everybody_out(&self) {
        let state = &self.server.inner.state;
        for (email, _) in &self.people {
            let account = self.server.account_of(email).await;
            let mut writer = state.db.writing().await.unwrap();
            end_sessions_of(&mut writer, account, state.now()).await.unwrap();
            writer.commit().await.unwrap();
        }
    }

    /// Bram, Daan and Gijs are signed in, and Gijs need not give a code for 30 days.
    async fn begin(&mut self) -> Vec<(&'static str, Browser)> {
        self.sign_everybody_out().await;
        let mut open = Vec::new();
        for email in [BRAM, DAAN] {
            let mut browser = from(&self.server, OFFICE);
            let there = self.enter(email, &mut browser).await;
            assert!(there.ends_with("/account"), "{email}: {there}");
            open.push((email, browser));
        }
        self.server.clock.advance(61);
        self.remembered = tick(&self.server, self.app(GIJS), GIJS).await;
        let mut gijs = from(&self.server, OFFICE);
        gijs.cookies = self.remembered.cookies.clone();
        open.push((GIJS, gijs));
        open
    }
}

async fn leads_to(browser: &mut Browser, answer: &Answer) -> String {
    let location = answer.header("location").to_owned();
    if location.ends_with("/network") {
        let page = browser.get(&location).await;
        let by_administrator = page.body.contains("An administrator of <strong>");
        return if by_administrator { "waits for an administrator" } else { "waits for a mail" }.to_owned();
    }
    if location.contains("/enrol") {
        return "must enrol".to_owned();
    }
    format!("{} {location}", answer.status)
}

/// What is compared with what the table says of somebody.
type Aspect = fn(&Met) -> Option<&str>;

struct Rule {
    fields: &'static [(&'static str, &'static str)],
    /// What the table says of those to whom it means something.
    says: &'static [&'static str],
    /// What becomes other for them.
    aspect: Option<Aspect>,
    /// For how many seconds nobody did anything before it is saved.
    idle: i64,
    /// Who is named.
    named: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        fields: &[("second", "on"), ("when", "now")],
        says: &["Must set up 2FA"],
        aspect: Some(|met| Some(&met.office)),
        idle: 0,
        named: &[BRAM, CARLA, HANNA],
    },
    Rule {
        fields: &[("limit", "on")],
        says: &["Can no longer skip the code"],
        aspect: Some(|met| met.remembered.as_deref()),
        idle: 0,
        named: &[GIJS],
    },
    Rule {
        fields: &[("networks", "on")],
        says: &["Automatic validation is switched off"],
        aspect: Some(|met| Some(&met.strange)),
        idle: 0,
        named: &[HANNA],
    },
    Rule {
        fields: &[("networks", "on"), ("administrator", "on")],
        says: &["A new IP address waits for an administrator"],
        aspect: Some(|met| Some(&met.strange)),
        idle: 0,
        named: &[BRAM, CARLA, DAAN, FEMKE, GIJS, HANNA],
    },
    Rule {
        fields: &[("totp", "")],
        says: &["Can no longer use", "Must set up 2FA"],
        aspect: Some(|met| Some(&met.office)),
        idle: 0,
        named: &[DAAN, GIJS],
    },
    Rule {
        fields: &[("email", "")],
        says: &["Must set up 2FA"],
        aspect: Some(|met| Some(&met.office)),
        idle: 0,
        named: &[FEMKE],
    },
    Rule {
        fields: &[("idle", "15")],
        says: &["Is signed out"],
        aspect: None,
        idle: 20 * 60,
        named: &[BRAM, DAAN, GIJS],
    },
];

/// What is said of somebody whose session does not go on.
const AT_ONCE: [&str; 3] = ["Must set up 2FA at once", "Must confirm it is them at once", "Is signed out"];

fn name_of(email: &str) -> String {
    if email == ANNA { "Anna de Vries".to_owned() } else { format!("Person {email}") }
}

async fn a_rule_means_for_everybody_what_was_said_of_them(engine: Engine) {
    let mut office = Box::pin(Office::open(&engine)).await;
    for rule in RULES {
        let fields = rule.fields;
        // The limits of mails in a day, and in an hour, begin anew.
        office.server.clock.advance(86_401);
        office.begin().await;
        let before = office.try_all().await;
        office.server.clock.advance(3601);
        let mut open = office.begin().await;
        office.server.clock.advance(rule.idle);
        let mut anna = from(&office.server, OFFICE);
        let there = office.enter(ANNA, &mut anna).await;
        assert!(there.ends_with("/account"), "{fields:?}: {there}");
        let page = preview(&mut anna, fields).await;
        let listed = before.keys().copied().filter(|email| *email != IDA).chain([ANNA]);
        let said: BTreeMap<&str, String> = listed.map(|email| (email, told(&page, &name_of(email)))).collect();
        assert!(!page.body.contains(&name_of(IDA)), "whoever is switched off is not named: {}", page.body);
        let affected = said.values().filter(|said| !said.contains("No change")).count();
        let people = if affected == 1 { "1 person".to_owned() } else { format!("{affected} people") };
        assert!(page.body.contains(&format!("Save and apply to {people}")), "{fields:?}: {}", page.body);
        save(&mut anna, fields).await;
        assert_eq!(anna.get(CENTER).await.status, 200, "{fields:?}: whoever saves goes on");

        // Who is signed in goes on, or not.
        for (email, browser) in &mut open {
            let goes_on = browser.get("/account").await.status == 200;
            let named = AT_ONCE.iter().any(|at_once| said[email].contains(at_once));
            assert_eq!(goes_on, !named, "{fields:?}, {email}: {}", said[email]);
        }
        // Whoever was named meets the rule, and nobody else notices anything.
        let meets = |said: &str| rule.says.iter().any(|says| said.contains(says));
        let named = said.iter().filter(|(email, said)| **email != ANNA && meets(said)).map(|(email, _)| *email);
        let named: BTreeSet<&str> = named.collect();
        assert_eq!(named, rule.named.iter().copied().collect(), "{fields:?}: {said:#?}");
        if let Some(aspect) = rule.aspect {
            let after = office.try_all().await;
            let met: BTreeSet<&str> =
                before.keys().filter(|email| aspect(&before[*email]) != aspect(&after[*email])).copied().collect();
            assert_eq!(named, met, "{fields:?}: {before:#?} {after:#?}");
            assert_eq!(before[IDA], after[IDA]);
            assert_eq!(before[EVA], after[EVA], "a passkey is above all of them");
        }
        office.server.rule(Policy::default()).await;
    }
}
