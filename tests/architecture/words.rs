//! Cuts Rust text into words: no comments, no literals, each word with its line.

/// A word of Rust text: a name, a sign, or one of `::`, `->` and `=>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// The word itself; a raw name (`r#type`) without its mark.
    pub(crate) text: String,
    /// The line it stands on, counted from 1.
    pub(crate) line: usize,
}

impl Word {
    /// Whether this is a name or a keyword.
    pub(crate) fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The words of `text`. A string that is nothing but a path from the crate's root (`with = "crate::web::form"`)
/// counts as that path, because macros read it as one.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut reader = Reader { rest: text.chars().collect(), at: 0, line: 1, words: Vec::new() };
    while let Some(c) = reader.peek(0) {
        match c {
            '/' if reader.peek(1) == Some('/') => reader.line_comment(),
            '/' if reader.peek(1) == Some('*') => reader.block_comment(),
            '"' => reader.string(),
            '\'' => reader.quote(),
            ':' if reader.peek(1) == Some(':') => reader.sign(2),
            '-' | '=' if reader.peek(1) == Some('>') => reader.sign(2),
            _ if c.is_alphabetic() || c == '_' => reader.name(),
            _ if c.is_ascii_digit() => reader.skip_number(),
            _ if c.is_whitespace() => reader.skip(),
            _ => reader.sign(1),
        }
    }
    reader.words
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    line: usize,
    words: Vec<Word>,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn sign(&mut self, length: usize) {
        let line = self.line;
        let text = (0..length).filter_map(|_| self.next()).collect();
        self.words.push(Word { text, line });
    }

    /// A run of letters, digits and underscores.
    fn run(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek(0).filter(|c| c.is_alphanumeric() || *c == '_') {
            text.push(c);
            self.next();
        }
        text
    }

    fn skip_number(&mut self) {
        self.run();
    }

    fn skip(&mut self) {
        self.next();
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.next();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                (None, _) => return,
                _ => {
                    self.next();
                    continue;
                }
            }
            self.next();
            self.next();
            if depth == 0 {
                return;
            }
        }
    }

    /// A name, or what only looks like one: the prefix of a string, or a raw name.
    fn name(&mut self) {
        let line = self.line;
        let text = self.run();
        let hashes = self.rest[self.at..].iter().take_while(|c| **c == '#').count();
        match (text.as_str(), hashes, self.peek(hashes)) {
            ("r" | "br" | "cr", _, Some('"')) => self.raw_string(hashes),
            ("b" | "c", 0, Some('"')) => self.string(),
            ("b", 0, Some('\'')) => self.quote(),
            ("r", 1, Some(c)) if c.is_alphabetic() || c == '_' => {
                self.next();
                let text = self.run();
                self.words.push(Word { text, line });
            }
            _ => self.words.push(Word { text, line }),
        }
    }

    fn string(&mut self) {
        let line = self.line;
        let mut content = String::new();
        self.next();
        while let Some(c) = self.next() {
            match c {
                '"' => break,
                '\\' => {
                    content.push(c);
                    content.extend(self.next());
                }
                _ => content.push(c),
            }
        }
        self.path_in_string(&content, line);
    }

    fn raw_string(&mut self, hashes: usize) {
        let line = self.line;
        let mut content = String::new();
        for _ in 0..=hashes {
            self.next();
        }
        while let Some(c) = self.next() {
            if c == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                break;
            }
            content.push(c);
        }
        for _ in 0..hashes {
            self.next();
        }
        self.path_in_string(&content, line);
    }

    fn path_in_string(&mut self, content: &str, line: usize) {
        let parts: Vec<&str> = content.split("::").collect();
        let is_name = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        if parts.len() > 1 && matches!(parts[0], "crate" | "self" | "super") && parts.iter().all(is_name) {
            for (index, part) in parts.into_iter().enumerate() {
                if index > 0 {
                    self.words.push(Word { text: "::".to_owned(), line });
                }
                self.words.push(Word { text: part.to_owned(), line });
            }
            // A path ends with its string; without this sign a word that follows could seem to belong to it.
            self.words.push(Word { text: ",".to_owned(), line });
        }
    }

    /// A character literal is skipped; of a lifetime (`'a`) or label only the mark is, and then the name.
    fn quote(&mut self) {
        self.next();
        if self.peek(0) == Some('\\') {
            self.next();
            self.next();
            while self.next().is_some_and(|c| c != '\'') {}
        } else if self.peek(1) == Some('\'') {
            self.next();
            self.next();
        } else {
            self.run();
        }
    }
}

#[test]
fn comments_and_literals_are_not_words() {
    let text = r##"
        // crate::a
        /* crate::b /* nested */ crate::c */
        let s = "crate::d \" or"; let r = r#"crate::"e" "#; let b = b"or crate::f"; let c = '"'; let q = '\''; let n = b'x';
        fn f<'a>(x: &'a str) -> ::std::io::Error { 'out: loop { r#type::g(1.5e3, '\u{1F600}') } }
    "##;
    let found: Vec<String> = words(text).into_iter().filter(Word::is_name).map(|word| word.text).collect();
    let expected = "let s let r let b let c let q let n fn f x str std io Error loop type g";
    assert_eq!(found.join(" "), expected);
}

#[test]
fn words_know_their_lines() {
    let found = words("use a;\n/* two\nlines */ \"and\na string\" b\n");
    let lines: Vec<(&str, usize)> = found.iter().map(|word| (word.text.as_str(), word.line)).collect();
    assert_eq!(lines, [("use", 1), ("a", 1), (";", 1), ("b", 4)]);
}
