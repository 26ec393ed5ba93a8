//! Every page of the program, made from its samples.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use crate::atlas::Atlas;
use crate::config::Branding;
use crate::domain::{Language, Timestamp};
use crate::features::{FEATURES, MESSAGES};
use crate::web::{ErrorPage, Frame, PageSample, SignedIn, Templates, is_word_used, samples_of};

/// The time in the samples: 24 November 2026 at 14:25 in the Netherlands.
const NOW: i64 = 1_795_526_700_000;

fn all_samples() -> Vec<PageSample> {
    let mut all: Vec<PageSample> = FEATURES.iter().flat_map(|feature| (feature.pages)()).collect();
    all.extend(samples_of::<ErrorPage>());
    all.extend(super::demo::samples());
    all
}

/// Every form of every message, in both languages.
fn all_messages(templates: &Templates) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for language in Language::ALL {
        for sample in MESSAGES.iter().flat_map(|samples| samples()) {
            let forms = sample
                .render(templates, language, Timestamp::from_millis(NOW))
                .unwrap_or_else(|fault| panic!("{} in {language}: {fault}", sample.template));
            assert!(!forms.is_empty(), "{} has no template", sample.template);
            all.extend(forms);
        }
    }
    all
}

fn templates() -> Templates {
    let branding = Branding {
        helpdesk_email: Some("helpdesk@kantoor.example".parse().unwrap()),
        helpdesk_phone: Some("+31 30 123 45 67".to_owned()),
        helpdesk_chat_url: Some("https://chat.example".parse().unwrap()),
        privacy_url: Some("https://kantoor.example/privacy".parse().unwrap()),
        ..Branding::default()
    };
    Templates::new(&branding, &Atlas::of_samples()).unwrap()
}

fn frame(language: Language, template: &str) -> Frame {
    let in_account = [
        "pages/account/",
        "pages/employees/",
        "pages/security_center/",
        "pages/ip_addresses/o",
        "pages/ip_addresses/act",
        "pages/activity/",
        "pages/admin/",
        "pages/apps/",
    ]
    .iter()
    .any(|area| template.starts_with(area));
    let page = template.rsplit('/').next().unwrap_or_default().trim_end_matches(".html");
    Frame {
        language,
        reference: "7F3K-Q9".to_owned(),
        csrf: "token".to_owned(),
        path: match page {
            "overview" => "/account".to_owned(),
            page if in_account => format!("/account/{page}"),
            page => format!("/{page}"),
        },
        signed_in: in_account.then(|| SignedIn {
            name: "Anna de Vries".to_owned(),
            email: "anna@kantoor.nl".to_owned(),
            administers: true,
            helps: true,
            console: true,
        }),
        now: Timestamp::from_millis(NOW),
    }
}

fn keys(language: Language) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/languages").join(language.code());
    let mut keys = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            if let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.starts_with([' ', '#'])) {
                assert!(keys.insert(key.to_owned()), "{language}: {key} stands twice");
            }
        }
    }
    keys
}

#[test]
fn the_samples_use_every_template_and_every_word_in_both_languages() {
    let templates = templates();
    for language in Language::ALL {
        for sample in all_samples() {
            let html = templates
                .render_values(&frame(language, sample.template), sample.template, &sample.values)
                .unwrap_or_else(|fault| panic!("{} in {language}: {fault}", sample.template));
            let name = sample.template;
            // The portal is an app of somebody else, and speaks English.
            let spoken = if name.starts_with("demo/") { Language::English } else { language };
            assert!(html.contains(&format!("<html lang=\"{spoken}\">")), "{name}");
            // What apps frame shows nothing.
            let headings = usize::from(name != "pages/oidc/check_session.html");
            assert_eq!(html.matches("<h1>").count(), headings, "{name} has one heading");
            assert!(!html.contains("<anna>"), "{name} escapes what people typed");
            for refused in [" style=", "<style", "onclick=", "javascript:", "<script>", "data:"] {
                assert!(!html.contains(refused), "{name}: the policy refuses {refused}");
            }
        }
    }
    for (file, said) in all_messages(&templates) {
        assert!(!said.trim().is_empty(), "{file} says nothing");
        let form = file.rsplit_once('.').map(|(_, form)| form);
        if form == Some("html") {
            assert_eq!(said.matches("<h1").count(), 1, "{file} has one heading");
            assert!(!said.contains("<anna>"), "{file} escapes what people typed");
            assert!(!said.contains("<img") && !said.contains("<script"), "{file} fetches and runs nothing");
        } else {
            assert!(said.lines().all(|line| !line.starts_with("Bcc:")), "{file} keeps values on their line");
        }
        if form == Some("subject") {
            assert!(!said.contains('\n') && !said.contains("anna"), "{file} says nothing that people typed");
        }
    }
    let idle: Vec<String> = Templates::names().filter(|name| !templates.is_loaded(name)).map(Cow::into_owned).collect();
    assert_eq!(idle, Vec::<String>::new(), "no page shows these templates");

    let words = keys(Language::English);
    assert_eq!(words, keys(Language::Dutch));
    // The samples stand in two months of the year.
    let silent: Vec<&String> = words.iter().filter(|key| !key.starts_with("month-") && !is_word_used(key)).collect();
    assert_eq!(silent, Vec::<&String>::new(), "no page says these words");
}

/// Writes every sample to a folder, to be looked at: `COUNTERSIGN_GALLERY=DIR cargo test gallery -- --ignored`.
#[test]
#[ignore = "writes files for people to look at"]
fn write_the_gallery() {
    let folder = std::env::var("COUNTERSIGN_GALLERY").unwrap();
    let folder = Path::new(&folder);
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/assets");
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for file in std::fs::read_dir(assets).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join("assets").join(file.file_name())).unwrap();
    }
    let templates = templates();
    for language in Language::ALL {
        for (number, sample) in all_samples().into_iter().enumerate() {
            let frame = frame(language, sample.template);
            let html = templates.render_values(&frame, sample.template, &sample.values).unwrap();
            let name = sample.template.trim_start_matches("pages/").trim_end_matches(".html").replace('/', "-");
            std::fs::write(folder.join(format!("{name}-{number:02}-{language}.html")), html).unwrap();
        }
    }
    for (number, (file, said)) in all_messages(&templates).into_iter().enumerate() {
        let (name, form) = file.rsplit_once('.').unwrap();
        let name = name.replace('/', "-");
        std::fs::write(folder.join(format!("{name}-{number:02}.{form}")), said).unwrap();
    }
}
