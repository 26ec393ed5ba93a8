//! The paths of one app, below the list of all.

/// One app, as its administrators look after it.
#[must_use]
pub fn app(client_id: &str) -> String {
    format!("/admin/apps/{client_id}")
}

/// Something to do about an app.
#[must_use]
pub fn app_act(client_id: &str, act: impl std::fmt::Display) -> String {
    format!("{}/{act}", app(client_id))
}

/// The result of a trial.
#[must_use]
pub fn app_trial(client_id: &str, trial: impl std::fmt::Display) -> String {
    format!("{}/try/{trial}", app(client_id))
}

/// Where the answer to a trial goes.
#[must_use]
pub fn app_trial_answer(client_id: &str, trial: impl std::fmt::Display) -> String {
    format!("{}/try/{trial}/answer", app(client_id))
}

/// A step of registering an app that was begun.
#[must_use]
pub fn app_draft(draft: impl std::fmt::Display, step: impl std::fmt::Display) -> String {
    format!("/admin/apps/new/{draft}/{step}")
}
