//! The people of an organisation, and who may look after them.

use countersign::domain::ids::{AccountId, MembershipId, OrganisationId};
use countersign::features::accounts::{Account, InstanceRole, add_account, find_account, find_account_by_login};
use countersign::features::organisations::{Organisation, Role, add_membership, add_organisation, memberships_of};

use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    an_administrator_sees_finds_and_orders_the_people
    a_colleague_is_invited_and_signs_in
    many_organisations_do_not_flood_one_address
    what_is_done_about_somebody_acts_at_once_and_is_mailed
    one_administrator_always_stays
    of_parallel_demotions_one_administrator_stays
    nobody_else_sees_or_changes_the_people
    beyond_the_membership_the_powerful_are_left_alone
    a_change_needs_a_recent_sign_in_and_our_own_form
}

const ANNA: &str = "anna@kantoor.nl";
const BRAM: &str = "bram@kantoor.nl";
const EMPLOYEES: &str = "/organisation/employees";

async fn signed_in(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert_eq!(done.status, 303, "{}", done.body);
    browser
}

/// Fills in the page of something that is done about somebody.
async fn act(browser: &mut Browser, account: AccountId, act: &str, fields: &[(&str, &str)]) -> Answer {
    let path = format!("{EMPLOYEES}/{account}/{act}");
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.body);
    let csrf = page.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(&path, &all).await
}

async fn role_of(server: &Server, account: AccountId) -> Role {
    memberships_of(server.inner.state.db.reading(), account).await.unwrap()[0].role
}

/// Another office, with an administrator of its own.
pub(crate) async fn other_office(server: &Server) -> AccountId {
    let state = &server.inner.state;
    let (now, random) = (state.now(), state.random.as_ref());
    let anna = find_account(state.db.reading(), server.account).await.unwrap().unwrap();
    let organisation = Organisation {
        id: OrganisationId::new(now, random),
        name: "Elders".to_owned(),
        created_at: now,
        policy: countersign::domain::Policy::default(),
        disabled_at: None,
    };
    let piet = Account {
        id: AccountId::new(now, random),
        email: "piet@elders.nl".parse().unwrap(),
        username: None,
        home_organisation_id: organisation.id,
        name: "Piet Elders".to_owned(),
        last_sign_in_at: None,
        ..anna
    };
    let mut writer = state.db.writing().await.unwrap();
    add_organisation(&mut writer, &organisation).await.unwrap();
    add_account(&mut writer, &piet).await.unwrap();
    let place = MembershipId::new(now, random);
    add_membership(&mut writer, place, (organisation.id, piet.id), Role::Administrator, Vec::new(), now).await.unwrap();
    writer.commit().await.unwrap();
    piet.id
}

async fn an_administrator_sees_finds_and_orders_the_people(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, ANNA).await;
    let alone = anna.get(EMPLOYEES).await;
    assert!(alone.body.contains("Only you so far") && alone.body.contains("Anna de Vries"), "{}", alone.body);
    for number in 0..30 {
        server.hire(&format!("p{number:02}@kantoor.nl"), Role::Employee, InstanceRole::None).await;
    }
    let first = anna.get(EMPLOYEES).await.body;
    assert!(first.contains("31 people") && first.contains("Anna de Vries") && first.contains("p23@kantoor.nl"));
    assert!(!first.contains("p24@kantoor.nl"), "25 are on a page");
    let next = first.split("href=\"").find(|part| part.contains("after=")).unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2f;", "/");
    let second = anna.get(&next).await.body;
    assert!(second.contains("p24@kantoor.nl") && second.contains("p29@kantoor.nl") && !second.contains("p23@"));
    let last_first = anna.get(&format!("{EMPLOYEES}?sort=email&order=down")).await.body;
    assert!(last_first.contains("p29@kantoor.nl") && !last_first.contains("p00@kantoor.nl"));
    assert!(last_first.contains("aria-sort=\"descending\""));
    let next = last_first.split("href=\"").find(|part| part.contains("after=")).unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2f;", "/");
    assert!(anna.get(&next).await.body.contains("p00@kantoor.nl"), "the order goes on over the pages");
    let latest = anna.get(&format!("{EMPLOYEES}?sort=last-login&order=down")).await.body;
    let rows = latest.split("<tbody role=\"rowgroup\">").nth(1).unwrap();
    assert!(rows.trim_start().find("Anna de Vries").unwrap() < rows.find("p00@").unwrap_or(usize::MAX));
    let never = anna.get(&format!("{EMPLOYEES}?filter=never")).await.body;
    assert!(
        never.contains("30 people")
            && !never.split("<tbody role=\"rowgroup\">").nth(1).unwrap().contains("Anna de Vries")
    );
    let found = anna.get(&format!("{EMPLOYEES}?q=P07")).await.body;
    assert!(found.contains("1 person") && found.contains("p07@kantoor.nl"), "{found}");
    for nothing in ["%25", "_", "\\", "'"] {
        let found = anna.get(&format!("{EMPLOYEES}?q={nothing}")).await;
        assert!(found.status == 200 && found.body.contains("Nobody found"), "{nothing}: {}", found.body);
    }
    let odd = anna.get(&format!("{EMPLOYEES}?filter=x&sort=y&order=z&after=acc_nobody")).await;
    assert!(odd.status == 200 && odd.body.contains("31 people"), "{}", odd.body);
}

