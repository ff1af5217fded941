//! Examples out of a page in Markdown: pure functions.
//!
//! A block of code is an example by what it is marked with. The block after it, marked `json` or `text`, is what the
//! example prints, where `…` stands for anything. What is marked `console` is typed once at a machine, to install or
//! start something, and what is marked `toml` stands in a file; neither is run. Every block is one of these, so that
//! none is passed over in silence.

use anyhow::{Context as _, Result, bail, ensure};

/// How examples for the shell are marked. They are run in one shell, in the order of the page.
pub const SHELL: &str = "sh";
/// What the shell prints between two examples.
pub const BETWEEN: char = '\u{1e}';

const LANGUAGES: [&str; 4] = [SHELL, "typescript", "python", "rust"];
const OUTPUTS: [&str; 2] = ["json", "text"];
const NOT_RUN: [&str; 2] = ["console", "toml"];
const ANYTHING: char = '…';

/// A block of code that is run.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// What it is marked with.
    pub language: String,
    /// The line of the page where it begins.
    pub line: usize,
    /// The code.
    pub code: String,
    /// What the page says that it prints.
    pub shown: Option<Shown>,
}

/// What an example prints.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    text: String,
    /// JSON is shown in lines, and sent without.
    is_json: bool,
}

impl Example {
    /// An error when it has printed something else than the page shows.
    pub fn compare(&self, said: &str) -> Result<()> {
        let Some(shown) = &self.shown else { return Ok(()) };
        if !shown.fits(said) {
            bail!("the example in line {} printed\n{said}\nand the page shows\n{}", self.line, shown.text);
        }
        Ok(())
    }
}

impl Shown {
    fn fits(&self, said: &str) -> bool {
        let (text, said) = if self.is_json {
            (without_space(&self.text), without_space(said))
        } else {
            (self.text.trim().to_owned(), said.trim().to_owned())
        };
        let Some((first, others)) = text.split_once(ANYTHING) else { return text == said };
        let Some(mut rest) = said.strip_prefix(first) else { return false };
        let (middle, last) = others.rsplit_once(ANYTHING).unwrap_or(("", others));
        for piece in middle.split(ANYTHING) {
            let Some(at) = rest.find(piece) else { return false };
            rest = rest.get(at + piece.len()..).unwrap_or_default();
        }
        rest.ends_with(last)
    }
}

/// All examples of a page.
pub fn examples(page: &str) -> Result<Vec<Example>> {
    let mut examples: Vec<Example> = vec![];
    let mut lines = page.lines().zip(1..);
    // Whether the block before was an example that nothing is shown of yet.
    let mut follows = false;
    while let Some((line, number)) = lines.next() {
        let Some(mark) = line.trim_start().strip_prefix("```") else { continue };
        let indent = line.len() - line.trim_start().len();
        let mut code = String::new();
        loop {
            let (line, _) = lines.next().with_context(|| format!("the block in line {number} has no end"))?;
            if line.trim_start().starts_with("```") {
                break;
            }
            code.push_str(line.get(indent..).unwrap_or_default());
            code.push('\n');
        }
        if LANGUAGES.contains(&mark) {
            examples.push(Example { language: mark.to_owned(), line: number, code, shown: None });
        } else if OUTPUTS.contains(&mark) {
            ensure!(follows, "the block in line {number} shows what nothing before it prints");
            let example = examples.last_mut().context("the first block shows what nothing prints")?;
            example.shown = Some(Shown { text: code, is_json: mark == "json" });
        } else if !NOT_RUN.contains(&mark) {
            bail!(
                "the block in line {number} is marked `{mark}`, which says neither whether nor how it is run"
            );
        }
        follows = LANGUAGES.contains(&mark);
    }
    Ok(examples)
}

/// Examples for the shell, one after the other; the first one that fails ends it.
pub fn script(examples: &[&Example]) -> String {
    let between = format!("printf '\\x{:x}'\n", u32::from(BETWEEN));
    let blocks: Vec<&str> = examples.iter().map(|example| example.code.as_str()).collect();
    format!("set -euo pipefail\n{}", blocks.join(&between))
}

fn without_space(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_may_be_anything_and_the_rest_is_compared() {
        let fits = |text: &str, said: &str| Shown { text: text.to_owned(), is_json: false }.fits(said);
        for (shown, said, expected) in [
            ("one\n", "one\n", true),
            ("one", "one two", false),
            ("…", "", true),
            ("one …", "one two", true),
            ("one …", "two", false),
            ("… two", "one two", true),
            ("… two", "one two three", false),
            ("a … c", "a b c", true),
            ("a … c … e", "a b c d e", true),
            ("a … c … e", "a b d e", false),
            ("a … a", "a ", false),
            ("a … b … b", "a x b y b", true),
            ("a … b … b", "a x b", false),
        ] {
            assert_eq!(fits(shown, said), expected, "{shown:?} {said:?}");
        }
    }

    #[test]
    fn lines_of_json_are_not_compared() {
        let shown = Shown { text: "{\n  \"a\": [1, …]\n}\n".to_owned(), is_json: true };
        assert!(shown.fits("{\"a\":[1,2,3]}\n"));
        assert!(!shown.fits("{\"a\":[2,3]}\n"));
    }

    #[test]
    fn a_block_is_run_or_belongs_to_one_that_is_or_says_that_it_is_not() {
        let page = "Text\n\n  ```sh\n  echo 1\n    echo 2\n  ```\n\nmore\n\n```text\n1\n```\n\n```console\n$ x\n```\n";
        let found = examples(page).unwrap();
        let shown = Some(Shown { text: "1\n".to_owned(), is_json: false });
        let code = "echo 1\n  echo 2\n".to_owned();
        assert_eq!(found, [Example { language: "sh".to_owned(), line: 3, code, shown }]);
        for bad in [
            "```\nx\n```",
            "```bash\nx\n```",
            "```json\n1\n```",
            "```sh\nx",
            "```console\nx\n```\n```text\n1\n```",
        ] {
            assert!(examples(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_shell_says_where_an_example_ends() {
        let one =
            |code: &str| Example { language: SHELL.to_owned(), line: 1, code: code.to_owned(), shown: None };
        let said = script(&[&one("echo 1\n"), &one("echo 2\n")]);
        assert_eq!(said, "set -euo pipefail\necho 1\nprintf '\\x1e'\necho 2\n");
    }
}
