//! Printing data: for people as a table, for programs as JSON.

use serde::Serialize;

use super::Outcome;

/// Prints one thing: `text` for people, `value` for programs.
pub(super) fn print(json: bool, value: &impl Serialize, text: &str) -> Outcome {
    if json {
        println!("{}", serde_json::to_string(value)?);
    } else {
        println!("{text}");
    }
    Ok(())
}

/// Prints a list: a table with these columns for people, an array for programs.
pub(super) fn print_list<T: Serialize>(
    json: bool,
    items: &[T],
    columns: &[&str],
    row: impl Fn(&T) -> Vec<String>,
) -> Outcome {
    if json {
        println!("{}", serde_json::to_string(items)?);
        return Ok(());
    }
    let mut rows: Vec<Vec<String>> = vec![columns.iter().map(|column| (*column).to_owned()).collect()];
    rows.extend(items.iter().map(row));
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max();
    let widths: Vec<usize> = (0..columns.len()).map(|column| width(column).unwrap_or(0)).collect();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        println!("{}", cells.join("  ").trim_end());
    }
    Ok(())
}
