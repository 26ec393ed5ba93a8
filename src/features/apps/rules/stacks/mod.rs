//! What to paste where: the settings of an app in the words of the stack that it is made with.
//!
//! The names are those of each stack's own documentation. A test looks that every block holds every value, to the letter.

mod others;
mod server;

use serde::Serialize;

use super::Kind;

/// What stands in the place of a secret that is not shown any more.
const NO_SECRET: &str = "YOUR_CLIENT_SECRET";

/// What an app must be told.
#[derive(Clone, Copy, Debug)]
pub(in crate::features::apps) struct Settings<'a> {
    /// What it is.
    pub(in crate::features::apps) kind: Kind,
    /// The issuer.
    pub(in crate::features::apps) issuer: &'a str,
    /// The `client_id`.
    pub(in crate::features::apps) client_id: &'a str,
    /// The secret, while it is shown.
    pub(in crate::features::apps) secret: Option<&'a str>,
    /// The first of its addresses.
    pub(in crate::features::apps) redirect_uri: &'a str,
    /// What it may ask for.
    pub(in crate::features::apps) scope: &'a str,
}

/// A block to paste.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::features::apps) struct Stack {
    /// The stack as it is told apart.
    pub(in crate::features::apps) key: &'static str,
    /// What it is called.
    pub(in crate::features::apps) name: &'static str,
    /// The file that the block goes into.
    pub(in crate::features::apps) file: &'static str,
    /// The block.
    pub(in crate::features::apps) text: String,
}

/// A stack: how its block is written, from settings and their secret.
struct Known {
    key: &'static str,
    name: &'static str,
    file: &'static str,
    write: fn(&Settings<'_>, &str) -> String,
}

const SERVER: &[Known] = &[
    Known { key: "env", name: "Environment variables", file: ".env", write: server::env },
    Known { key: "aspnet", name: "ASP.NET Core", file: "Program.cs", write: server::aspnet },
    Known { key: "spring", name: "Spring Boot", file: "application.yml", write: server::spring },
    Known { key: "authjs", name: "Auth.js", file: "auth.ts", write: server::authjs },
    Known { key: "django", name: "Django (Authlib)", file: "oauth.py", write: server::django },
    Known { key: "laravel", name: "Laravel (Socialite)", file: "config/services.php", write: server::laravel },
    Known { key: "go", name: "Go (go-oidc)", file: "main.go", write: server::go },
    Known { key: "rust", name: "Rust (openidconnect)", file: "main.rs", write: server::rust },
    Known { key: "apache", name: "Apache (mod_auth_openidc)", file: "auth_openidc.conf", write: server::apache },
    Known { key: "oauth2-proxy", name: "oauth2-proxy", file: "oauth2-proxy.cfg", write: server::oauth2_proxy },
    Known { key: "grafana", name: "Grafana", file: "grafana.ini", write: server::grafana },
];

const BROWSER: &[Known] = &[
    Known { key: "env", name: "Environment variables", file: ".env", write: others::public_env },
    Known { key: "oidc-client-ts", name: "oidc-client-ts", file: "auth.ts", write: others::oidc_client_ts },
    Known { key: "angular", name: "angular-auth-oidc-client", file: "app.config.ts", write: others::angular },
    Known { key: "appauth", name: "AppAuth (React Native)", file: "auth.ts", write: others::appauth },
];

const MACHINE: &[Known] = &[
    Known { key: "env", name: "Environment variables", file: ".env", write: others::machine_env },
    Known { key: "curl", name: "curl", file: "token.sh", write: others::curl },
    Known { key: "python", name: "Python (Authlib)", file: "client.py", write: others::machine_python },
    Known { key: "spring", name: "Spring Boot", file: "application.yml", write: others::machine_spring },
];

/// The blocks for an app.
pub(in crate::features::apps) fn stacks(settings: &Settings<'_>) -> Vec<Stack> {
    let known = match settings.kind {
        Kind::Server => SERVER,
        Kind::Browser => BROWSER,
        Kind::Machine => MACHINE,
    };
    let secret = settings.secret.unwrap_or(NO_SECRET);
    let block = |stack: &Known| Stack {
        key: stack.key,
        name: stack.name,
        file: stack.file,
        text: (stack.write)(settings, secret),
    };
    known.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, secret: Option<&str>) -> Vec<Stack> {
        stacks(&Settings {
            kind,
            issuer: "https://id.example.nl",
            client_id: "app_1",
            secret,
            redirect_uri: "https://portal.example.nl/callback",
            scope: "openid email",
        })
    }

    #[test]
    fn every_block_holds_every_value_to_the_letter() {
        for stack in of(Kind::Server, Some("s3cret")) {
            for value in ["https://id.example.nl", "app_1", "s3cret", "https://portal.example.nl/callback", "email"] {
                assert!(stack.text.contains(value), "{} lacks {value}:\n{}", stack.name, stack.text);
            }
        }
        for stack in of(Kind::Browser, None) {
            for value in ["https://id.example.nl", "app_1", "https://portal.example.nl/callback", "email"] {
                assert!(stack.text.contains(value), "{} lacks {value}", stack.name);
            }
            assert!(!stack.text.to_lowercase().contains("secret"), "{} has no secret to keep", stack.name);
        }
        for stack in of(Kind::Machine, Some("s3cret")) {
            for value in ["https://id.example.nl", "app_1", "s3cret", "email"] {
                assert!(stack.text.contains(value), "{} lacks {value}", stack.name);
            }
        }
    }

    #[test]
    fn a_secret_that_is_not_shown_is_nowhere_and_its_place_is_marked() {
        assert!(of(Kind::Server, None).iter().all(|stack| stack.text.contains(NO_SECRET)));
    }

    #[test]
    fn there_are_blocks_for_ten_stacks_and_no_two_are_the_same() {
        let all = of(Kind::Server, None);
        assert!(all.len() > 10);
        let keys: std::collections::BTreeSet<&str> = all.iter().map(|stack| stack.key).collect();
        assert_eq!(keys.len(), all.len());
    }
}
