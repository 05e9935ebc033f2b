//! Reads a matrix into columns while it comes.

use std::sync::Arc;

use domain::series::{Labels, Series};
use domain::time::Timestamp;

use crate::answer::{Answer, Answered, Misread};
use crate::intern::Interner;
use crate::json::{Child, Cursor, Outline, Read, Stop, parse_f64, parse_seconds};
use crate::warnings::Warnings;

/// `{"data":{"resultType":"matrix","result":[{"metric":{…},"values":[[<secs>,"<value>"],…]},…]}}`
///
/// Native histograms (`histograms` beside or instead of `values`) are passed over, with a warning.
#[derive(Debug)]
pub(crate) struct Matrix {
    series: Vec<Series>,
    labels: Labels,
    times: Times,
    values: Vec<f64>,
    has_histograms: bool,
    n_histograms: usize,
    interner: Interner,
    result_type: String,
    warnings: Warnings,
}

/// The lists and objects that are opened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// The whole answer.
    Top,
    /// `data`
    Data,
    /// `result`
    AllSeries,
    /// One of `result`.
    OneSeries,
    /// Its `values`.
    Points,
    /// Its `histograms`.
    Histograms,
}

impl Matrix {
    pub(crate) fn of(source: &'static str) -> Self {
        Self {
            series: Vec::new(),
            labels: Labels::default(),
            times: Times::default(),
            values: Vec::new(),
            has_histograms: false,
            n_histograms: 0,
            interner: Interner::default(),
            result_type: String::new(),
            warnings: Warnings::of(source),
        }
    }

    /// `[1795222388.123, "3"]`
    fn point(&mut self, value: &mut Cursor<'_>) -> Read<()> {
        value.sign(b'[', "a point")?;
        let secs = value.number()?;
        value.sign(b',', "“,”")?;
        let number = value.number_or_text()?;
        value.sign(b']', "the end of a point")?;
        let number = parse_f64(number).ok_or(Stop::Wrong("a number"))?;
        self.times.push(parse_seconds(secs).ok_or(Stop::Wrong("seconds"))?);
        self.values.push(number);
        Ok(())
    }

    fn end_series(&mut self) {
        let labels = std::mem::take(&mut self.labels);
        let times = self.times.end_series();
        let values = std::mem::replace(&mut self.values, Vec::with_capacity(times.len()));
        self.n_histograms += usize::from(self.has_histograms);
        if !(self.has_histograms && values.is_empty()) {
            self.series.push(Series { labels, times, values });
        }
        self.has_histograms = false;
    }
}

impl Outline for Matrix {
    type Place = Place;
    const TOP: Place = Place::Top;

    fn child(&self, place: Place, name: Option<&[u8]>) -> Child<Place> {
        match (place, name) {
            (Place::Points, None) => Child::Take,
            (Place::AllSeries, None) => Child::Open(Place::OneSeries),
            (Place::OneSeries, Some(b"metric")) => Child::Take,
            (Place::OneSeries, Some(b"values")) => Child::Open(Place::Points),
            (Place::OneSeries, Some(b"histograms")) => Child::Open(Place::Histograms),
            (Place::Top, Some(b"data")) => Child::Open(Place::Data),
            (Place::Top, Some(b"warnings" | b"infos")) | (Place::Data, Some(b"resultType")) => Child::Take,
            (Place::Data, Some(b"result")) => Child::Open(Place::AllSeries),
            (
                Place::Top
                | Place::Data
                | Place::AllSeries
                | Place::OneSeries
                | Place::Points
                | Place::Histograms,
                _,
            ) => Child::Skip,
        }
    }

    fn take(&mut self, place: Place, _name: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()> {
        match place {
            Place::Points => self.point(value),
            Place::OneSeries => {
                self.labels = super::labels(&mut self.interner, value)?;
                Ok(())
            }
            Place::Data => {
                self.result_type = value.text()?.unescaped().into_owned();
                Ok(())
            }
            Place::Top | Place::AllSeries | Place::Histograms => self.warnings.take(value),
        }
    }

    fn leave(&mut self, place: Place) {
        match place {
            Place::OneSeries => self.end_series(),
            Place::Histograms => self.has_histograms = true,
            Place::Top | Place::Data | Place::AllSeries | Place::Points => {}
        }
    }
}

impl Answer for Matrix {
    type Output = Vec<Series>;

    fn answer(mut self) -> Answered<Vec<Series>> {
        if self.n_histograms > 0 {
            self.warnings
                .add(format!("{} series are native histograms, which are not drawn", self.n_histograms));
        }
        match self.result_type.as_str() {
            "matrix" => Ok((self.series, self.warnings.all())),
            "" => Err(Misread::Malformed("it has no resultType".to_owned())),
            other => Err(Misread::Malformed(format!("it holds “{other}” instead of a matrix"))),
        }
    }
}

/// The times of one series after another; as long as they are those of the longest one so far, nothing is kept.
#[derive(Debug, Default)]
struct Times {
    /// Those of the longest series so far.
    shared: Arc<[Timestamp]>,
    /// How many times of this series were the same.
    n_same: usize,
    /// All times of this series, once one was another.
    own: Vec<Timestamp>,
}

impl Times {
    fn push(&mut self, time: Timestamp) {
        if self.own.is_empty() {
            if self.shared.get(self.n_same) == Some(&time) {
                self.n_same += 1;
                return;
            }
            self.own.extend_from_slice(self.shared.get(..self.n_same).unwrap_or_default());
        }
        self.own.push(time);
    }

    fn end_series(&mut self) -> Arc<[Timestamp]> {
        let n_same = std::mem::take(&mut self.n_same);
        if !self.own.is_empty() {
            let own: Arc<[Timestamp]> = std::mem::take(&mut self.own).into();
            if own.len() > self.shared.len() {
                self.shared = Arc::clone(&own);
            }
            own
        } else if n_same < self.shared.len() {
            self.shared.get(..n_same).unwrap_or_default().into()
        } else {
            Arc::clone(&self.shared)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(all: &[&[i64]]) -> Vec<Arc<[Timestamp]>> {
        let mut times = Times::default();
        let kept: Vec<_> = all
            .iter()
            .map(|one| {
                one.iter().for_each(|it| times.push(Timestamp::from_secs(*it)));
                times.end_series()
            })
            .collect();
        for (kept, given) in kept.iter().zip(all) {
            assert_eq!(kept.iter().map(|it| it.secs()).collect::<Vec<_>>(), *given);
        }
        kept
    }

    #[test]
    fn equal_times_are_kept_once() {
        let kept =
            check(&[&[1, 2, 3], &[2, 3], &[1, 2], &[1, 2, 3], &[], &[1, 2, 3, 4], &[1, 2, 3, 4], &[0]]);
        assert!(Arc::ptr_eq(&kept[0], &kept[3]));
        assert!(Arc::ptr_eq(&kept[5], &kept[6]));
    }
}
