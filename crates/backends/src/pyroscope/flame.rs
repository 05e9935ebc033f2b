//! Reads a flame graph while it comes, and adds it up by function.
//!
//! Each level is a list of bars of four numbers: how far it begins after the end of the bar before it, its ticks, its
//! own ticks, and the place of its name (`pkg/og/structs/flamebearer`). A bar is called by the one above it. The querier
//! service (`api/querier/v1/querier.proto`) writes a level as an object with its `values`, and whole numbers as texts.

use domain::profile::{FunctionCost, Profile};
use domain::system::Unit;

use crate::answer::{Answer, Answered, Misread};
use crate::json::{Child, Cursor, Outline, Read, Stop};

/// What stands for all functions that are too small to be told.
const TOO_SMALL: &str = "other";
/// Bars that are kept: many times what is asked for.
const MAX_BARS: usize = 200_000;
const NUMBERS_OF_A_BAR: usize = 4;

/// `{"flamebearer":{"names":["total",…],"levels":[[0,100,0,0],…],"numTicks":100},"metadata":{"units":"samples",…},…}`
#[derive(Debug, Default)]
pub(super) struct Flame {
    names: Vec<String>,
    levels: Vec<Vec<Bar>>,
    n_bars: usize,
    total: u64,
    is_flame: bool,
    metadata: Metadata,
}

#[derive(Clone, Copy, Debug)]
struct Bar {
    start: u64,
    ticks: u64,
    own: u64,
    name: usize,
}

impl Bar {
    fn end(self) -> u64 {
        self.start.saturating_add(self.ticks)
    }
}

#[derive(Clone, Debug, Default)]
struct Metadata {
    format: String,
    units: String,
    sample_rate: u64,
}

/// The lists and objects that are opened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// The whole answer.
    Top,
    /// `flamebearer`, or `flamegraph` of the querier service
    Flame,
    /// `names`
    Names,
    /// `levels`
    Levels,
}

impl Outline for Flame {
    type Place = Place;
    const TOP: Place = Place::Top;

    fn child(&self, place: Place, name: Option<&[u8]>) -> Child<Place> {
        match (place, name) {
            (Place::Names | Place::Levels, None)
            | (Place::Top, Some(b"metadata"))
            | (Place::Flame, Some(b"numTicks" | b"total")) => Child::Take,
            (Place::Top, Some(b"flamebearer" | b"flamegraph")) => Child::Open(Place::Flame),
            (Place::Flame, Some(b"names")) => Child::Open(Place::Names),
            (Place::Flame, Some(b"levels")) => Child::Open(Place::Levels),
            (Place::Top | Place::Flame | Place::Names | Place::Levels, _) => Child::Skip,
        }
    }

    fn take(&mut self, place: Place, _name: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()> {
        match place {
            Place::Names => self.names.push(value.text()?.unescaped().into_owned()),
            Place::Levels => {
                let level = level(value)?;
                self.n_bars += level.len();
                if self.n_bars > MAX_BARS {
                    return Err(Stop::Wrong("a flame graph of at most 200,000 bars"));
                }
                self.levels.push(level);
            }
            Place::Flame => self.total = whole(value)?,
            Place::Top => self.metadata = metadata(value)?,
        }
        Ok(())
    }

    fn leave(&mut self, place: Place) {
        self.is_flame |= matches!(place, Place::Flame);
    }
}

impl Answer for Flame {
    type Output = Profile;

    fn answer(self) -> Answered<Profile> {
        if !self.is_flame {
            return Err(Misread::Malformed("it has no flame graph".to_owned()));
        }
        if self.metadata.format == "double" {
            return Err(Misread::Malformed("it compares two profiles".to_owned()));
        }
        let (unit, per_tick) = self.metadata.unit();
        let total = self.total;
        Ok((Profile { unit, per_tick, total, functions: self.functions()? }, Vec::new()))
    }
}

impl Metadata {
    /// What is counted, and how much of it a tick is.
    fn unit(&self) -> (Unit, f64) {
        match self.units.as_str() {
            // Samples of a profiler that took so many a second; Pyroscope writes nanoseconds of CPU this way as well.
            "samples" if self.sample_rate > 0 => (Unit::Seconds, 1.0 / self.sample_rate as f64),
            "nanoseconds" | "lock_nanoseconds" => (Unit::Seconds, 1e-9),
            "bytes" => (Unit::Bytes, 1.0),
            _ => (Unit::None, 1.0),
        }
    }
}

impl Flame {
    /// Reads an answer of the querier service: what it counts follows from the profile's type, and of nothing at all it
    /// is empty.
    pub(super) fn of_type(profile_type: &str) -> Self {
        // `name:sample type:sample unit:period type:period unit`
        let units = profile_type.split(':').nth(2).unwrap_or_default().to_owned();
        Self { is_flame: true, metadata: Metadata { units, ..Metadata::default() }, ..Self::default() }
    }

