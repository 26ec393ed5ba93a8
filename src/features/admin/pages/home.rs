//! How everything is (M1), and what is still to be done after the first start (M10).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::FactorKind;
use crate::features::activity::{Asked, DayCount, History, Period, Topic};
use crate::features::admin::health::look;
use crate::features::admin::store::{count_apps, count_open_cases, count_people};
use crate::features::admin::views::HomePage;
use crate::features::console::Auditor;
use crate::features::outbox::{Channel, traffic};
use crate::web::{AppState, Context, Error, urls};

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
) -> Result<Response, Error> {
    let db = state.db.reading();
    let asked = Asked { chain: None, account: None, topic: Topic::SignIns, period: Period::Week };
    let chart = History::of(&state, asked, context.now).chart().await?;
    let done = |day: &DayCount| day.passkey + day.second + day.password;
    let before: Vec<u32> = chart.days.iter().rev().skip(1).map(done).collect();
    let usual = before.iter().sum::<u32>().div_ceil(u32::try_from(before.len()).unwrap_or(1).max(1));
    let today = chart.days.last().map_or((0, 0), |day| (done(day), day.failed));
    let page = HomePage {
        may_change: auditor.administers(),
        checks: look(&state).await,
        today: today.0,
        failed: today.1,
        usual,
        cases: count_open_cases(db, context.now).await?,
        chart,
        steps: if auditor.administers() { steps(&state, &auditor).await? } else { Vec::new() },
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// What is to be done after the first start: the word, where, and whether it is done. Nothing once all of it is.
async fn steps(state: &AppState, auditor: &Auditor) -> Result<Vec<(&'static str, &'static str, bool)>, Error> {
    let db = state.db.reading();
    let mails = traffic(db, Channel::Mail).await?.last_sent.is_some();
    let steps = vec![
        ("passkey", urls::ACCOUNT_PASSKEYS, auditor.member.standing.enrolled.kinds.contains(FactorKind::Passkey)),
        ("mail", urls::ADMIN_SETTINGS, mails),
        ("people", urls::ADMIN_ORGANISATIONS_NEW, count_people(db).await? > 1),
        ("app", urls::ADMIN_APPS, count_apps(db).await? > 0),
    ];
    Ok(if steps.iter().all(|(_, _, done)| *done) { Vec::new() } else { steps })
}
