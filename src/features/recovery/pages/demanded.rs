//! A password that an administrator wants to be chosen anew: in the sign-in that just proved the old one, which goes on
//! with the new one.

use axum::http::StatusCode;
use axum::response::Response;

use super::new_password::tell;
use crate::domain::Secret;
use crate::domain::sign_in::{Decision, Proof, Question};
use crate::features::accounts::{Account, hold_unchanged};
use crate::features::audit::{self, Ink};
use crate::features::interactions::{Passage, respond};
use crate::features::passwords::{
    Hashing, NewPassword, Surroundings, forget_guesses, hash_new_password, is_password_of, least_length, set_password,
};
use crate::features::recovery::store;
use crate::features::recovery::views::NewPasswordPage;
use crate::features::sessions::{Standing, end_everything_else, find_standing};
use crate::web::{AppState, Context, Error, PageProblem, see_other, urls};

/// A sign-in in which the password must be chosen anew now.
pub(super) struct Demanded {
    passage: Passage,
    standing: Standing,
}

/// The sign-in `id`, if that is what it waits for.
pub(super) async fn find(state: &AppState, context: &Context, id: &str) -> Result<Option<Demanded>, Error> {
    let Some(passage) = Passage::find(state, context, id).await? else { return Ok(None) };
    let is_due = passage.interaction.purpose.resets.is_none()
        && matches!(passage.decision(context.now), Decision::Ask(Question::NewPassword));
    Ok(passage.standing.clone().filter(|_| is_due).map(|standing| Demanded { passage, standing }))
}

impl Demanded {
    fn page(&self, state: &AppState, problem: Option<&'static str>) -> NewPasswordPage {
        NewPasswordPage {
            action: urls::new_password(self.passage.interaction.id),
            email: self.account().email.to_string(),
            least: least_length(&state.config.sign_in, &self.standing),
            demanded: true,
            problem,
        }
    }

    const fn account(&self) -> &Account {
        &self.standing.account
    }

    pub(super) fn show(&self, state: &AppState, context: &mut Context) -> Result<Response, Error> {
        context.prefer(self.passage.interaction.purpose.languages());
        context.page(state, StatusCode::OK, &self.page(state, None))
    }

    pub(super) async fn choose(
        self,
        state: &AppState,
        mut context: Context,
        typed: Secret<String>,
    ) -> Result<Response, Error> {
        context.prefer(self.passage.interaction.purpose.languages());
        let busy = || Ok(PageProblem::Busy.into_response_with(StatusCode::SERVICE_UNAVAILABLE));
        let account = self.account().clone();
        let near = Surroundings {
            product: &state.config.branding.name,
            organisation: self.standing.home().map_or("", |home| &home.organisation_name),
            name: &account.name,
            email: &account.email,
        };
        let least = least_length(&state.config.sign_in, &self.standing);
        let password = match NewPassword::parse(&typed, least, near) {
            Ok(password) => password,
            Err(problem) => {
                let page = self.page(state, Some(problem.as_str()));
                return context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &page);
            }
        };
        match is_password_of(state, account.id, typed).await? {
            Ok(false) => {}
            Ok(true) => {
                return context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &self.page(state, Some("same")));
            }
            Err(_) => return busy(),
        }
        let hashing = state.service::<Hashing>();
        let Ok(phc) = hash_new_password(&hashing, password, state.random.as_ref()).await else { return busy() };
        let mut passage = self.passage;
        let mut writer = state.db.writing().await?;
        if !hold_unchanged(&mut writer, account.id, account.credentials_changed_at).await? {
            return Ok(see_other(&urls::sign_in(passage.interaction.id)));
        }
        set_password(&mut writer, account.id, &phc, context.now).await?;
        store::end_resets_of(&mut writer, account.id, context.now).await?;
        end_everything_else(&mut writer, account.id, None, context.now).await?;
        forget_guesses(&mut writer, account.id).await?;
        tell(&mut writer, state, &context, &account).await?;
        let event = passage.event(&context, "password.change", "done").by(account.id);
        audit::record(&mut writer, Ink::of(state, context.now), event).await?;
        // What was proven a moment ago with the old one is proven with the new one.
        passage.interaction.prove(Proof::Password { at: context.now });
        let networks = [passage.network(), context.client_ip.network()];
        passage.standing = find_standing(&writer, account.id, networks).await?;
        let onward = passage.finish(state, &context, writer, "sign_in.new_password").await?;
        respond(state, &mut context, onward)
    }
}
