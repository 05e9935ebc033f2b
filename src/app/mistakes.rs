//! What exactly is wrong with a file that somebody wrote. It takes a program several times as large as what reads a file
//! that is right, so it is fetched only when there is something wrong.

use std::cell::RefCell;
use std::rc::Rc;

use system::Mistake;

use super::parts;
use crate::components::part::NotLoaded;
use crate::state::{FaultyFile, SetupError};

/// Every mistake of the file, each with its place.
pub(super) fn find(file: &FaultyFile) -> Vec<String> {
    let mistakes = match file {
        FaultyFile::Config(text) => system::config::parse(text).err(),
        FaultyFile::System(text) => system::parse(text).err(),
    };
    mistakes.iter().flatten().map(Mistake::to_string).collect()
}

/// The error, with the mistakes of its file among the causes.
pub(super) async fn explained(mut error: SetupError) -> SetupError {
    let Some(file) = error.faulty.take() else { return error };
    let found = Rc::new(RefCell::new(Vec::new()));
    match parts::mistakes::fetch().await {
        Ok(()) => {
            parts::mistakes::view(file, found.clone());
            error.causes.append(&mut found.borrow_mut());
        }
        Err(NotLoaded) => {
            error.causes.push("which ones could not be found out: a part of Jobscope did not come".to_owned())
        }
    }
    error
}
