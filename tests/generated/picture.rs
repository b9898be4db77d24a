//! The picture of the keys: docs/keys.svg, drawn of docs/keys.txt.

use std::fmt::Write as _;

/// Sizes in pixels.
const WIDTH: usize = 920;
const ROW: usize = 112;
const BOX: (usize, usize) = (300, 76);
const LEFT: usize = 20;
const TOP: usize = 20;

const STYLE: &str = "text{font-family:sans-serif;font-size:14px;fill:#1f2328}.name{font-weight:bold}.role{font-family:monospace;font-size:13px}\
                     .box{fill:#f6f8fa;stroke:#57606a}.way{stroke:#57606a;fill:none}.tip{fill:#57606a}.label{fill:#57606a}\
                     @media(prefers-color-scheme:dark){text{fill:#e6edf3}.box{fill:#161b22;stroke:#8b949e}.way{stroke:#8b949e}.tip,.label{fill:#8b949e}}";

/// The picture of a text with a line a key.
pub(crate) fn drawn(text: &str) -> String {
    let keys: Vec<Vec<&str>> =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('|').map(str::trim).collect()).collect();
    let height = TOP + keys.len() * ROW;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>Who holds which key, and what is lost with it</title>\n<style>{STYLE}</style>\n"
    );
    for (row, key) in keys.iter().enumerate() {
        let [name, role, holder, lost, stolen] = key[..] else { panic!("a line has five parts: {key:?}") };
        let top = TOP + row * ROW;
        if row > 0 {
            arrow(&mut svg, top);
        }
        writeln!(svg, "<rect class=\"box\" x=\"{LEFT}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"6\"/>", BOX.0, BOX.1).unwrap();
        for (line, (class, words)) in [("name", name), ("role", role), ("holder", holder)].into_iter().enumerate() {
            words_at(&mut svg, LEFT + 14, top + 24 + line * 20, class, words);
        }
        let right = LEFT + BOX.0 + 24;
        for (line, (label, words)) in [("lost", lost), ("stolen", stolen)].into_iter().enumerate() {
            words_at(&mut svg, right, top + 26 + line * 26, "label", label);
            words_at(&mut svg, right + 54, top + 26 + line * 26, "words", words);
        }
    }
    svg + "</svg>\n"
}

/// From the key above to the one at this height, which it names.
fn arrow(svg: &mut String, top: usize) {
    let (x, from) = (LEFT + 40, top - (ROW - BOX.1));
    writeln!(svg, "<path class=\"way\" d=\"M{x} {from}V{}\"/>", top - 8).unwrap();
    writeln!(svg, "<path class=\"tip\" d=\"M{} {}h10l-5 8z\"/>", x - 5, top - 9).unwrap();
    words_at(svg, x + 14, top - 13, "label", "names");
}

fn words_at(svg: &mut String, x: usize, y: usize, class: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    writeln!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{words}</text>").unwrap();
}
