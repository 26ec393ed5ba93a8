use std::collections::BTreeSet;

use crate::config::Branding;
use crate::domain::{Language, Timestamp};
use crate::features::FEATURES;
use crate::web::{ErrorPage, Frame, PageSample, SignedIn, Templates, samples_of};

fn all_samples() -> Vec<PageSample> {
    let mut all: Vec<PageSample> = FEATURES.iter().flat_map(|feature| (feature.pages)()).collect();
    all.extend(samples_of::<ErrorPage>());
    all
}

fn branding() -> Branding {
    Branding {
        helpdesk_email: Some("hulp@kantoor.nl".parse().unwrap()),
        helpdesk_phone: Some("+31 20 123 45 67".to_owned()),
        helpdesk_chat_url: Some("https://chat.example".parse().unwrap()),
        privacy_url: Some("https://kantoor.example/privacy".parse().unwrap()),
        ..Branding::default()
    }
}

fn frame(language: Language, signed_in: bool) -> Frame {
    Frame {
        language,
        reference: "7F3K-Q9".to_owned(),
        csrf: "token".to_owned(),
        path: "/account".to_owned(),
        signed_in: signed_in.then(|| SignedIn { name: "Anna".to_owned(), email: "anna@kantoor.nl".to_owned() }),
        now: Timestamp::from_millis(1_795_000_000_000),
    }
}

#[test]
fn every_sample_of_every_page_renders_in_both_languages() {
    for templates in [Templates::new(&branding()).unwrap(), Templates::new(&Branding::default()).unwrap()] {
        for sample in all_samples() {
            for language in Language::ALL {
                for signed_in in [true, false] {
                    let html = templates
                        .render_values(&frame(language, signed_in), sample.template, &sample.values)
                        .unwrap_or_else(|error| panic!("{}: {error}", sample.template));
                    assert!(html.contains(&format!("<html lang=\"{language}\">")), "{}", sample.template);
                    assert!(!html.contains("<anna>"), "{} does not escape", sample.template);
                    assert_eq!(html.matches("<h1>").count(), 1, "{}", sample.template);
                    for unsafe_here in [" style=", "<style", "onclick=", "javascript:", "<script>"] {
                        assert!(!html.contains(unsafe_here), "{}: {unsafe_here}", sample.template);
                    }
                }
            }
        }
    }
}

#[test]
fn no_template_lies_about_unused() {
    let used: BTreeSet<&str> = all_samples().iter().map(|sample| sample.template).collect();
    let unused: Vec<String> =
        Templates::names().filter(|name| name.starts_with("pages/")).map(std::borrow::Cow::into_owned).collect();
    let unused: Vec<&String> = unused.iter().filter(|name| !used.contains(name.as_str())).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn both_languages_have_the_same_words_and_every_word_is_used() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let keys = |language: &str| -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for file in std::fs::read_dir(folder.join("languages").join(language)).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
                    assert!(keys.insert(key.to_owned()), "{language}: {key} stands twice");
                }
            }
        }
        keys
    };
    let english = keys("en");
    assert_eq!(english, keys("nl"));
    let mut text = String::new();
    for name in Templates::names() {
        text.push_str(&std::fs::read_to_string(folder.join(name.as_ref())).unwrap());
    }
    // Words that are put together from a value: the beginning stands in a template, the values in the code.
    let composed = ["month-", "moment-", "clock-", "role-", "error-", "no-access-", "setup-", "consent-"];
    for key in english {
        let named = text.contains(&format!("\"{key}\"")) || composed.iter().any(|start| key.starts_with(start));
        assert!(named, "{key} is used nowhere");
    }
}
