//! What the pages of the console show.

mod audit;
mod home;
mod keys;
mod organisations;
mod outbox;
mod people;
mod settings;
mod webhooks;

use crate::web::{PageSample, samples_of};

pub use audit::{AuditPage, AuditRow, StreamsFullPage};
pub use home::HomePage;
pub use keys::{KeyActPage, KeyLine, KeySpan, KeysPage};
pub use organisations::{
    NewOrganisationPage, OrganisationActPage, OrganisationLine, OrganisationPage, OrganisationsPage,
};
pub use outbox::{MessageLine, MessagePage, OutboxPage};
pub use people::{PeoplePage, PersonActPage, PersonLine, PersonPage, RolesPage};
pub use settings::{SettingsPage, SettingsSection};
pub use webhooks::{DeliveryLine, NewWebhookPage, RemoveWebhookPage, WebhookLine, WebhookPage, WebhooksPage};

/// Samples of all pages of the console.
#[must_use]
pub fn samples() -> Vec<PageSample> {
    let mut all = samples_of::<HomePage>();
    all.extend(samples_of::<PeoplePage>());
    all.extend(samples_of::<PersonPage>());
    all.extend(samples_of::<PersonActPage>());
    all.extend(samples_of::<RolesPage>());
    all.extend(samples_of::<AuditPage>());
    all.extend(samples_of::<StreamsFullPage>());
    all.extend(samples_of::<OutboxPage>());
    all.extend(samples_of::<MessagePage>());
    all.extend(samples_of::<SettingsPage>());
    all.extend(samples_of::<WebhooksPage>());
    all.extend(samples_of::<WebhookPage>());
    all.extend(samples_of::<NewWebhookPage>());
    all.extend(samples_of::<RemoveWebhookPage>());
    all.extend(samples_of::<KeysPage>());
    all.extend(samples_of::<KeyActPage>());
    all.extend(samples_of::<OrganisationsPage>());
    all.extend(samples_of::<OrganisationPage>());
    all.extend(samples_of::<OrganisationActPage>());
    all.extend(samples_of::<NewOrganisationPage>());
    all
}
