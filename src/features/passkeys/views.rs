//! What the pages about passkeys and security keys show.

use serde::Serialize;

use crate::domain::FactorKind;
use crate::web::Page;

/// A ceremony, as the page's script needs it.
#[derive(Clone, Debug, Serialize)]
pub struct Ceremony {
    /// Whether it makes a new credential, or uses one.
    pub creates: bool,
    /// Where it begins.
    pub begin: String,
    /// Where it is finished.
    pub finish: String,
    /// The place of a sign-in: `own`, `confirm`, or an interaction.
    pub place: String,
    /// Which page comes after a confirmation.
    pub next: String,
    /// Whether the list of a field may offer passkeys as well.
    pub autofill: bool,
    /// Whether it is the best way in for this browser, and so comes first.
    pub first: bool,
}

/// What a browser and a password manager should know about the passkeys of an account (WebAuthn Level 3, section
/// 5.1.10: the Signal API).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// The relying party.
    pub rp_id: String,
    /// The user handle, in base64url.
    pub user_id: String,
    /// What the account is called in lists.
    pub name: String,
    /// The name of the person.
    pub display_name: String,
    /// The credentials that work, in base64url.
    pub all_accepted_credential_ids: Vec<String>,
}

/// Making a passkey or security key.
#[derive(Clone, Debug, Serialize)]
pub struct CreatePage {
    /// Which of the two.
    pub kind: FactorKind,
    /// How; none where browsers refuse it at this address.
    pub ceremony: Option<Ceremony>,
    /// The app that is waiting, in a sign-in.
    pub app: Option<String>,
    /// Where somebody goes who would rather not.
    pub back: String,
    /// Whether that is another way to set up, or the account.
    pub in_sign_in: bool,
}

fn create() -> Ceremony {
    Ceremony {
        creates: true,
        begin: "/enrol/account/passkey/begin".to_owned(),
        finish: "/enrol/account/passkey/finish".to_owned(),
        place: String::new(),
        next: String::new(),
        autofill: false,
        first: true,
    }
}

impl Page for CreatePage {
    const TEMPLATE: &'static str = "pages/passkeys/create.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            kind: FactorKind::Passkey,
            ceremony: Some(create()),
            app: None,
            back: "/account/passkeys".to_owned(),
            in_sign_in: false,
        };
        let app = Some("Kantoorportaal".to_owned());
        vec![
            plain.clone(),
            Self { kind: FactorKind::SecurityKey, ..plain.clone() },
            Self { app, in_sign_in: true, back: "/enrol/int_1".to_owned(), ..plain.clone() },
            Self { ceremony: None, ..plain },
        ]
    }
}

/// A passkey or security key as the second step (H8).
#[derive(Clone, Debug, Serialize)]
pub struct SecondStepPage {
    /// Which of the two.
    pub kind: FactorKind,
    /// How.
    pub ceremony: Ceremony,
    /// The app that is waiting.
    pub app: Option<String>,
    /// Whether that app asks for it.
    pub for_app: bool,
    /// Where another way is chosen.
    pub other_ways: String,
}

impl Page for SecondStepPage {
    const TEMPLATE: &'static str = "pages/passkeys/second_step.html";

    fn samples() -> Vec<Self> {
        let ceremony = Ceremony { creates: false, ..create() };
        let plain = Self {
            kind: FactorKind::Passkey,
            ceremony,
            app: None,
            for_app: false,
            other_ways: "/sign-in/int_1/second?choose=1".to_owned(),
        };
        let app = Some("Kantoorportaal".to_owned());
        vec![
            plain.clone(),
            Self { kind: FactorKind::SecurityKey, app: app.clone(), ..plain.clone() },
            Self { app, for_app: true, ..plain },
        ]
    }
}

/// The offer of a passkey after a sign-in without one (H15).
#[derive(Clone, Debug, Serialize)]
pub struct OfferPage {
    /// Where "not now" goes.
    pub action: String,
    /// How one is made.
    pub ceremony: Ceremony,
}

impl Page for OfferPage {
    const TEMPLATE: &'static str = "pages/passkeys/offer.html";

    fn samples() -> Vec<Self> {
        vec![Self { action: "/offer/int_1".to_owned(), ceremony: create() }]
    }
}

/// A passkey or security key in a list.
#[derive(Clone, Debug, Serialize)]
pub struct PasskeyRow {
    /// Its identifier.
    pub id: String,
    /// Which of the two.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    /// Who made the authenticator, where that is known and not its name already.
    pub provider: Option<String>,
    /// Whether a copy lies with its maker or a password manager.
    pub synced: bool,
    /// Whether it cannot leave its device.
    pub device_bound: bool,
    /// Whether this session began with it.
    pub here: bool,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
    /// The browser that it was made with, and its system.
    pub browser: Option<(String, String)>,
    /// When it was last used, in milliseconds since 1970.
    pub last_used: Option<i64>,
}