    /// What each function took. The first level is the whole and no function.
    fn functions(self) -> Result<Vec<FunctionCost>, Misread> {
        let Self { names, levels, .. } = self;
        let mut costs: Vec<FunctionCost> =
            names.into_iter().map(|name| FunctionCost { name, own: 0, total: 0 }).collect();
        // How many of the bars that lead to the one looked at are of this function.
        let mut n_open = vec![0_u32; costs.len()];
        // How many bars of each level have been looked at.
        let mut seen = vec![0_usize; levels.len()];
        // From the whole down to the bar looked at: where each ends, and its name.
        let mut path: Vec<(u64, Option<usize>)> = vec![(u64::MAX, None)];
        while let Some((end, name)) = path.last().copied() {
            let depth = path.len();
            let next = levels.get(depth).zip(seen.get_mut(depth)).and_then(|(level, seen)| {
                let bar = level.get(*seen).copied().filter(|it| it.start < end || it.ticks == 0)?;
                *seen += 1;
                Some(bar)
            });
            let Some(bar) = next else {
                path.pop();
                if let Some(n) = name.and_then(|it| n_open.get_mut(it)) {
                    *n -= 1;
                }
                continue;
            };
            let (Some(cost), Some(n)) = (costs.get_mut(bar.name), n_open.get_mut(bar.name)) else {
                return Err(Misread::Malformed(format!("there is no name {}", bar.name)));
            };
            cost.own = cost.own.saturating_add(bar.own);
            if *n == 0 {
                cost.total = cost.total.saturating_add(bar.ticks);
            }
            *n += 1;
            path.push((bar.end(), Some(bar.name)));
        }
        costs.retain(|it| it.own > 0 && it.name != TOO_SMALL);
        costs.sort_by(|a, b| b.own.cmp(&a.own).then_with(|| a.name.cmp(&b.name)));
        Ok(costs)
    }
}

/// The bars of one level.
fn level(value: &mut Cursor<'_>) -> Read<Vec<Bar>> {
    if value.peek()? != b'{' {
        return bars(value);
    }
    let mut level = Vec::new();
    value.fields(|name, value| {
        match name.raw() {
            b"values" => level = bars(value)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(level)
}

fn bars(value: &mut Cursor<'_>) -> Read<Vec<Bar>> {
    let mut bars = Vec::new();
    let mut numbers = [0_u64; NUMBERS_OF_A_BAR];
    let (mut n, mut at) = (0, 0_u64);
    value.items(|value| {
        let number = whole(value)?;
        if let Some(place) = numbers.get_mut(n) {
            *place = number;
        }
        n += 1;
        if n == NUMBERS_OF_A_BAR {
            n = 0;
            let [apart, ticks, own, name] = numbers;
            let bar = Bar { start: at.saturating_add(apart), ticks, own, name: name as usize };
            at = bar.end();
            bars.push(bar);
        }
        Ok(())
    })?;
    if n == 0 { Ok(bars) } else { Err(Stop::Wrong("four numbers for each bar")) }
}

/// A number that is not negative.
fn whole(value: &mut Cursor<'_>) -> Read<u64> {
    u64::try_from(value.int()?).map_err(|_| Stop::Wrong("a number that is not negative"))
}

fn metadata(value: &mut Cursor<'_>) -> Read<Metadata> {
    let mut metadata = Metadata::default();
    value.fields(|name, value| {
        match name.raw() {
            b"format" => metadata.format = value.text()?.unescaped().into_owned(),
            b"units" => metadata.units = value.text()?.unescaped().into_owned(),
            b"sampleRate" => metadata.sample_rate = whole(value)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(metadata)
}