async fn a_colleague_is_invited_and_signs_in(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, ANNA).await;
    let path = format!("{EMPLOYEES}/invite");
    let csrf = anna.get(&path).await.field("csrf");
    for (name, email, says) in [
        ("", "gijs@kantoor.nl", "Enter the full name"),
        ("Gijs", "gijs", "Enter an email address"),
        ("Gijs", ANNA, "Somebody in your organisation has this address"),
    ] {
        let refused = anna.post(&path, &[("csrf", &csrf), ("name", name), ("email", email)]).await;
        assert!(refused.status == 422 && refused.body.contains(says), "{}", refused.body);
    }
    let fields =
        [("csrf", csrf.as_str()), ("name", "Gijs de Boer"), ("email", "gijs@kantoor.nl"), ("role", "accountant")];
    let done = anna.post(&path, &fields).await;
    let shown = anna.get(done.location()).await;
    assert!(shown.body.contains("The invitation is mailed") && shown.body.contains("Gijs de Boer"), "{}", shown.body);
    let link = invited(&server).await;
    let again = shown.body.split("action=\"").find(|part| part.contains("again\"")).unwrap().split('"').next().unwrap();
    let again = anna.post(&again.replace("&#x2f;", "/"), &[("csrf", &csrf)]).await;
    assert_eq!(again.status, 303);
    assert_eq!(server.browser().get(&link).await.status, 404, "the earlier link ended");
    let link = invited(&server).await;
    let found = async || find_account_by_login(server.inner.state.db.reading(), "gijs@kantoor.nl").await.unwrap();
    assert_eq!(found().await, None, "an account begins with the answer");
    let mut browser = server.browser();
    let done = browser.fill(&link, &[("password", "vier rode fietsen en een hek")]).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    let gijs = found().await.unwrap();
    assert_eq!(role_of(&server, gijs.id).await, Role::Accountant);
    assert_eq!(gijs.home_organisation_id, server.organisation);
    let shown = anna.get(EMPLOYEES).await.body;
    assert!(shown.contains("gijs@kantoor.nl") && !shown.contains("Waits for an answer"), "{shown}");
}

/// The path of the link in the next mail to Gijs.
async fn invited(server: &Server) -> String {
    let mail = server.mailbox().wait_for("gijs@kantoor.nl").await;
    assert!(mail.text.contains("Anna de Vries"), "{}", mail.text);
    let link = mail.text.split_whitespace().find(|word| word.contains("/invite/")).unwrap();
    link.strip_prefix(&server.issuer).unwrap().to_owned()
}

