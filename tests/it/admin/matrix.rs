//! Every role at every route of the console, as the program itself lists them: a new one without a permission fails.

use std::collections::BTreeSet;

use countersign::features::FEATURES;
use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use super::signed_in;
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    nobody_gets_through_a_route_that_is_not_for_them
}

/// The paths below `/admin`, as the routers tell them when they are printed.
fn paths() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for feature in FEATURES {
        let printed = format!("{:?}", (feature.routes)());
        let quoted = printed.split('"').skip(1).step_by(2);
        found.extend(quoted.filter(|text| text.starts_with("/admin")).map(str::to_owned));
    }
    assert!(found.len() >= 2 && found.contains("/admin"), "the routers do not tell their paths: {found:?}");
    found
}

/// A path with something in the place of its parameters.
fn filled(path: &str, server: &Server) -> String {
    let (account, organisation) = (server.account.to_string(), server.organisation.to_string());
    path.replace("{account}", &account).replace("{organisation}", &organisation).replace(['{', '}'], "")
}

/// What a route answers to a GET and to a POST.
async fn both(browser: &mut Browser, path: &str) -> [(&'static str, Answer); 2] {
    [("GET", browser.get(path).await), ("POST", browser.post(path, &[]).await)]
}

async fn nobody_gets_through_a_route_that_is_not_for_them(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut guest = server.browser();
    let mut owner = server.browser();
    assert_eq!(owner.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
    server.hire("bram@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let mut employee = server.browser();
    assert_eq!(employee.sign_in_at("/sign-in", "bram@kantoor.nl", PASSWORD).await.status, 303);
    let (mut helper, _) = signed_in(&server, "eva@kantoor.nl", InstanceRole::Helpdesk).await;
    let (mut auditor, _) = signed_in(&server, "olga@kantoor.nl", InstanceRole::Auditor).await;
    let (mut administrator, _) = signed_in(&server, "ada@kantoor.nl", InstanceRole::Administrator).await;
    for path in paths() {
        let path = filled(&path, &server);
        for (method, answer) in both(&mut guest, &path).await {
            let turned_away = answer.status == 405 || (answer.status == 303 && answer.location() == "/sign-in");
            assert!(turned_away, "a guest, {method} {path}: {} {}", answer.status, answer.body);
        }
        for (who, browser) in [("owner", &mut owner), ("employee", &mut employee), ("helpdesk", &mut helper)] {
            for (method, answer) in both(browser, &path).await {
                assert!(matches!(answer.status, 404 | 405), "{who}, {method} {path}: {}", answer.status);
                assert!(!answer.body.contains("Instance admin"), "{who}, {method} {path}");
            }
        }
        let [(_, seen), (_, done)] = both(&mut auditor, &path).await;
        assert!(matches!(seen.status, 200 | 303 | 404 | 405), "auditor, GET {path}: {} {}", seen.status, seen.body);
        // What an auditor may see they may take along: by a form, which this is not.
        let takes_along = path == "/admin/audit/export" && done.status == 403;
        assert!(takes_along || matches!(done.status, 404 | 405), "auditor, POST {path}: {} {}", done.status, done.body);
        let [(_, seen), (_, done)] = both(&mut administrator, &path).await;
        assert!(!matches!(seen.status, 400 | 403 | 500), "administrator, GET {path}: {} {}", seen.status, seen.body);
        // Without the token of a form nothing is done.
        assert!(matches!(done.status, 400 | 403 | 404 | 405), "administrator, POST {path}: {}", done.status);
    }
    // A quarter of an hour without use, and everybody proves anew who they are.
    server.clock.advance(16 * 60);
    for path in paths() {
        let path = filled(&path, &server);
        for browser in [&mut auditor, &mut administrator] {
            for (method, answer) in both(browser, &path).await {
                let asked = answer.status == 303 && answer.location().starts_with("/confirm?next=%2Fadmin");
                assert!(asked || matches!(answer.status, 404 | 405), "{method} {path}: {}", answer.status);
            }
        }
    }
    assert_eq!(administrator.get("/account").await.status, 200, "the session lives on");
}
