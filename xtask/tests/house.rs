//! The house rules, checked on the house itself.

#[track_caller]
fn check(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn crates_know_only_whom_they_may() {
    check(xtask::layers::crate_complaints());
}

#[test]
fn rooms_of_the_app_know_only_whom_they_may() {
    check(xtask::layers::import_complaints());
}

#[test]
fn no_deployments_word_stands_in_rust() {
    let names = xtask::vocabulary::names_in_system_files();
    assert!(names.len() > 50, "the system files name next to nothing");
    for of_a_part in ["scrape", "orchestrator", "Validate preset"] {
        assert!(names.contains(of_a_part), "{of_a_part}: no stage and no service is called so");
    }
    check(xtask::vocabulary::complaints());
}

#[test]
fn files_open_with_a_sentence_and_stay_short() {
    check(xtask::tidy::complaints());
}
