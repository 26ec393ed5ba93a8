//! Which tables hold something about a person. A test compares this list with the database.

/// A table that holds something about a person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// The table.
    pub(super) table: &'static str,
    /// Its column that says about whom.
    pub(super) whose: &'static str,
    /// What the person gets to see of it. Never a secret, nor the fingerprint of one.
    pub(super) shown: &'static [&'static str],
}

const fn kept(table: &'static str, shown: &'static [&'static str]) -> Kept {
    Kept { table, whose: "account_id", shown }
}

/// What goes with the person, in the order in which it can go. What hangs below a row (recovery codes, refresh tokens)
/// goes with that row.
pub(super) const REMOVED: &[Kept] = &[
    kept("passwords", &["changed_at"]),
    kept("factors", &["kind", "name", "device_bound", "details", "user_agent", "created_at", "last_used_at"]),
    kept("factor_preferences", &["default_kind", "passkey_offers", "passkey_offered_at"]),
    kept("challenges", &["purpose", "network", "user_agent", "app", "created_at", "confirmed_at", "used_at"]),
    kept("ceremonies", &["purpose", "created_at", "used_at"]),
    kept("remembered_devices", &["network", "user_agent", "created_at", "last_used_at", "expires_at", "ended_at"]),
    kept("invitations", &["organisation_id", "created_at", "expires_at", "used_at", "ended_at"]),
    kept("email_changes", &["old_email", "new_email", "created_at", "confirmed_at", "ended_at"]),
    kept("password_resets", &["created_at", "proven_at", "used_at", "ended_at"]),
    kept("recovery_cases", &["organisation_id", "state", "reason", "created_at", "expires_at", "effective_at"]),
    kept("app_drafts", &["created_at", "updated_at"]),
    kept("trials", &["client_id", "created_at", "expires_at", "consented_at", "answered_at"]),
    kept("grants", &["client_id", "scope", "created_at", "expires_at", "revoked_at"]),
    kept("consents", &["client_id", "scope", "given_at"]),
    kept("organisation_choices", &["client_id", "organisation_id", "chosen_at"]),
    kept("outbox", &["channel", "template", "language", "created_at", "sent_at"]),
    Kept {
        table: "networks",
        whose: "owner",
        shown: &["network", "status", "proof", "user_agent", "first_seen_at", "last_seen_at"],
    },
    kept(
        "sessions",
        &["id", "network", "user_agent", "evidence", "created_at", "last_used_at", "expires_at", "ended_at"],
    ),
    kept("memberships", &["organisation_id", "role", "groups", "external_id", "created_at", "disabled_at"]),
];

/// The account itself. Its row stays without what it said about the person, so that nobody gets its `sub` again.
pub(super) const ACCOUNT: Kept = Kept {
    table: "accounts",
    whose: "id",
    shown: &[
        "id",
        "home_organisation_id",
        "email",
        "email_verified",
        "username",
        "name",
        "given_name",
        "family_name",
        "language",
        "instance_role",
        "created_at",
        "updated_at",
        "disabled_at",
        "last_sign_in_at",
        "credentials_changed_at",
        "validates_networks",
        "new_password_due",
    ],
};

/// The columns that hold yes or no.
pub(super) const FLAGS: &[&str] = &["email_verified", "validates_networks", "new_password_due", "device_bound"];

/// What stands in the place of a name.
pub(super) const NOBODY: &str = "Erased";

/// What stands in the place of an address: it is nobody's (RFC 2606, section 2) and no other account's.
pub(super) fn nobodys_email(id: &str) -> String {
    format!("{id}@erased.invalid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        for kept in REMOVED.iter().chain([&ACCOUNT]) {
            for column in kept.shown {
                let secret = ["secret", "phc", "code", "link", "handle", "state", "recipient", "contents"];
                let allowed = kept.table == "recovery_cases" && *column == "state";
                assert!(allowed || !secret.contains(column), "{}.{column}", kept.table);
            }
        }
    }
}
