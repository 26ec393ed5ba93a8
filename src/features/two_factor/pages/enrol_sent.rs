//! Switching on codes by mail or text message: on after the first right one.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::place::Place;
use super::sent::{code_message, full_minute, masked};
use crate::domain::phone::PhoneRefusal;
use crate::domain::{FactorKind, PhoneNumber, Secret};
use crate::features::accounts::Account;
use crate::features::audit::{Chain, Event};
use crate::features::challenges::{self, Bond, NotSent, Purpose, Waiting, six_digits};
use crate::features::factors::{MOST_FACTORS, list_factors};
use crate::features::interactions::expired_page;
use crate::features::outbox::Recipient;
use crate::features::two_factor::views::{EnrolSentPage, SendProblem, StepProblem};
use crate::features::two_factor::{Verdict, attempts, email_code, kinds_at_hand, proof_of, sms_code};
use crate::web::{AppState, Context, Error, see_other, urls};

/// What a page is about: codes of this kind, for this account, in this place.
struct Subject {
    kind: FactorKind,
    account: Account,
    bond: Bond,
    waiting: Option<Waiting>,
    /// Where it is.
    path: String,
    back: String,
}

impl Subject {
    /// The subject, if such codes may be switched on here; otherwise where to go instead.
    async fn of(
        state: &AppState,
        context: &mut Context,
        place: &Place,
        kind: FactorKind,
    ) -> Result<Result<Self, Response>, Error> {
        let back = urls::enrol(place.name());
        if !place.kinds(context).and(kinds_at_hand(&state.config)).contains(kind) {
            return Ok(Err(see_other(&back)));
        }
        let Some(account) = place.account().cloned() else { return Ok(Err(expired_page(state, context, None)?)) };
        let name = match place {
            Place::Account(member) => format!("{}:{}", urls::PLACE_ACCOUNT, member.session.id),
            Place::SignIn(passage) => {
                context.prefer(passage.interaction.purpose.languages());
                passage.interaction.id.to_string()
            }
        };
        let bond = Bond { purpose: Purpose::Enrol, kind, account: account.id, place: name, network: None };
        let waiting =
            challenges::waiting(state.db.reading(), state, &bond, context.now).await?.filter(|sent| sent.takes_code);
        Ok(Ok(Self { kind, account, bond, waiting, path: urls::enrol_kind(place.name(), kind), back }))
    }

    /// Where a code that waits went to.
    fn sent_to(&self) -> Option<Recipient> {
        let waiting = self.waiting.as_ref()?;
        match self.kind {
            FactorKind::Email => Some(email_code::recipient(&self.account)),
            _ => waiting.number.clone().map(Recipient::Sms),
        }
    }

