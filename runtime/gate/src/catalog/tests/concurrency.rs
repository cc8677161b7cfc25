//! Many writers at once. A lock belongs to an open file, so threads exclude each other as processes do; processes are tried too.

use std::process::{Child, Command, Stdio};

use super::*;

#[test]
fn distinct_names_are_all_there() {
    let folder = Folder::with("# kept\nversion = 1\n");
    std::thread::scope(|scope| {
        for number in 0..20 {
            let folder = &folder;
            scope.spawn(move || folder.edit(|edit| edit.add_flavor(&name(&format!("f{number}")), &digest("x"))).unwrap());
        }
    });
    assert_eq!(folder.catalog().flavors().filter(|(_, entry)| entry.is_ok()).count(), 20);
    assert!(folder.text().starts_with("# kept\n"));
    assert!(!folder.path().with_extension("toml.new").exists());
}

#[test]
fn one_of_many_gets_a_name() {
    let folder = Folder::empty();
    let results: Vec<Result<Change, CatalogError>> = std::thread::scope(|scope| {
        let start = |number: u32| {
            let folder = &folder;
            scope.spawn(move || folder.edit(|edit| edit.add_flavor(&name("taken"), &digest(&number.to_string()))))
        };
        let threads: Vec<_> = (0..20).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| matches!(result, Ok(Change::Made))).count(), 1);
    assert_eq!(results.iter().filter(|result| matches!(result, Err(CatalogError::FlavorExists { .. }))).count(), 19);
    assert_eq!(names(folder.catalog().flavors()), ["taken"]);
}

/// A reader at any moment sees a whole catalog.
#[test]
fn readers_never_see_a_half() {
    let folder = Folder::empty();
    let add = |number: u32| folder.edit(|edit| edit.add_flavor(&name(&format!("f{number}")), &digest("x"))).unwrap();
    add(0);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 1..50 {
                add(number);
            }
        });
        let mut seen = 0;
        while !writer.is_finished() {
            let count = folder.catalog().flavors().filter(|(_, entry)| entry.is_ok()).count();
            assert!(count >= seen);
            seen = count;
        }
    });
    assert_eq!(folder.catalog().flavors().count(), 50);
}

/// Runs this very test in processes of their own. Each adds a name; one is killed while it holds the lock, in the middle of its change.
#[test]
fn processes_exclude_each_other_and_a_killed_one_frees_the_lock() {
    const NAME: &str = "catalog::tests::concurrency::processes_exclude_each_other_and_a_killed_one_frees_the_lock";
    const CATALOG: &str = "PUSHGATE_TEST_CATALOG";
    const FLAVOR: &str = "PUSHGATE_TEST_FLAVOR";
    const KILLED: &str = "killed";
    if let (Some(path), Ok(flavor)) = (std::env::var_os(CATALOG).map(PathBuf::from), std::env::var(FLAVOR)) {
        let change = |edit: &mut Edit| {
            edit.add_flavor(&name(&flavor), &digest(&flavor))?;
            if flavor == KILLED {
                // Half of a new file, as if the writer had been killed while writing it.
                fs::write(path.with_extension("toml.new"), "version = 1\n[fla").unwrap();
                fs::write(path.with_extension("holding"), "").unwrap();
                loop {
                    std::thread::park();
                }
            }
            Ok::<_, CatalogError>(())
        };
        return Catalog::edit(&path, BUILTINS, change).unwrap();
    }
    let folder = Folder::empty();
    let start = |flavor: &str| -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .env(CATALOG, folder.path())
            .env(FLAVOR, flavor)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut killed = start(KILLED);
    while !folder.path().with_extension("holding").exists() {
        assert!(killed.try_wait().unwrap().is_none(), "the process that should hold the lock has ended");
        std::thread::yield_now();
    }
    let mut others: Vec<Child> = (0..10).map(|number| start(&format!("f{number}"))).collect();
    killed.kill().unwrap();
    killed.wait().unwrap();
    for child in &mut others {
        assert!(child.wait().unwrap().success());
    }
    let catalog = folder.catalog();
    assert_eq!(catalog.flavors().filter(|(_, entry)| entry.is_ok()).count(), 10);
    assert!(catalog.flavor(KILLED).is_err());
    assert!(!folder.path().with_extension("toml.new").exists());
}
