//! Lists that somebody reads while jobs arrive, change and leave.

use proptest::prelude::*;

use super::rows;
use crate::jobs::{Gone, Held, Rows};

const N_JOBS: usize = 10;

/// Ten jobs, the newest first: `j9` to `j0`.
fn jobs() -> Rows {
    let line = |it: usize| format!("10:0{it}:00.000 I orchestrator job_submitted job=j{it}\n");
    rows("10:30:00", &(0..N_JOBS).map(line).collect::<String>())
}

/// Those whose number is in the text.
fn of(jobs: &Rows, numbers: &str) -> Rows {
    let is_one = |id: &str| id.strip_prefix('j').is_some_and(|it| numbers.contains(it));
    Rows::new(jobs.iter().filter(|it| is_one(it.id.as_str())).cloned().collect())
}

/// A list in words: the jobs, a `*` after one that no longer passes, a `-` after one that is past, and how many wait.
fn show(list: &Held<u8>) -> String {
    let mark = |place| match list.gone_at(place) {
        None => "",
        Some(Gone::Filtered) => "*",
        Some(Gone::Past) => "-",
    };
    let rows = list.rows.iter().enumerate();
    let rows: String = rows
        .map(|(place, it)| format!("{}{} ", it.id.as_str().trim_start_matches('j'), mark(place)))
        .collect();
    format!("{rows}+{}", list.n_new)
}

/// What a reader sees step by step; each step is the jobs there are and those that pass.
#[track_caller]
fn check(steps: &[(&str, &str, &str)]) {
    let jobs = jobs();
    let mut list = None;
    for (all, passing, expected) in steps {
        let next = Held::next(list.as_ref(), &of(&jobs, all), &of(&jobs, passing), 0, true);
        assert_eq!(show(&next), *expected, "{all} {passing}");
        list = Some(next);
    }
}

#[test]
fn what_is_listed_keeps_its_place() {
    check(&[("5432", "5432", "5 4 3 2 +0"), ("97654321", "97654321", "5 4 3 2 1 +3")]);
    check(&[("5432", "5432", "5 4 3 2 +0"), ("5432", "542", "5 4 3* 2 +0"), ("5432", "5432", "5 4 3 2 +0")]);
    check(&[("5432", "53", "5 3 +0"), ("5432", "542", "5 3* 4 2 +0"), ("65432", "6", "5* 3* 4* 2* +1")]);
}

#[test]
fn what_is_past_goes_only_from_the_end() {
    check(&[("5432", "5432", "5 4 3 2 +0"), ("65", "65", "5 +1")]);
    check(&[("5432", "5432", "5 4 3 2 +0"), ("52", "52", "5 4- 3- 2 +0"), ("5", "5", "5 +0")]);
    check(&[("54", "54", "5 4 +0"), ("98", "98", "9 8 +0")]);
    check(&[("54", "54", "5 4 +0"), ("", "", "+0")]);
}

#[test]
fn another_key_or_nobody_who_reads_gives_the_list_as_it_is() {
    let jobs = jobs();
    let first = Held::next(None, &jobs, &of(&jobs, "543"), 0, true);
    let next = |key, is_read| show(&Held::next(Some(&first), &jobs, &of(&jobs, "94"), key, is_read));
    assert_eq!([next(0, true), next(1, true), next(0, false)], ["5* 4 3* +1", "9 4 +0", "9 4 +0"]);
}

proptest! {
    #[test]
    fn nothing_moves_and_nobody_is_lost(steps in prop::collection::vec((0_u32..1024, 0_u32..1024), 1..8)) {
        let jobs = jobs();
        let part = |mask: u32| Rows::new(
            jobs.iter().enumerate().filter(|(place, _)| mask >> place & 1 == 1).map(|it| it.1.clone()).collect(),
        );
        let mut old: Option<Held<u8>> = None;
        for (all, passes) in steps {
            let (all, passing) = (part(all), part(all & passes));
            let next = Held::next(old.as_ref(), &all, &passing, 0, true);
            let is_of = |rows: &Rows, id| rows.iter().any(|it| it.id == id);
            let ids: Vec<_> = next.rows.iter().map(|it| it.id.clone()).collect();
            let listed = passing.iter().filter(|it| ids.contains(&it.id)).count();
            prop_assert_eq!(next.n_new, passing.len() - listed);
            for (place, id) in ids.iter().enumerate() {
                prop_assert_eq!(next.gone_at(place).is_none(), is_of(&passing, id.clone()));
                prop_assert_eq!(next.gone_at(place) == Some(Gone::Past), !is_of(&all, id.clone()));
                prop_assert!(!ids[..place].contains(id), "listed once");
            }
            let is_held = |it: &Held<u8>| it.rows.iter().any(|it| is_of(&all, it.id.clone()));
            if let Some(old) = old.filter(is_held) {
                let stays: Vec<_> = old.rows.iter().map(|it| it.id.clone()).collect();
                let n = stays.iter().rposition(|it| is_of(&all, it.clone())).map_or(0, |it| it + 1);
                prop_assert_eq!(&ids[..n], &stays[..n], "nothing moved");
            }
            old = Some(next);
        }
    }
}