/// The passkeys and security keys of an account (A2).
#[derive(Clone, Debug, Serialize)]
pub struct PasskeysPage {
    /// All of them, oldest first.
    pub rows: Vec<PasskeyRow>,
    /// How many of them are passkeys.
    pub passkeys: usize,
    /// Where one is made; none where browsers refuse it at this address, or there are enough.
    pub create: Option<String>,
    /// Where a security key is added, under the same conditions.
    pub create_key: Option<String>,
    /// What was just done: `added`, `renamed` or `removed`.
    pub done: Option<&'static str>,
    /// What the browser should know now: [`Known`], as JSON.
    pub known: Option<String>,
}

fn row() -> PasskeyRow {
    PasskeyRow {
        id: "fac_1".to_owned(),
        kind: FactorKind::Passkey,
        name: "iCloud Keychain".to_owned(),
        provider: None,
        synced: true,
        device_bound: false,
        here: true,
        created: 1_790_000_000_000,
        browser: Some(("Edge".to_owned(), "Windows".to_owned())),
        last_used: Some(1_795_507_920_000),
    }
}

impl Page for PasskeysPage {
    const TEMPLATE: &'static str = "pages/passkeys/passkeys.html";

    fn samples() -> Vec<Self> {
        let key = PasskeyRow {
            kind: FactorKind::SecurityKey,
            name: "<Blauwe sleutel>".to_owned(),
            provider: Some("Security Key NFC".to_owned()),
            synced: false,
            device_bound: true,
            here: false,
            browser: None,
            last_used: None,
            ..row()
        };
        let none = Self {
            rows: Vec::new(),
            passkeys: 0,
            create: Some("/enrol/account/passkey".to_owned()),
            create_key: Some("/enrol/account/security_key".to_owned()),
            done: None,
            known: None,
        };
        let known = Some(r#"{"rpId":"id.example.nl"}"#.to_owned());
        let one = Self { rows: vec![row()], passkeys: 1, done: Some("added"), known, ..none.clone() };
        let more = Self { rows: vec![row(), row(), key.clone()], passkeys: 2, done: Some("renamed"), ..none.clone() };
        let off = Self { rows: vec![key], create: None, create_key: None, done: Some("removed"), ..none.clone() };
        vec![none, one, more, off]
    }
}

/// Another name for a passkey or security key.
#[derive(Clone, Debug, Serialize)]
pub struct RenamePage {
    /// Where the form goes.
    pub action: String,
    /// Where somebody goes who would rather not.
    pub back: String,
    /// Its name.
    pub name: String,
    /// The longest that a name may be, in characters.
    pub longest: usize,
    /// Whether none was written.
    pub empty: bool,
}

impl Page for RenamePage {
    const TEMPLATE: &'static str = "pages/passkeys/rename.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/account/passkeys/fac_1/rename".to_owned(),
            back: "/account/passkeys".to_owned(),
            name: "Edge op Windows".to_owned(),
            longest: 60,
            empty: false,
        };
        vec![plain.clone(), Self { name: String::new(), empty: true, ..plain }]
    }
}

/// Removing a passkey or security key.
#[derive(Clone, Debug, Serialize)]
pub struct RemovePage {
    /// Where the form goes.
    pub action: String,
    /// Where somebody goes who would rather not.
    pub back: String,
    /// What is to be removed.
    pub row: PasskeyRow,
    /// What it comes down to: `one_of_several`, `leaves_second_step`, `leaves_password`, `last_way_in` or `demanded`.
    pub consequence: &'static str,
    /// Who demands that it stays; none for the operator.
    pub organisation: Option<String>,
}

impl Page for RemovePage {
    const TEMPLATE: &'static str = "pages/passkeys/remove.html";

    fn samples() -> Vec<Self> {
        let page = |consequence| Self {
            action: "/account/passkeys/fac_1/remove".to_owned(),
            back: "/account/passkeys".to_owned(),
            row: row(),
            consequence,
            organisation: None,
        };
        let key = PasskeyRow { kind: FactorKind::SecurityKey, ..row() };
        let mut all: Vec<Self> =
            ["one_of_several", "leaves_second_step", "leaves_password", "last_way_in", "demanded"].map(page).into();
        all.push(Self { organisation: Some("Kantoor De Vries".to_owned()), ..page("demanded") });
        all.push(Self { row: key, ..page("leaves_password") });
        let provider = PasskeyRow { provider: Some("1Password".to_owned()), ..row() };
        all.push(Self { row: provider, ..page("one_of_several") });
        all
    }
}