    fn page(&self, state: &AppState) -> EnrolSentPage {
        let to = match self.kind {
            FactorKind::Email => Some(self.account.email.masked()),
            _ => self.sent_to().as_ref().map(masked),
        };
        EnrolSentPage {
            by: self.kind,
            action: self.path.clone(),
            send: urls::send(&self.path),
            back: self.back.clone(),
            to,
            from: state.config.mail.from.clone(),
            number: String::new(),
            sent_at: self.waiting.as_ref().map(|waiting| waiting.sent_at.millis()),
            problem: None,
            sending: None,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// The person wants to give another number.
    number: Option<String>,
}

pub(super) async fn show(
    state: &AppState,
    mut context: Context,
    (place, kind): (Place, FactorKind),
    wanted: Wanted,
) -> Result<Response, Error> {
    let subject = match Subject::of(state, &mut context, &place, kind).await? {
        Ok(subject) => subject,
        Err(response) => return Ok(response),
    };
    let mut page = subject.page(state);
    if kind == FactorKind::Sms && wanted.number.is_some() {
        (page.to, page.sent_at) = (None, None);
    }
    context.page(state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Address {
    /// The number; none for the one that a code was sent to before.
    #[serde(default)]
    number: Secret<String>,
}

pub(super) async fn send(
    state: &AppState,
    mut context: Context,
    (place, kind): (Place, FactorKind),
    address: Address,
) -> Result<Response, Error> {
    let subject = match Subject::of(state, &mut context, &place, kind).await? {
        Ok(subject) => subject,
        Err(response) => return Ok(response),
    };
    let typed = address.number.expose().trim();
    // The countries that are sent to begin with our own.
    let country = state.config.sms.allowed_countries.first().map(String::as_str);
    let to = match kind {
        FactorKind::Email => Ok(email_code::recipient(&subject.account)),
        _ if typed.is_empty() && subject.waiting.is_some() => subject.sent_to().ok_or(SendProblem::Number),
        _ => PhoneNumber::typed(typed, country).map(Recipient::Sms).map_err(|_| SendProblem::Number),
    };
    let problem = match to {
        Ok(to) => {
            let chain = Chain::Organisation(subject.account.home_organisation_id);
            let event = Event::new(chain, "factor.add", "sent")
                .by(subject.account.id)
                .referred_to(context.reference)
                .with("kind", kind.to_string())
                .with_personal("ip", context.client_ip.to_string());
            let about = (&subject.account, None);
            let message = code_message(&context, &subject.account, None, Purpose::Enrol);
            match challenges::send(state, &context, &subject.bond, about, (to, event), message).await? {
                Ok(()) => return Ok(see_other(&subject.path)),
                Err(NotSent::TooMany(blocked)) => SendProblem::Wait { until: full_minute(blocked.until.millis()) },
                Err(NotSent::Unavailable) => SendProblem::Unavailable,
                Err(NotSent::Refused(PhoneRefusal::Impossible)) => SendProblem::Number,
                Err(NotSent::Refused(PhoneRefusal::Country)) => SendProblem::Country,
                Err(NotSent::Refused(PhoneRefusal::NotMobile)) => SendProblem::NotMobile,
            }
        }
        Err(problem) => problem,
    };
    let status = match problem {
        SendProblem::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        SendProblem::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut page = EnrolSentPage { number: typed.to_owned(), sending: Some(problem), ..subject.page(state) };
    if !typed.is_empty() {
        (page.to, page.sent_at) = (None, None);
    }
    context.page(state, status, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: Secret<String>,
}

pub(super) async fn confirm(
    state: &AppState,
    mut context: Context,
    (place, kind): (Place, FactorKind),
    typed: Typed,
) -> Result<Response, Error> {
    let mut subject = match Subject::of(state, &mut context, &place, kind).await? {
        Ok(subject) => subject,
        Err(response) => return Ok(response),
    };
    let account = subject.account.clone();
    let Some(code) = six_digits(typed.code.expose()) else {
        let page = EnrolSentPage { problem: Some(StepProblem::Shape), ..subject.page(state) };
        return context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    if let Some(blocked) = attempts::begin(state, account.id, kind, context.now).await? {
        let problem = Some(StepProblem::TooMany { until: blocked.until.millis() });
        return context.page(state, StatusCode::TOO_MANY_REQUESTS, &EnrolSentPage { problem, ..subject.page(state) });
    }
    let mut writer = state.db.writing().await?;
    let to = subject.sent_to();
    let address = match &to {
        Some(Recipient::Mail(email)) => email.as_str(),
        Some(Recipient::Sms(number)) => number.as_str(),
        None => "",
    };
    let checked = challenges::check(&mut writer, state, &subject.bond, (address, &code), context.now).await?;
    if let Verdict::Wrong(problem) = Verdict::from(checked) {
        writer.commit().await?;
        subject.waiting = challenges::waiting(state.db.reading(), state, &subject.bond, context.now)
            .await?
            .filter(|sent| sent.takes_code);
        let page = EnrolSentPage { problem: Some(problem), ..subject.page(state) };
        return context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    if list_factors(&writer, account.id).await?.len() >= MOST_FACTORS {
        return Ok(see_other(urls::ACCOUNT_SECURITY));
    }
    attempts::forgive(&mut writer, account.id, kind).await?;
    match &to {
        Some(Recipient::Sms(number)) => sms_code::enrol(&mut writer, state, &context, (&account, number)).await?,
        _ => email_code::enrol(&mut writer, state, &context, &account).await?,
    }
    let proof = proof_of(kind, context.now);
    place.enrolled(state, &mut context, writer, (kind, false), proof).await
}