async fn what_is_done_about_somebody_acts_at_once_and_is_mailed(engine: Engine) {
    let server = Server::start(&engine).await;
    let id = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut bram = signed_in(&server, BRAM).await;
    let mut anna = signed_in(&server, ANNA).await;
    let page = anna.get(&format!("{EMPLOYEES}/{id}/security")).await;
    assert!(page.body.contains("Signed in in one place"), "{}", page.body);

    server.clock.advance(1);
    assert_eq!(act(&mut anna, id, "sign-out", &[]).await.status, 303);
    assert_eq!(bram.get("/account").await.location(), "/sign-in");
    let mail = server.mailbox().wait_for(BRAM).await;
    assert_eq!(mail.subject.as_deref(), Some("You were signed out everywhere"));
    assert!(mail.text.contains("Anna de Vries of Kantoor De Vries"), "{}", mail.text);

    server.clock.advance(1);
    let mut bram = signed_in(&server, BRAM).await;
    assert_eq!(act(&mut anna, id, "disable", &[]).await.status, 303);
    assert_eq!(bram.get("/account").await.location(), "/sign-in");
    let refused = server.browser().sign_in_at("/sign-in", BRAM, PASSWORD).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(anna.get(&format!("{EMPLOYEES}?filter=off")).await.body.contains(BRAM));
    assert_eq!(act(&mut anna, id, "enable", &[]).await.status, 303);
    let mut bram = signed_in(&server, BRAM).await;
    assert_eq!(bram.get("/account").await.status, 200);

    assert_eq!(bram.get(&format!("{EMPLOYEES}/{id}")).await.status, 404);
    assert_eq!(act(&mut anna, id, "role", &[("role", "administrator")]).await.status, 303);
    assert_eq!(bram.get(&format!("{EMPLOYEES}/{id}")).await.status, 200, "the role counts at once");
    let bad = anna.get(&format!("{EMPLOYEES}/{id}/role")).await.field("csrf");
    let path = format!("{EMPLOYEES}/{id}/role");
    assert_eq!(anna.post(&path, &[("csrf", &bad), ("role", "owner")]).await.status, 400);

    let all = countersign::features::audit::export(server.inner.state.db.reading(), None, 100).await.unwrap();
    let all = format!("{all:?}");
    for kind in ["session.end_all", "membership.disable", "membership.enable", "membership.role"] {
        assert!(all.contains(kind), "{kind}");
    }
}

async fn one_administrator_always_stays(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, ANNA).await;
    let refused = act(&mut anna, server.account, "role", &[("role", "employee")]).await;
    assert!(refused.status == 422 && refused.body.contains("only administrator"), "{}", refused.body);
    assert_eq!(role_of(&server, server.account).await, Role::Administrator);
    let bram = server.hire(BRAM, Role::Administrator, InstanceRole::None).await;
    assert_eq!(act(&mut anna, bram, "disable", &[]).await.status, 303);
    let refused = act(&mut anna, server.account, "role", &[("role", "employee")]).await;
    assert_eq!(refused.status, 422, "who is switched off does not count: {}", refused.body);
    assert_eq!(act(&mut anna, bram, "enable", &[]).await.status, 303);
    let done = act(&mut anna, server.account, "role", &[("role", "employee")]).await;
    assert_eq!(done.location(), EMPLOYEES);
    assert_eq!(anna.get(&format!("{EMPLOYEES}/{bram}")).await.status, 404, "Anna looks after nobody any more");
}

async fn of_parallel_demotions_one_administrator_stays(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut all = vec![(ANNA.to_owned(), server.account)];
    for number in 0..3 {
        let email = format!("chief{number}@kantoor.nl");
        let id = server.hire(&email, Role::Administrator, InstanceRole::None).await;
        all.push((email, id));
    }
    let mut ready = Vec::new();
    // Everybody demotes the next and switches off the one after, all at the same time.
    for (index, (email, _)) in all.iter().enumerate() {
        for (step, what) in [(1, "role"), (2, "disable")] {
            let target = all[(index + step) % all.len()].1;
            let mut browser = signed_in(&server, email).await;
            let path = format!("{EMPLOYEES}/{target}/{what}");
            let csrf = browser.get(&path).await.field("csrf");
            ready.push((browser, path, csrf));
        }
    }
    let mut waiting = Vec::new();
    for (mut browser, path, csrf) in ready {
        waiting.push(tokio::spawn(async move {
            browser.post(&path, &[("csrf", &csrf), ("role", "employee")]).await.status
        }));
    }
    let mut done = 0;
    for task in waiting {
        let status = task.await.unwrap();
        assert!([303, 404, 422].contains(&status), "{status}");
        done += u32::from(status == 303);
    }
    assert!(done > 0);
    let mut left = 0;
    for (_, id) in &all {
        let place = memberships_of(server.inner.state.db.reading(), *id).await.unwrap().remove(0);
        left += u32::from(place.role == Role::Administrator && place.disabled_at.is_none());
    }
    assert!(left >= 1, "nobody is left who looks after the people");
}

