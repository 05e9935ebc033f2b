//! Whom the app asks now: the configured servers, or a recording; and what is seen of them.

use std::rc::Rc;
use std::sync::Arc;

use backends::SourceKind;
use domain::sorted::SortedMap;
use domain::time::Timestamp;
use inquiry::Transport;
use inquiry::recording::{self, Example, Recorder, Recording};
use leptos::prelude::*;
use system::config::{Source, Sources};

use super::files::{fetch_bytes, read_system};
use super::gzip;
use super::live::{Live, Secret, Server, Sighting};
use super::recordings::UnhurriedReplay;
use crate::state::{Clock, Setup, Setups, effect};

/// Whom the app asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configured servers.
    Live,
    /// A recording that is being fetched and unpacked: its name.
    Opening(String),
    /// A recording.
    Replay {
        /// Its name for people.
        title: String,
        /// What its clock shows.
        now: Timestamp,
    },
    /// A recording that could not be opened: why, and what to do.
    NotOpened(String),
}

/// How a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It was not asked yet.
    NotAsked,
    /// It answers.
    Well,
    /// It answers, but with this status.
    Refuses(u16),
    /// It does not answer.
    Silent,
    /// It is not asked: a recording answers.
    Recorded,
}

impl Health {
    /// The class that colours and shapes its dot.
    pub const fn class(self) -> &'static str {
        match self {
            Self::NotAsked | Self::Recorded => "open",
            Self::Well => "well",
            Self::Refuses(_) => "part",
            Self::Silent => "silent",
        }
    }

    /// What it says, after the server's name.
    pub fn words(self) -> String {
        match self {
            Self::NotAsked => "was not asked yet".to_owned(),
            Self::Well => "answers".to_owned(),
            Self::Refuses(status) => format!("refuses ({status})"),
            Self::Silent => "does not answer".to_owned(),
            Self::Recorded => "answers from a recording".to_owned(),
        }
    }
}

/// A handle on the one transport that everything is asked through.
#[derive(Clone, Copy)]
pub struct Net {
    live: StoredValue<Rc<Live>, LocalStorage>,
    transport: RwSignal<Rc<dyn Transport>, LocalStorage>,
    recorder: RwSignal<Option<Rc<Recorder>>, LocalStorage>,
    sightings: RwSignal<SortedMap<SourceKind, Sighting>>,
    mode: RwSignal<Mode>,
    examples: RwSignal<Vec<Example>>,
    setups: Setups,
    own_setup: StoredValue<Option<Setup>>,
    clock: Clock,
}

/// The handle that the app's root provides.
pub fn use_net() -> Net {
    expect_context()
}

/// A server for each source; one that is there already where it is the same.
fn servers_of(sources: &Sources, known: &[Rc<Server>], page_is_opaque: bool) -> Vec<Rc<Server>> {
    let known_as = |source: &Source| known.iter().find(|it| it.configured() == source).cloned();
    let made = |source: &Source| Rc::new(Server::new(source, page_is_opaque));
    sources.iter().map(|it| known_as(it).unwrap_or_else(|| made(it))).collect()
}

impl Net {
    /// Asks the configured servers; where there is none, a sample is opened by [`Net::open_sample`].
    pub fn new(setups: Setups, clock: Clock) -> Self {
        let page_is_opaque = window().origin() == "null";
        let sources = setups.get_untracked().sources;
        let servers = servers_of(&sources, &[], page_is_opaque);
        let sightings = RwSignal::new(SortedMap::new());
        let seen = move |source, sighting| {
            // An equal state is no news: the dots would be drawn anew with every answer.
            if sightings.with_untracked(|it| it.get(&source) != Some(&sighting)) {
                sightings.try_update(|it| it.insert(source, sighting));
            }
        };
        let live = Rc::new(Live::new(servers, seen));
        let net = Self {
            transport: RwSignal::new_local(live.clone()),
            live: StoredValue::new_local(live),
            recorder: RwSignal::new_local(None),
            sightings,
            mode: RwSignal::new(Mode::Live),
            examples: RwSignal::new(Vec::new()),
            setups,
            own_setup: StoredValue::new(None),
            clock,
        };
        effect(move |_| {
            if clock.tick().with(|it| it.is_wished) {
                net.servers().iter().for_each(|it| it.ask_again());
            }
        });
        // Another system may have servers of its own. Those that stay keep what was typed for them.
        effect(move |before: Option<Sources>| {
            let sources = setups.get().sources;
            if before.is_some_and(|it| it != sources) {
                let servers = servers_of(&sources, &net.servers(), page_is_opaque);
                net.live.set_value(Rc::new(Live::new(servers, seen)));
                if net.mode.get_untracked() == Mode::Live {
                    net.recorder.set(None);
                    net.transport.set(net.live.get_value());
                }
            }
            sources
        });
        net
    }

    /// The transport that questions go through now; tracked.
    pub fn transport(self) -> Rc<dyn Transport> {
        self.transport.get()
    }

    /// Asks through another one; everything visible is asked anew.
    pub fn switch_to(self, transport: Rc<dyn Transport>) {
        self.transport.set(transport);
    }

    /// Whom the app asks.
    pub fn mode(self) -> Signal<Mode> {
        self.mode.into()
    }

    /// The configured servers.
    pub fn servers(self) -> Vec<Rc<Server>> {
        self.live.with_value(|it| it.servers().to_vec())
    }

