//! The apps of the instance, as its administrators look after them (M2, M3): registering one in four steps, its settings and
//! secrets, trying the sign-in to it, what it is told about somebody, and what was wrong with its last requests.

mod pages;
mod rules;
mod store;
mod views;

use crate::domain::Timestamp;
use crate::domain::ids::AppDraftId;

pub use pages::routes;
pub use store::remove_old_drafts;
pub use views::{
    AboutPage, AddAddressPage, AddressesPage, AppActPage, AppPage, AppsPage, ChangePage, PreviewPage, ReadyPage,
    StartPage, TrialPage,
};

use self::rules::Answers;

/// An app that an administrator began to register.
#[derive(Clone, Debug)]
struct Draft {
    id: AppDraftId,
    answers: Answers,
    /// How often it was saved.
    version: i64,
    /// When it was last saved.
    updated_at: Timestamp,
}
