//! Registering an app: what it is, what it is called and who may use it, its addresses, and the settings to copy.
//!
//! What was typed is kept in the database, also where it is wrong: it survives going back, another node, and closing the tab.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::{Pairs, event, filled, not_found, read_about, read_addresses, text, version};
use crate::domain::ids::{AccountId, AppDraftId};
use crate::features::apps::Draft;
use crate::features::apps::pages::app::ready;
use crate::features::apps::rules::{Answers, Fault, Kind, changes};
use crate::features::apps::store::{add_draft, find_draft, list_drafts, remove_draft, save_draft};
use crate::features::apps::views::{AboutPage, AddressesPage, DraftLink, Filled, StartPage};
use crate::features::audit::{self, Ink};
use crate::features::clients::{Clients, add_client, find_registered, new_secret};
use crate::features::console::{Administrator, InstanceAdmin, Kept};
use crate::features::oidc::check_registration;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

const fn owner(admin: &InstanceAdmin) -> AccountId {
    admin.member.standing.account.id
}

/// Step 1 of a new one, and what was begun before.
pub(super) async fn begin(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
) -> Result<Response, Error> {
    let page = start_page(&state, &admin, false).await?;
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

async fn start_page(state: &AppState, admin: &InstanceAdmin, missing: bool) -> Result<StartPage, Error> {
    let drafts = list_drafts(state.db.reading(), owner(admin)).await?;
    let link = |draft: Draft| DraftLink {
        name: draft.answers.name.trim().to_owned(),
        kind: draft.answers.kind.unwrap_or(Kind::Server),
        saved: draft.updated_at.millis(),
        to: urls::app_draft(draft.id, "about"),
    };
    Ok(StartPage {
        action: "/admin/apps/new".to_owned(),
        kind: None,
        missing,
        version: None,
        drafts: drafts.into_iter().map(link).collect(),
    })
}

fn chosen(pairs: &Pairs) -> Option<Kind> {
    text(pairs, "kind")?.parse().ok()
}

/// Begins a new one.
pub(super) async fn start(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Error> {
    let Some(kind) = chosen(&pairs) else {
        let page = start_page(&state, &admin, true).await?;
        context.signed_in = Some(admin.member.shown());
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let mut writer = state.db.writing().await?;
    let chance = (context.now, state.random.as_ref());
    let id = add_draft(&mut writer, owner(&admin), &Answers::of_kind(kind), chance).await?;
    writer.commit().await?;
    Ok(see_other(&urls::app_draft(id, "about")))
}

/// What this administrator began.
async fn own_draft(state: &AppState, admin: &InstanceAdmin, id: &str) -> Result<Option<Draft>, Error> {
    let Ok(id) = id.parse::<AppDraftId>() else { return Ok(None) };
    Ok(find_draft(state.db.reading(), owner(admin), id).await?)
}

/// Step 1 once more.
pub(super) async fn kind(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(draft) = own_draft(&state, &admin, &id).await? else { return Ok(not_found()) };
    let page = StartPage {
        action: urls::app_draft(draft.id, "kind"),
        kind: draft.answers.kind,
        missing: false,
        version: Some(draft.version),
        drafts: Vec::new(),
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// Chooses something else; what was typed beside it stays.
pub(super) async fn choose(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Error> {
    let Some(draft) = own_draft(&state, &admin, &id).await? else { return Ok(not_found()) };
    let mut answers = draft.answers;
    if let Some(kind) = chosen(&pairs).filter(|kind| answers.kind != Some(*kind)) {
        let scope = Answers::of_kind(kind).scope;
        answers = Answers { kind: Some(kind), scope, ..answers };
        let mut writer = state.db.writing().await?;
        // Where another tab was faster the next page shows what that chose.
        if save_draft(&mut writer, (owner(&admin), draft.id), (&answers, version(&pairs)), context.now).await? {
            writer.commit().await?;
        }
    }
    Ok(see_other(&urls::app_draft(draft.id, "about")))
}

/// A step with fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    About,
    Addresses,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::Addresses => "addresses",
        }
    }

    /// The step before it.
    const fn before(self) -> &'static str {
        match self {
            Self::About => "kind",
            Self::Addresses => "about",
        }
    }

    /// Takes what was filled in.
    fn read(self, answers: &mut Answers, pairs: &Pairs) {
        match self {
            Self::About => read_about(answers, pairs),
            Self::Addresses => read_addresses(answers, pairs),
        }
    }

    fn faults(self, answers: &Answers) -> Vec<Fault> {
        match self {
            Self::About => answers.about_faults(),
            Self::Addresses => answers.address_faults(),
        }
    }

    /// The form with these answers; what is hinted at is about addresses.
    async fn filled(
        self,
        state: &AppState,
        (id, answers, version): (AppDraftId, Answers, i64),
        faults: Vec<Fault>,
    ) -> Result<Filled, Error> {
        let mut form = filled(state, urls::app_draft(id, self.name()), (answers, version), faults).await?;
        if self == Self::About {
            form.hints.clear();
        }
        Ok(form)
    }
}

fn show_step(
    state: &AppState,
    context: &mut Context,
    admin: &InstanceAdmin,
    (step, form): (Step, Filled),
) -> Result<Response, Error> {
    context.signed_in = Some(admin.member.shown());
    let status =
        if form.faults.is_empty() && !form.conflict { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match step {
        Step::About => context.page(state, status, &AboutPage { form }),
        Step::Addresses => context.page(state, status, &AddressesPage { form }),
    }
}

async fn open_step(
    state: &AppState,
    context: &mut Context,
    admin: &InstanceAdmin,
    (step, id): (Step, &str),
    Kept(kept): &Kept,
) -> Result<Response, Error> {
    let Some(mut draft) = own_draft(state, admin, id).await? else { return Ok(not_found()) };
    if !kept.is_empty() {
        step.read(&mut draft.answers, kept);
        draft.version = version(kept);
    }
    // What was saved before it was right is shown as it was typed, and only then with what is wrong.
    let began = match step {
        Step::About => !draft.answers.name.is_empty(),
        Step::Addresses => !draft.answers.redirects.is_empty(),
    };
    let faults = if began { step.faults(&draft.answers) } else { Vec::new() };
    let form = step.filled(state, (draft.id, draft.answers, draft.version), faults).await?;
    context.signed_in = Some(admin.member.shown());
    match step {
        Step::About => context.page(state, StatusCode::OK, &AboutPage { form }),
        Step::Addresses => context.page(state, StatusCode::OK, &AddressesPage { form }),
    }
}

pub(super) async fn about(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    kept: Kept,
) -> Result<Response, Error> {
    open_step(&state, &mut context, &admin, (Step::About, &id), &kept).await
}

pub(super) async fn addresses(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path(id): Path<String>,
    kept: Kept,
) -> Result<Response, Error> {
    open_step(&state, &mut context, &admin, (Step::Addresses, &id), &kept).await
}

/// Saves what was typed. Says whether nobody saved meanwhile.
async fn save(
    state: &AppState,
    context: &Context,
    admin: &InstanceAdmin,
    (draft, answers, pairs): (&Draft, &Answers, &Pairs),
) -> Result<bool, Error> {
    let mut writer = state.db.writing().await?;
    let saved = save_draft(&mut writer, (owner(admin), draft.id), (answers, version(pairs)), context.now).await?;
    if saved {
        writer.commit().await?;
    }
    Ok(saved)
}

/// The page once more for whoever was overtaken by another tab: with what they typed, to be sent again.
async fn overtaken(
    state: &AppState,
    context: &mut Context,
    admin: &InstanceAdmin,
    (step, id, answers): (Step, AppDraftId, Answers),
) -> Result<Response, Error> {
    let Some(now) = find_draft(state.db.reading(), owner(admin), id).await? else { return Ok(not_found()) };
    let mut form = step.filled(state, (id, answers, now.version), Vec::new()).await?;
    form.conflict = true;
    show_step(state, context, admin, (step, form))
}

/// Where the button leads: back, away, or on.
fn goes(pairs: &Pairs) -> &'static str {
    match text(pairs, "go").as_deref() {
        Some("back") => "back",
        Some("discard") => "discard",
        _ => "on",
    }
}

async fn discard(state: &AppState, admin: &InstanceAdmin, draft: &Draft) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    remove_draft(&mut writer, (owner(admin), draft.id), None).await?;
    writer.commit().await?;
    Ok(see_other(urls::ADMIN_APPS))
}

pub(super) async fn save_about(
    State(state): State<AppState>,
    context: Context,
    admin: Administrator,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Error> {
    save_step(&state, context, admin, (Step::About, &id, &pairs)).await
}

pub(super) async fn save_addresses(
    State(state): State<AppState>,
    context: Context,
    admin: Administrator,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Error> {
    save_step(&state, context, admin, (Step::Addresses, &id, &pairs)).await
}

/// Saves what was filled in, and goes where the button leads; after the last step the app is registered.
async fn save_step(
    state: &AppState,
    mut context: Context,
    admin: Administrator,
    (step, id, pairs): (Step, &str, &Pairs),
) -> Result<Response, Error> {
    let admin = match admin.prove(state, &context, pairs) {
        Ok(admin) => admin,
        Err(to) => return Ok(see_other(&to)),
    };
    let Some(draft) = own_draft(state, &admin, id).await? else { return Ok(not_found()) };
    if goes(pairs) == "discard" {
        return discard(state, &admin, &draft).await;
    }
    let mut answers = draft.answers.clone();
    step.read(&mut answers, pairs);
    let faults = step.faults(&answers);
    if step == Step::Addresses && goes(pairs) == "on" && faults.is_empty() && answers.is_sound() {
        // Saved nowhere on its way: either there is an app and no draft any more, or the draft is as it was.
        return register(state, context, &admin, (draft.id, version(pairs), answers)).await;
    }
    if !save(state, &context, &admin, (&draft, &answers, pairs)).await? {
        return overtaken(state, &mut context, &admin, (step, draft.id, answers)).await;
    }
    if goes(pairs) == "back" {
        return Ok(see_other(&urls::app_draft(draft.id, step.before())));
    }
    if !faults.is_empty() {
        let form = step.filled(state, (draft.id, answers, draft.version + 1), faults).await?;
        return show_step(state, &mut context, &admin, (step, form));
    }
    let next = match step {
        Step::About => "addresses",
        // Whoever came here by a link of their own still has something to fill in before.
        Step::Addresses => "about",
    };
    Ok(see_other(&urls::app_draft(draft.id, next)))
}

/// Registers the app, once, and shows its settings with the secret, once.
async fn register(
    state: &AppState,
    mut context: Context,
    admin: &InstanceAdmin,
    (draft, seen, answers): (AppDraftId, i64, Answers),
) -> Result<Response, Error> {
    let mut client = answers.new_client(format!("app_{}", &state.random.secret().expose()[..16]));
    check_registration(&client).map_err(Error::new)?;
    let secret = new_secret(state, &mut client);
    let mut writer = state.db.writing().await?;
    // Whoever presses twice, or in two tabs, registers one app.
    if !remove_draft(&mut writer, (owner(admin), draft), Some(seen)).await? {
        drop(writer);
        return overtaken(state, &mut context, admin, (Step::Addresses, draft, answers)).await;
    }
    add_client(&mut writer, &client, context.now, state.random.as_ref()).await?;
    let nothing = Answers::default().new_client(client.id.clone());
    let (_, after) = changes(&nothing, &client);
    let event = event(&context, admin, "app.add", &client.id).with("after", json!(after));
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    Clients::forget(state);
    let Some(app) = find_registered(state.db.reading(), &client.id).await? else { return Ok(not_found()) };
    let page = ready(state, &app, (true, secret.as_ref().map(|secret| secret.expose().as_str())));
    context.signed_in = Some(admin.member.shown());
    context.page(state, StatusCode::OK, &page)
}
