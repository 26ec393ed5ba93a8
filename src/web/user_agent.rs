//! What a browser calls itself, in words a person knows.

/// "Firefox on Windows", as well as it can be told; nothing is decided by it.
#[must_use]
pub fn browser_name(user_agent: Option<&str>) -> Option<(&'static str, &'static str)> {
    let agent = user_agent?;
    // The order matters: Edge and Opera also say Chrome, Chrome also says Safari, Android also says Linux.
    let browser = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let system = [
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |table: &[(&str, &'static str)]| table.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    Some((find(&browser)?, find(&system)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_browsers_are_told_apart() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, name) in [
            (format!("{windows} Chrome/156.0 Safari/537.36 Edg/156.0"), Some(("Edge", "Windows"))),
            (format!("{windows} Chrome/156.0 Safari/537.36"), Some(("Chrome", "Windows"))),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0".into(), Some(("Firefox", "Linux"))),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1".into(),
                Some(("Safari", "iPhone")),
            ),
            ("curl/8".into(), None),
        ] {
            assert_eq!(browser_name(Some(&agent)), name, "{agent}");
        }
        assert_eq!(browser_name(None), None);
    }
}