    /// What was last seen of a server; tracked.
    pub fn sighting(self, source: SourceKind) -> Option<Sighting> {
        self.sightings.with(|it| it.get(&source).cloned())
    }

    /// Keeps what was seen of a server otherwise than by asking through the transport.
    pub fn saw(self, source: SourceKind, sighting: Sighting) {
        self.sightings.try_update(|it| it.insert(source, sighting));
    }

    /// How a server does, by what was last seen of it; tracked.
    pub fn health(self, source: SourceKind) -> Health {
        match self.sighting(source) {
            None => Health::NotAsked,
            // 400 and 422 refuse a query, which tells that the server is well.
            Some(Sighting::Answered(..400 | 422, _)) => Health::Well,
            Some(Sighting::Answered(400, _)) => Health::Well,
            Some(Sighting::Answered(status, _)) => Health::Refuses(status),
            Some(Sighting::Silent(_)) => Health::Silent,
        }
    }

    /// Sends this secret to a server from now on, and asks everything visible anew. It is kept in memory only.
    pub fn set_secret(self, source: SourceKind, secret: Option<Secret>) {
        for server in self.servers().into_iter().filter(|it| it.source() == source) {
            server.set_secret(secret.clone());
        }
        self.clock.refresh();
    }

    /// Asks the configured servers again, after a recording.
    pub fn go_live(self) {
        if let Some(setup) = self.own_setup.try_update_value(Option::take).flatten() {
            self.setups.set(setup);
        }
        self.recorder.set(None);
        self.clock.stand_at(None);
        self.transport.set(self.live.get_value());
        self.examples.set(Vec::new());
        self.mode.set(Mode::Live);
    }

    /// Tells that a sample will be opened, so that no page asks before.
    pub fn announce_sample(self) {
        self.mode.set(Mode::Opening("The sample incident".to_owned()));
    }

    /// Opens the configuration's sample.
    pub async fn open_sample(self, path: &str) {
        self.announce_sample();
        match fetch_bytes(path).await {
            Ok(bytes) => self.open_recording(bytes).await,
            Err(error) => self.mode.set(Mode::NotOpened(format!(
                "{}. {}",
                error.what,
                error.next_step.trim_end_matches('.')
            ))),
        }
    }

    /// Opens a recording from the bytes of its file, packed or not.
    pub async fn open_recording(self, bytes: Vec<u8>) {
        let opened = match gzip::unpack(bytes).await {
            Ok(bytes) => recording::read(&bytes).map_err(|it| it.to_string()),
            Err(words) => Err(format!("The file is cut short or spoilt ({words}); get the whole file")),
        };
        match opened.and_then(|it| self.replay(it)) {
            Ok(()) => {}
            Err(words) => self.mode.set(Mode::NotOpened(words)),
        }
    }

    fn replay(self, recording: Recording) -> Result<(), String> {
        if !recording.system_file.is_empty() {
            let before = self.setups.get_untracked();
            let read = read_system("recorded", &recording.system_file)
                .map_err(|_| "The recording's system file has mistakes; record it again".to_owned())?;
            let setup = Setup {
                system: Arc::new(read.system),
                warnings: read.warnings,
                system_file: recording.system_file.as_str().into(),
                ..before.clone()
            };
            self.own_setup.update_value(|it| {
                it.get_or_insert(before);
            });
            self.setups.set(setup);
        }
        let (title, now) = (recording.title.clone(), recording.now);
        self.recorder.set(None);
        self.clock.stand_at(Some(now));
        self.examples.set(recording.examples.clone());
        self.transport.set(Rc::new(UnhurriedReplay::new(recording)));
        self.mode.set(Mode::Replay { title, now });
        Ok(())
    }

    /// Jobs that the recording offers to look at, the plainest first; none from live servers. Tracked.
    pub fn examples(self) -> Vec<Example> {
        self.examples.get()
    }

    /// Takes down every question and answer from now on; everything visible is asked anew, so that it is in it.
    ///
    /// The clock stands still meanwhile, so that all of it is about one moment: the one that a replay shows.
    pub fn start_recording(self) {
        let clock = self.clock;
        clock.stand_at(Some(clock.now()));
        let recorder = Rc::new(Recorder::new(self.transport.get_untracked(), move || clock.now()));
        self.recorder.set(Some(recorder.clone()));
        self.transport.set(recorder);
    }

    /// How many answers have been taken down, and their size in bytes; `None` when nothing is.
    pub fn recorded_size(self) -> Option<(usize, usize)> {
        self.recorder.with(|it| it.as_ref().map(|it| it.size()))
    }

    /// Ends a recording, and gives its file, packed where the browser can. `view` is the query of the address.
    pub async fn stop_recording(self, title: String, view: String) -> Option<Arc<[u8]>> {
        let recorder = self.recorder.get_untracked()?;
        self.recorder.set(None);
        self.transport.set(recorder.inner());
        let system_file = self.setups.get_untracked().system_file.to_string();
        let now = self.clock.now();
        if self.mode.with_untracked(|it| *it == Mode::Live) {
            self.clock.stand_at(None);
        }
        let bytes = recording::write(&Recording { title, view, system_file, now, ..recorder.recording() });
        Some(gzip::pack(&bytes).await.unwrap_or(bytes).into())
    }
}
