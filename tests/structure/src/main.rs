//! Prints what the files of crates are like: `cargo run -p pushgate-test-structure runtime/*/src`. With `--arrows` before them, it prints who uses
//! whom.

use std::io::Write as _;
use std::path::Path;

use pushgate_test_structure::House;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("--arrows", crates)) = arguments.split_first().map(|(first, crates)| (first.as_str(), crates)) {
        for src in crates {
            for (from, to) in House::read(Path::new(src))?.arrows() {
                writeln!(out, "{from} -> {to}")?;
            }
        }
        return Ok(());
    }
    writeln!(out, "| crate | files | lines | public items | arrows | circles | files in circles | upward |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    let mut told = Vec::new();
    for src in arguments {
        let house = House::read(Path::new(&src))?;
        let (lines, items) = house.rooms().values().fold((0, 0), |(lines, items), room| (lines + room.lines, items + room.public_items));
        let circles = house.circles();
        let (files, in_circles, upward) = (house.rooms().len(), circles.iter().map(Vec::len).sum::<usize>(), house.upward());
        writeln!(
            out,
            "| {src} | {files} | {lines} | {items} | {} | {} | {in_circles} | {} |",
            house.arrows().len(),
            circles.len(),
            upward.len()
        )?;
        for circle in circles {
            told.push(format!("{src}: circle: {}", circle.join(" ")));
            for (from, to) in house.arrows().iter().filter(|(from, to)| circle.contains(&from.as_str()) && circle.contains(&to.as_str())) {
                told.push(format!("    {from} -> {to}"));
            }
        }
        told.extend(upward.iter().map(|(from, to)| format!("{src}: up: {from} -> {to}")));
    }
    for line in told {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
