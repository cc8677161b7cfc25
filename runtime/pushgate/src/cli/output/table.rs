//! Columns for people.

use super::printable;

/// A heading and rows, each column as wide as its widest value; only the heading where there are no rows.
pub(in crate::cli) fn table<const COLUMNS: usize>(heading: [&str; COLUMNS], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut lines = vec![heading.map(str::to_owned).to_vec()];
    lines.extend(rows.map(|row| row.iter().map(|value| printable(value)).collect()));
    let mut widths = [0; COLUMNS];
    for line in &lines {
        for (width, value) in widths.iter_mut().zip(line) {
            *width = (*width).max(value.chars().count());
        }
    }
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(widths).map(|(value, width)| format!("{value:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