async fn nobody_else_sees_or_changes_the_people(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let piet = other_office(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    let csrf = anna.get(&format!("{EMPLOYEES}/invite")).await.field("csrf");
    let acts = ["invite", "role", "sign-out", "disable", "enable"];
    // An administrator of one office, about somebody of another, and about nobody.
    for stranger in [piet.to_string(), "acc_01jbadbadbadbadbadbadbadba".to_owned(), "nobody".to_owned()] {
        assert_eq!(anna.get(&format!("{EMPLOYEES}/{stranger}")).await.status, 404);
        for act in acts {
            let path = format!("{EMPLOYEES}/{stranger}/{act}");
            assert_eq!(anna.get(&path).await.status, 404, "{path}");
            let answer = anna.post(&path, &[("csrf", &csrf), ("role", "employee")]).await;
            assert_eq!(answer.status, 404, "{path}");
        }
    }
    assert!(!anna.get(EMPLOYEES).await.body.contains("Piet Elders"));
    assert!(!anna.get(&format!("{EMPLOYEES}?q=piet&after={piet}")).await.body.contains("Piet Elders"));
    let taken = [("csrf", csrf.as_str()), ("name", "Piet"), ("email", "piet@elders.nl")];
    let taken = anna.post(&format!("{EMPLOYEES}/invite"), &taken).await;
    assert_eq!(taken.location(), format!("{EMPLOYEES}?done=invited"), "whose address it is, is not told");
    assert_eq!(anna.get(&format!("{EMPLOYEES}/{bram}/explode")).await.status, 404);
    // An employee, about everybody.
    let mut employee = signed_in(&server, BRAM).await;
    let own = employee.get(EMPLOYEES).await;
    assert!(own.body.contains(BRAM) && own.body.matches("account&#x2f;security").count() == 3, "{}", own.body);
    assert!(!own.body.contains("Anna de Vries"), "{}", own.body);
    assert!(!own.body.contains("/organisation/employees/invite") && !own.body.contains("piet@elders.nl"));
    let csrf = employee.get("/account/sessions").await.field("csrf");
    for path in acts
        .map(|act| format!("{EMPLOYEES}/{}/{act}", server.account))
        .into_iter()
        .chain([format!("{EMPLOYEES}/invite")])
    {
        assert_eq!(employee.get(&path).await.status, 404, "{path}");
        assert_eq!(employee.post(&path, &[("csrf", &csrf), ("role", "employee")]).await.status, 404, "{path}");
    }
    // A stranger.
    assert_eq!(server.browser().get(EMPLOYEES).await.location(), "/sign-in");
    let state = &server.inner.state;
    let piet = memberships_of(state.db.reading(), piet).await.unwrap().remove(0);
    assert!(piet.role == Role::Administrator && piet.disabled_at.is_none());
    assert_eq!(role_of(&server, server.account).await, Role::Administrator);
}

async fn beyond_the_membership_the_powerful_are_left_alone(engine: Engine) {
    let server = Server::start(&engine).await;
    let eva = server.hire("eva@kantoor.nl", Role::Employee, InstanceRole::Helpdesk).await;
    let mut anna = signed_in(&server, ANNA).await;
    let page = anna.get(&format!("{EMPLOYEES}/{eva}")).await;
    assert!(
        page.body.contains("looked after by somebody else") && !page.body.contains("Sign out everywhere"),
        "{}",
        page.body
    );
    let csrf = anna.get(&format!("{EMPLOYEES}/{eva}/role")).await.field("csrf");
    let path = format!("{EMPLOYEES}/{eva}/sign-out");
    assert_eq!(anna.post(&path, &[("csrf", &csrf)]).await.location(), format!("{EMPLOYEES}/{eva}"));
    let account = find_account(server.inner.state.db.reading(), eva).await.unwrap().unwrap();
    assert_eq!(account.credentials_changed_at, None, "nothing was ended");
}

async fn a_change_needs_a_recent_sign_in_and_our_own_form(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut anna = signed_in(&server, ANNA).await;
    let path = format!("{EMPLOYEES}/{bram}/disable");
    let csrf = anna.get(&path).await.field("csrf");
    for forged in ["", "forged"] {
        assert_eq!(anna.post(&path, &[("csrf", forged)]).await.status, 403);
    }
    let foreign = anna.post_with(&path, &[("sec-fetch-site", "cross-site")], &[("csrf", &csrf)]).await;
    assert_eq!(foreign.status, 403);
    server.clock.advance(301);
    for path in [path.clone(), format!("{EMPLOYEES}/invite")] {
        let to = format!("/confirm?next={}", path.replace('/', "%2F"));
        assert_eq!(anna.get(&path).await.location(), to);
        assert_eq!(anna.post(&path, &[("csrf", &csrf)]).await.location(), to);
    }
    assert_eq!(anna.get(&format!("{EMPLOYEES}/{bram}")).await.status, 200, "to look, no recent sign-in is needed");
    let place = memberships_of(server.inner.state.db.reading(), bram).await.unwrap().remove(0);
    assert_eq!(place.disabled_at, None);
    // A page that was open in two tabs: the second does nothing, and says how it is.
    let mut anna = signed_in(&server, ANNA).await;
    let csrf = anna.get(&path).await.field("csrf");
    assert!(anna.post(&path, &[("csrf", &csrf)]).await.location().ends_with("?done=disable"));
    assert_eq!(anna.post(&path, &[("csrf", &csrf)]).await.location(), format!("{EMPLOYEES}/{bram}"));
}

async fn many_organisations_do_not_flood_one_address(engine: Engine) {
    const INVITE: &str = "/organisation/employees/invite";
    const DAAN: &str = "daan@elsewhere.nl";
    let server = Server::start(&engine).await;
    other_office(&server).await;
    let state = &server.inner.state;
    let piet = server.account_of("piet@elders.nl").await;
    let mut writer = state.db.writing().await.unwrap();
    let phc = countersign::features::passwords::hash_new_password(
        &state.service::<countersign::features::passwords::Hashing>(),
        countersign::features::passwords::NewPassword::parse(
            &countersign::domain::Secret::new(PASSWORD.to_owned()),
            15,
            &"piet@elders.nl".parse().unwrap(),
        )
        .unwrap(),
        state.random.as_ref(),
    )
    .await
    .unwrap();
    countersign::features::passwords::set_password(&mut writer, piet, &phc, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    server.know(piet, "127.0.0.1").await;
    let (mut anna, mut piet) = (signed_in(&server, ANNA).await, signed_in(&server, "piet@elders.nl").await);
    let invite = async |browser: &mut Browser, email: &str| {
        let csrf = browser.get(INVITE).await.field("csrf");
        browser.post(INVITE, &[("csrf", &csrf), ("name", "Daan"), ("email", email), ("role", "employee")]).await
    };
    for browser in [&mut anna, &mut piet] {
        for _ in 0..2 {
            assert_eq!(invite(browser, DAAN).await.status, 303);
        }
    }
    assert_eq!(invite(&mut anna, " Daan@Elsewhere.NL ").await.status, 303, "the fifth, however it is written");
    for browser in [&mut anna, &mut piet] {
        let refused = invite(browser, DAAN).await;
        assert!(refused.status == 422 && refused.body.contains("href=\"#email\""), "{}", refused.body);
        assert_eq!(
            refused.body.matches("This address has had several invitations today").count(),
            2,
            "{}",
            refused.body
        );
        assert!(refused.body.contains(DAAN), "what was typed stays");
        assert_eq!(invite(browser, "eva@elsewhere.nl").await.status, 303, "others are not held up");
    }
    let sent = async || {
        let counted = "SELECT COUNT(*) AS n FROM outbox WHERE template = 'invitation'";
        crate::support::codes::number(&server, counted).await
    };
    assert_eq!(sent().await, 7);
    // Again, from the list, is one more.
    let list = anna.get(EMPLOYEES).await;
    let again = list.body.replace("&#x2f;", "/");
    let again = again.split("action=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let again: Vec<&str> = again.filter(|action| action.ends_with("/again")).collect();
    let csrf = list.field("csrf");
    let mut often = 0;
    for action in again {
        let answer = anna.post(action, &[("csrf", &csrf)]).await;
        often += usize::from(answer.location().ends_with("?done=often"));
    }
    assert_eq!(often, 1, "{}", list.body);
    let told = anna.get(&format!("{EMPLOYEES}?done=often")).await;
    assert!(told.body.contains("This address has had several invitations today"), "{}", told.body);
    assert_eq!(sent().await, 8, "the one to Eva leaves again");
    server.clock.advance(24 * 3600 + 1);
    assert_eq!(invite(&mut signed_in(&server, ANNA).await, DAAN).await.status, 303, "tomorrow is another day");
}
