//! Gathers the facts about a request, and decides.

use std::time::Duration;

use super::organisation::{Choice, chosen};
use super::request::AuthorizationRequest;
use crate::domain::Timestamp;
use crate::domain::sign_in::{
    Answers, AppFacts, ConsentFacts, Decision, Evidence, Facts, NetworkStanding, Question, Refusal, Use, Wish, decide,
};
use crate::features::clients::Client;
use crate::features::interactions::{Interaction, offer_is_due};
use crate::features::oidc::store;
use crate::features::oidc::subjects::subject;
use crate::features::oidc::validity::app_facts;
use crate::features::sessions::{Holder, Standing, find_standing};
use crate::web::{AppState, Context, Error};

/// Whose evidence is judged.
struct Person<'a> {
    evidence: &'a Evidence,
    standing: &'a Standing,
}

/// What is decided about a request that just came.
pub(super) async fn request(
    state: &AppState,
    context: &Context,
    client: &Client,
    request: &AuthorizationRequest,
    holder: Option<&Holder>,
) -> Result<Decision, Error> {
    let person = holder.map(|holder| Person { evidence: &holder.session.evidence, standing: &holder.standing });
    // `prompt=login` with a sign-in in the same moment must not pass by equality.
    let unanswered = request.prompt.login || request.prompt.select_account;
    let wish = Wish {
        proven_since: unanswered.then_some(context.now),
        max_age: request.max_age.map(Duration::from_secs),
        acr: client.metadata.access.wish(request.acr.wish()),
    };
    let mut facts = facts(state, context, client, request, (person, wish)).await?;
    ask_for_organisation(state, request, (&mut facts, holder), None).await?;
    // Whoever has a session was asked what may be put off when it was opened.
    facts.answers = Answers { enrolment_skipped: true, offer_answered: true, ..Answers::default() };
    Ok(match decide(&facts) {
        Decision::Issue(_) if unanswered => Decision::Ask(Question::Authenticate),
        decision => or_somebody_else(decision),
    })
}

/// What is decided about a request whose sign-in has begun: about the session that came of it, else about what was
/// proven so far.
pub(super) async fn resumed(
    state: &AppState,
    context: &Context,
    client: &Client,
    request: &AuthorizationRequest,
    holder: Option<&Holder>,
    interaction: &Interaction,
) -> Result<Decision, Error> {
    let db = state.db.reading();
    let standing = match (&interaction.evidence, holder) {
        (Some(evidence), None) => {
            find_standing(db, evidence.account_id, [evidence.network, context.client_ip.network()]).await?
        }
        _ => None,
    };
    let person = match holder {
        Some(holder) => Some(Person { evidence: &holder.session.evidence, standing: &holder.standing }),
        None => interaction
            .evidence
            .as_ref()
            .zip(standing.as_ref())
            .map(|(evidence, standing)| Person { evidence, standing }),
    };
    let offer = match holder {
        Some(holder) => offer_is_due(db, interaction, &holder.standing, context.now).await?,
        None => false,
    };
    let mut facts = facts(state, context, client, request, (person, interaction.wish())).await?;
    let since = request.prompt.select_account.then_some(interaction.created_at);
    ask_for_organisation(state, request, (&mut facts, holder), since).await?;
    // Asked and answered in this very sign-in: an answer to another one, in another tab, was to something else.
    if let Some(app) = facts.app.as_mut().filter(|_| agreed(interaction, facts.evidence.as_ref())) {
        app.consent.must_ask = false;
    }
    facts.answers = interaction.answers;
    facts.offer = offer;
    Ok(or_somebody_else(decide(&facts)))
}

/// Whoever may not go on leaves the place to somebody else: the sign-in is asked again, and says why not.
fn or_somebody_else(decision: Decision) -> Decision {
    match decision {
        Decision::Refuse(Refusal::AppDisabled | Refusal::AcrUnreachable | Refusal::NotAdmitted) => decision,
        Decision::Refuse(_) => Decision::Ask(Question::Authenticate),
        _ => decision,
    }
}

async fn facts(
    state: &AppState,
    context: &Context,
    client: &Client,
    request: &AuthorizationRequest,
    (person, wish): (Option<Person<'_>>, Wish),
) -> Result<Facts, Error> {
    // Somebody else than the app expects counts as nobody (OpenID Connect Core, section 3.1.2.2).
    let person = person.filter(|person| {
        let known_as = || subject(state, client, person.evidence.account_id);
        request.expected_subject.as_ref().is_none_or(|expected| *expected == known_as())
    });
    let db = state.db.reading();
    let given = match (&person, &request.trial) {
        // What is given in a trial counts there and nowhere else, and the other way round.
        (_, Some(trying)) => {
            let consented = store::find_trial(db, trying.id, context.now).await?.and_then(|trial| trial.consented_at);
            consented.map(|at| (request.consent_scope(), at))
        }
        (Some(person), None) => store::find_consent(db, person.evidence.account_id, &client.id).await?,
        (None, None) => None,
    };
    // The page that approves a device shows and asks by itself.
    let has_details = !request.details.is_empty() && !client.first_party && request.device.is_none();
    Ok(Facts {
        now: context.now,
        occasion: Use::SignIn,
        wish,
        issued_at: None,
        evidence: person.as_ref().map(|person| person.evidence.clone()),
        account: person.as_ref().map(|person| person.standing.facts()),
        network: person.as_ref().map_or(NetworkStanding::New, |person| {
            person.standing.network(Some(person.evidence), context.client_ip.network(), context.now)
        }),
        answers: Answers::default(),
        offer: false,
        app: Some(AppFacts {
            consent: ConsentFacts {
                // The page that approves a device asks by itself, whatever the person gave the app before.
                first_party: client.first_party || request.device.is_some(),
                // What was agreed to in detail once is not agreed to for ever.
                must_ask: request.prompt.consent || has_details,
                wanted: request.consent_scope(),
                given: given.map(|(scope, _)| scope).unwrap_or_default(),
            },
            ..app_facts(client, person.as_ref().map(|person| person.standing))
        }),
    })
}

/// Several organisations may fit, and the app may be told of one.
async fn ask_for_organisation(
    state: &AppState,
    request: &AuthorizationRequest,
    (facts, holder): (&mut Facts, Option<&Holder>),
    since: Option<Timestamp>,
) -> Result<(), Error> {
    if let (Some(app), Some(holder)) = (&mut facts.app, holder) {
        let chosen = chosen(state.db.reading(), request, holder, since).await?;
        app.needs_organisation = chosen == Choice::Due;
    }
    Ok(())
}

/// Whether this person said yes to what this sign-in is for.
fn agreed(interaction: &Interaction, evidence: Option<&Evidence>) -> bool {
    evidence.is_some_and(|evidence| interaction.purpose.agreed_by == Some(evidence.account_id))
}
