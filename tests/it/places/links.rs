//! The link of the mail (H10): it confirms, and is used up by nothing but an answer.

use countersign::domain::FactorKind;
use countersign::features::factors::list_factors;
use countersign::features::networks::{How, Status};

use super::{
    answer, go_on, half_way, hire, link, matching_number, other_number, press, six_digits, status_of, waiting,
};
use crate::support::codes::BRAM;
use crate::support::places::{HOME, OFFICE, from, start};
use crate::support::{Engine, PASSWORD, on_both_engines};

on_both_engines! {
    the_link_confirms_from_another_device_and_signs_nobody_in_there
    the_link_needs_no_number_in_the_browser_that_waits
    the_number_is_there_as_long_as_the_link_works
    a_scanner_neither_uses_the_link_up_nor_confirms_with_it
    a_wrong_number_ends_the_link_and_not_the_code
    the_link_does_the_second_step_by_mail_as_well
}

async fn the_link_confirms_from_another_device_and_signs_nobody_in_there(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let link = link(&server).await;
    let number = matching_number(&browser.get(&place).await);
    assert!(browser.get(&waiting(&place)).await.body.contains("\"waiting\""));
    let mut telephone = from(&server, "192.0.2.9");
    let page = telephone.get(&link).await;
    assert_eq!(page.status, 200);
    for word in ["b•••@kantoor.nl", HOME, "Which number do you see"] {
        assert!(page.body.contains(word), "{word}: {}", page.body);
    }
    assert!(!page.body.contains(&format!(">{number}<")), "the number is asked for, not told");
    assert_eq!(answer(&mut telephone, &link, &[("answer", "yes"), ("number", &number)]).await.location(), link);
    assert!(telephone.get(&link).await.body.contains("Your other screen continues by itself"));
    assert_eq!(telephone.get("/account").await.status, 303, "whoever opens the link is not signed in");
    assert!(browser.get(&waiting(&place)).await.body.contains("\"confirmed\""));
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Known, How::Mail)));
    assert_eq!(
        status_of(&server, BRAM, "192.0.2.9").await,
        None,
        "where the mail was read is no place to sign in from"
    );
    assert_eq!(browser.get(&place).await.status, 303);
    let again = browser.post(&format!("{place}/continue"), &[("csrf", "")]).await;
    assert_ne!(again.status, 200);
}

async fn the_number_is_there_as_long_as_the_link_works(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let number = matching_number(&browser.get(&place).await);
    let link = link(&server).await;
    // The code is over, the link is not.
    server.clock.advance(11 * 60);
    assert_eq!(matching_number(&browser.get(&place).await), number);
    let confirmed = answer(&mut from(&server, OFFICE), &link, &[("answer", "yes"), ("number", &number)]).await;
    assert_eq!(confirmed.location(), link);
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
    let (mut late, place) = half_way(&server, "198.51.100.8").await;
    server.clock.advance(30 * 60);
    assert!(!late.get(&place).await.body.contains("class=\"number\">"), "nothing waits any more");
}

async fn the_link_needs_no_number_in_the_browser_that_waits(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let link = link(&server).await;
    let page = browser.get(&link).await;
    assert!(!page.body.contains("Which number"), "{}", page.body);
    assert_eq!(answer(&mut browser, &link, &[("answer", "yes")]).await.location(), link);
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
    assert_eq!(browser.get(&link).await.status, 200, "what was answered is still told");
    server.clock.advance(30 * 60);
    let old = browser.get(&link).await;
    assert!(old.status == 410 && old.body.contains("works once"), "{}", old.body);
    assert_eq!(browser.get("/c/no-such-link").await.body.contains("works once"), old.body.contains("works once"));
}

async fn a_scanner_neither_uses_the_link_up_nor_confirms_with_it(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let link = link(&server).await;
    let mut scanner = from(&server, "192.0.2.1");
    for _ in 0..10 {
        assert_eq!(scanner.get(&link).await.status, 200);
    }
    for fields in
        [&[("answer", "yes")][..], &[("answer", "yes"), ("number", "")], &[("answer", "yes"), ("number", "x1")]]
    {
        let refused = answer(&mut scanner, &link, fields).await;
        assert!(refused.status == 422 && refused.body.contains("two digits"), "{}", refused.body);
    }
    assert_eq!(scanner.post(&link, &[("answer", "yes")]).await.status, 403, "without the token of its own form");
    assert!(browser.get(&waiting(&place)).await.body.contains("\"waiting\""));
    assert_eq!(scanner.get("/account").await.status, 303);
    let number = matching_number(&browser.get(&place).await);
    let mut telephone = from(&server, "192.0.2.9");
    assert_eq!(answer(&mut telephone, &link, &[("answer", "yes"), ("number", &number)]).await.status, 303);
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
}

async fn a_wrong_number_ends_the_link_and_not_the_code(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let mail = server.mailbox().wait_for(BRAM).await;
    let link = mail.links()[0].strip_prefix(&server.issuer).unwrap().to_owned();
    let number = matching_number(&browser.get(&place).await);
    let mut telephone = from(&server, "192.0.2.9");
    let wrong = answer(&mut telephone, &link, &[("answer", "yes"), ("number", other_number(&number))]).await;
    assert!(wrong.status == 422 && wrong.body.contains("not the number on that screen"), "{}", wrong.body);
    assert_eq!(telephone.get(&link).await.status, 410);
    assert_eq!(go_on(&mut browser, &place).await.status, 422);
    let digits: String = mail.text.lines().find_map(six_digits).unwrap();
    assert_eq!(browser.fill(&place, &[("code", &digits)]).await.location(), "/account");
}

async fn the_link_does_the_second_step_by_mail_as_well(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let mut browser = from(&server, OFFICE);
    browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    crate::support::codes::enrol_mail(&server, &mut browser, BRAM).await;
    server.clock.advance(61);
    let mut browser = from(&server, HOME);
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    let step = browser.get(&asked).await.location().to_owned();
    assert!(step.ends_with("/second/email"), "{step}");
    assert_eq!(press(&mut browser, (&step, &format!("{step}/send"))).await.location(), step);
    let link = link(&server).await;
    let early = press(&mut browser, (&step, &format!("{step}/continue"))).await;
    assert!(early.status == 422 && early.body.contains("has not been confirmed yet"), "{}", early.body);
    let number = matching_number(&browser.get(&step).await);
    let mut telephone = from(&server, "192.0.2.9");
    assert!(telephone.get(&link).await.body.contains("Yes, this is me"));
    assert_eq!(answer(&mut telephone, &link, &[("answer", "yes"), ("number", &number)]).await.status, 303);
    let done = press(&mut browser, (&step, &format!("{step}/continue"))).await;
    assert_eq!(done.location(), "/account", "the same mailbox is not asked twice: {}", done.body);
    assert_eq!(status_of(&server, BRAM, HOME).await, Some((Status::Known, How::Mail)));
    let kinds = list_factors(server.inner.state.db.reading(), server.account_of(BRAM).await).await.unwrap();
    assert!(kinds.iter().any(|factor| factor.kind == FactorKind::Email && factor.last_used_at.is_some()));
}
