//! What a restore does with the rows of every table. A test compares this list with the database.

/// What happens to the rows of a table that was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// They stand.
    Stay,
    /// They hold live secrets, and go: what was used or revoked after the backup must not come back to life.
    Go,
    /// They hold live secrets, and are marked as ended in this column, so that people and apps see that they are.
    End(&'static str),
}

/// Every table. What a backup revives is decided here, and nowhere by leaving a table out.
pub(super) const TABLES: &[(&str, After)] = &[
    ("accounts", After::Stay),
    ("api_keys", After::End("ended_at")),
    ("api_replays", After::Go),
    ("app_drafts", After::Stay),
    ("audit_events", After::Stay),
    ("audit_heads", After::Stay),
    ("audit_values", After::Stay),
    ("ceremonies", After::Go),
    ("challenges", After::Go),
    ("client_secrets", After::Stay),
    ("clients", After::Stay),
    ("consents", After::Go),
    ("console_visits", After::Stay),
    ("device_requests", After::Go),
    ("email_changes", After::End("ended_at")),
    ("factor_preferences", After::Stay),
    // But sets of recovery codes, which are factors as well.
    ("factors", After::Stay),
    ("failed_requests", After::Stay),
    ("grants", After::End("revoked_at")),
    ("initial_access_tokens", After::Go),
    ("interactions", After::Go),
    ("invitations", After::End("ended_at")),
    ("kept_requests", After::Go),
    ("last_backups", After::Stay),
    ("logouts", After::Stay),
    ("member_invitations", After::End("ended_at")),
    ("memberships", After::Stay),
    ("networks", After::Stay),
    ("organisation_choices", After::Stay),
    ("organisations", After::Stay),
    // Mails hold codes and links, and were sent once already.
    ("outbox", After::Go),
    ("outbox_days", After::Stay),
    ("password_resets", After::End("ended_at")),
    ("passwords", After::Stay),
    ("recovery_cases", After::Go),
    ("recovery_codes", After::Go),
    ("refresh_tokens", After::Go),
    ("registrations", After::Go),
    ("remembered_devices", After::End("ended_at")),
    ("security_events", After::Stay),
    ("seen_tokens", After::Stay),
    ("sessions", After::End("ended_at")),
    ("setup_links", After::Go),
    ("signing_keys", After::Stay),
    ("throttles", After::Stay),
    ("trials", After::Go),
    ("versions", After::Stay),
    ("webhook_deliveries", After::Go),
    // One that was removed must not be told again.
    ("webhooks", After::End("disabled_at")),
];

/// What happens to the rows of a table; none when nobody has decided.
pub(super) fn after(table: &str) -> Option<After> {
    TABLES.iter().find(|(name, _)| *name == table).map(|(_, after)| *after)
}

/// What must be done by hand, since nobody can know it from a backup.
pub(super) const REDO: &[&str] = &[
    "switch off people and organisations that were switched off, and remove who left",
    "take back roles that were taken back, and change e-mail addresses that were changed",
    "remove and switch off apps that were, and let apps that register themselves register anew",
    "give the helpdesk access again where it has it; people are asked for their consent anew",
    "change passwords and remove passkeys and other factors that were changed or removed",
    "block addresses that were blocked, and set rules that were set",
    "replace the secrets of apps that were replaced, and run `countersign key rotate` if signing keys were",
    "let people make new recovery codes, invite again who was invited, and issue API keys anew",
    "run `countersign webhook enable` for each webhook that is still wanted",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_names_every_table_once() {
        assert!(TABLES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn what_lets_somebody_in_ends() {
        for table in ["sessions", "grants", "refresh_tokens", "recovery_codes", "invitations", "remembered_devices"] {
            assert_ne!(after(table), Some(After::Stay), "{table}");
        }
    }
}
