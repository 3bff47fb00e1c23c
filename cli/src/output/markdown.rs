//! Renders Markdown for a terminal, with bold headings and coloured code, or as plain text that keeps the marks of bold
//! and code.

use anstyle::{AnsiColor, Style};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

/// The width, like `man` on wide terminals: longer lines are hard to read.
const WIDTH: usize = 80;
/// Between the cells of a table.
const SEPARATOR: &str = " | ";
const BOLD: Style = Style::new().bold();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Renders a page. Each link is followed by its address, and table cells are separated by bars. A table whose first column has no
/// title becomes a list, with the last cell in brackets.
pub fn render(markdown: &str, is_styled: bool) -> String {
    let mut page = Page { is_styled, ..Page::default() };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.add(event);
    }
    page.text.trim_end().to_owned() + "\n"
}

#[derive(Default)]
struct Page {
    is_styled: bool,
    text: String,
    /// The current paragraph, heading, item or row.
    block: String,
    is_code_block: bool,
    /// The depth of the current list.
    depth: usize,
    /// Whether the current table becomes a list.
    is_listed: bool,
    /// The addresses of the current links.
    links: Vec<String>,
}

impl Page {
    fn add(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code_block => {
                for line in text.lines() {
                    let line = self.styled(CODE, line);
                    self.text.push_str(&format!("    {line}\n"));
                }
            }
            Event::Code(code) => {
                // A wrapped line must not end in colour.
                let words: Vec<String> = code.split(' ').map(|word| self.styled(CODE, word)).collect();
                let code = words.join(" ");
                self.block.push_str(&if self.is_styled { code } else { format!("`{code}`") });
            }
            Event::SoftBreak | Event::HardBreak => self.block.push(' '),
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => self.block.push_str(&text),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::Heading { .. } => self.mark(&BOLD.to_string(), ""),
            Tag::Strong => self.mark(&BOLD.to_string(), "**"),
            Tag::CodeBlock(_) => {
                self.flush();
                self.is_code_block = true;
            }
            Tag::List(_) => {
                self.flush();
                self.depth += 1;
            }
            // The text of an automatic link is its address.
            Tag::Link { link_type: LinkType::Autolink, .. } => self.links.push(String::new()),
            Tag::Link { dest_url, .. } => self.links.push(dest_url.into_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.mark(&format!("{BOLD:#}"), "**"),
            TagEnd::Heading(_) => {
                self.mark(&format!("{BOLD:#}"), "");
                self.flush();
                self.text.push('\n');
            }
            TagEnd::Paragraph => {
                self.flush();
                if self.depth == 0 {
                    self.text.push('\n');
                }
            }
            TagEnd::TableHead => {
                self.is_listed = self.block.starts_with(SEPARATOR);
                if self.is_listed {
                    self.block.clear();
                }
                self.flush();
            }
            TagEnd::TableRow if self.is_listed => {
                let row = self.block.trim_end_matches(SEPARATOR);
                if let Some((claim, evidence)) = row.rsplit_once(SEPARATOR) {
                    self.block = format!("{claim} [{evidence}]");
                }
                self.depth += 1;
                self.flush();
                self.depth -= 1;
            }
            TagEnd::Item | TagEnd::TableRow => self.flush(),
            TagEnd::TableCell => self.block.push_str(SEPARATOR),
            TagEnd::List(_) => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.text.push('\n');
                }
            }
            TagEnd::Table => self.text.push('\n'),
            TagEnd::CodeBlock => {
                self.is_code_block = false;
                self.text.push('\n');
            }
            TagEnd::Link => {
                if let Some(url) = self.links.pop()
                    && url.contains("://")
                {
                    self.block.push_str(&format!(" <{url}>"));
                }
            }
            _ => {}
        }
    }

    /// Writes the current block, wrapped.
    fn flush(&mut self) {
        let block = std::mem::take(&mut self.block);
        let block = block.trim_end_matches(SEPARATOR);
        if block.is_empty() {
            return;
        }
        let (first, rest) = match self.depth {
            0 => (String::new(), String::new()),
            depth => ("  ".repeat(depth - 1) + "- ", "  ".repeat(depth)),
        };
        let options = textwrap::Options::new(WIDTH).initial_indent(&first).subsequent_indent(&rest);
        let options = options.break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
        self.text.push_str(&textwrap::fill(block, options));
        self.text.push('\n');
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.is_styled { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn mark(&mut self, styled: &str, plain: &str) {
        self.block.push_str(if self.is_styled { styled } else { plain });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Title\n\n**Reads** `a b`, *or* [not](https://example.com/x).\nMore.\n\n- one\n- two\n\n```yaml\na: 1\n\
        ```\n\n| x | y |\n| - | - |\n| 1 | 2 |\n\nEnd\n";

    #[test]
    fn plain_text_has_no_escape_sequences() {
        let expected = "Title\n\n**Reads** `a b`, or not <https://example.com/x>. More.\n\n- one\n- two\n\n    a: 1\n\nx | y\n1 | 2\n\nEnd\n";
        assert_eq!(render(PAGE, false), expected);
    }

    #[test]
    fn a_terminal_gets_bold_and_colour() {
        let text = render(PAGE, true);
        assert!(
            text.starts_with("\u{1b}[1mTitle\u{1b}[0m\n\n\u{1b}[1mReads\u{1b}[0m \u{1b}[36ma\u{1b}[0m"),
            "{text:?}"
        );
    }

    #[test]
    fn a_table_without_a_first_title_becomes_a_list() {
        let table = "| | how we know |\n| - | - |\n| It `a` fails. | M, 1.6 |\n| It waits. | |\n\nEnd\n";
        assert_eq!(render(table, false), "- It `a` fails. [M, 1.6]\n- It waits.\n\nEnd\n");
    }

    #[test]
    fn lines_are_wrapped() {
        let text = render(&"word ".repeat(100), false);
        assert!(text.lines().count() > 5 && text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }
}
