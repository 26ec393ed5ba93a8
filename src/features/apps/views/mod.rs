//! What the pages of apps show.

mod acts;
mod app;
mod draft;
mod trial;

pub use acts::{AddAddressPage, AppActPage, ChangePage, ReadyPage};
pub use app::{AppPage, AppsPage};
pub(super) use app::{AppRow, FailedRow, SecretRow};
pub use draft::{AboutPage, AddressesPage, StartPage};
pub(super) use draft::{DraftLink, Filled};
pub(super) use trial::{ClaimRow, EXPLAINED, StepRow};
pub use trial::{PreviewPage, TrialPage};
