//! Counters, gauges and histograms as prometheus_client keeps them, scraped into samples and exemplars.

use std::collections::BTreeMap;

use domain::ids::TraceId;
use domain::time::Timestamp;

/// What kind of metric a family is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only ever rises.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by upper bounds, without the one of infinity.
    Histogram(&'static [f64]),
}

/// A metric of one scrape target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// The scrape target's `job` and `instance`.
    pub target: (&'static str, &'static str),
    /// What it counts like.
    pub kind: Kind,
}

/// A value that names the trace it came from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exemplar {
    /// When it was observed.
    pub at: Timestamp,
    /// What was observed.
    pub value: f64,
    /// In which trace.
    pub trace: TraceId,
}

/// New samples of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSeries {
    /// All labels with `__name__`, sorted by name.
    pub labels: Vec<(String, String)>,
    /// Instants and values, oldest first.
    pub samples: Vec<(Timestamp, f64)>,
    /// Exemplars, oldest first.
    pub exemplars: Vec<Exemplar>,
}

/// Labels of one series, without those of its target.
pub(super) type Labels<'a> = &'a [(&'static str, &'a str)];

/// Every series of a deployment.
#[derive(Debug, Default)]
pub struct Registry {
    /// Tells the instances of one run from those of another that writes to the same server.
    replica: u64,
    /// Where a family's series begin in `series`, by their labels.
    places: BTreeMap<(&'static str, &'static str), Vec<(OwnedLabels, usize)>>,
    series: Vec<Series>,
}

type OwnedLabels = Vec<(&'static str, String)>;

#[derive(Debug)]
struct Series {
    labels: Vec<(String, String)>,
    value: f64,
    samples: Vec<(Timestamp, f64)>,
    latest: Option<Exemplar>,
    exemplars: Vec<Exemplar>,
}

impl Registry {
    /// The registry of this replica of every target: `app:8000` becomes `app-7:8000`.
    pub fn new(replica: u64) -> Self {
        Self { replica, ..Self::default() }
    }

    /// Makes the series exist, at zero: a rate needs a first sample before the first event.
    pub fn declare(&mut self, family: &Family, labels: Labels<'_>) {
        self.place(family, labels);
    }

    /// Adds to a counter, or to a gauge.
    pub fn add(&mut self, family: &Family, labels: Labels<'_>, amount: f64) {
        let place = self.place(family, labels);
        if let Some(series) = self.series.get_mut(place) {
            series.value += amount;
        }
    }

    /// Sets a gauge, or a counter that another program keeps.
    pub fn set(&mut self, family: &Family, labels: Labels<'_>, value: f64) {
        let place = self.place(family, labels);
        if let Some(series) = self.series.get_mut(place) {
            series.value = value;
        }
    }

    /// Observes a value in a histogram; the exemplar goes to the bucket that the value falls into.
    pub fn observe(
        &mut self,
        family: &Family,
        labels: Labels<'_>,
        value: f64,
        exemplar: Option<(Timestamp, TraceId)>,
    ) {
        let Kind::Histogram(bounds) = family.kind else { return };
        let first = self.place(family, labels);
        let bucket = bounds.partition_point(|bound| *bound < value);
        let n_buckets = bounds.len() + 1;
        for series in self.series.iter_mut().skip(first + bucket).take(n_buckets - bucket) {
            series.value += 1.0;
        }
        if let Some((at, trace)) = exemplar
            && let Some(series) = self.series.get_mut(first + bucket)
        {
            series.latest = Some(Exemplar { at, value, trace });
        }
        for (series, amount) in self.series.iter_mut().skip(first + n_buckets).take(2).zip([value, 1.0]) {
            series.value += amount;
        }
    }

    /// The value of a counter or gauge, or of a histogram's first bucket; zero where there is none.
    pub fn value(&self, family: &Family, labels: Labels<'_>) -> f64 {
        self.known(family, labels).and_then(|it| self.series.get(it)).map_or(0.0, |it| it.value)
    }

    /// Samples every series, as a scrape does.
    pub fn scrape(&mut self, at: Timestamp) {
        for series in &mut self.series {
            series.samples.push((at, series.value));
            series.exemplars.extend(series.latest.take());
        }
    }

    /// Everything scraped since the last time.
    pub fn take(&mut self) -> Vec<TimeSeries> {
        self.series
            .iter_mut()
            .filter(|it| !it.samples.is_empty())
            .map(|it| TimeSeries {
                labels: it.labels.clone(),
                samples: std::mem::take(&mut it.samples),
                exemplars: std::mem::take(&mut it.exemplars),
            })
            .collect()
    }

    fn place(&mut self, family: &Family, labels: Labels<'_>) -> usize {
        if let Some(place) = self.known(family, labels) {
            return place;
        }
        let place = self.series.len();
        match family.kind {
            Kind::Counter | Kind::Gauge => self.begin(family, "", labels, None),
            Kind::Histogram(bounds) => {
                for bound in bounds {
                    self.begin(family, "_bucket", labels, Some(format!("{bound:?}")));
                }
                self.begin(family, "_bucket", labels, Some("+Inf".to_owned()));
                self.begin(family, "_sum", labels, None);
                self.begin(family, "_count", labels, None);
            }
        }
        let owned = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.places.entry((family.target.1, family.name)).or_default().push((owned, place));
        place
    }

    fn known(&self, family: &Family, labels: Labels<'_>) -> Option<usize> {
        let is_wanted = |owned: &OwnedLabels| {
            owned.iter().map(|(name, value)| (*name, value.as_str())).eq(labels.iter().copied())
        };
        let places = self.places.get(&(family.target.1, family.name))?;
        places.iter().find(|(owned, _)| is_wanted(owned)).map(|(_, place)| *place)
    }

    fn begin(&mut self, family: &Family, suffix: &str, labels: Labels<'_>, bound: Option<String>) {
        let (job, instance) = family.target;
        let mut all = vec![
            ("__name__".to_owned(), format!("{}{suffix}", family.name)),
            ("job".to_owned(), job.to_owned()),
            ("instance".to_owned(), instance.replacen(':', &format!("-{}:", self.replica), 1)),
        ];
        all.extend(labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        all.extend(bound.map(|it| ("le".to_owned(), it)));
        all.sort();
        let (samples, exemplars) = (Vec::new(), Vec::new());
        self.series.push(Series { labels: all, value: 0.0, samples, latest: None, exemplars });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Family =
        Family { name: "wait_seconds", target: ("app", "app:1"), kind: Kind::Histogram(&[0.5, 1.0]) };

    #[test]
    fn a_histogram_is_cumulative_and_its_exemplar_lies_in_its_bucket() {
        let mut registry = Registry::new(7);
        let trace = "ab".parse().unwrap();
        registry.observe(&WAIT, &[("op", "read")], 0.7, Some((Timestamp::from_secs(3), trace)));
        registry.observe(&WAIT, &[("op", "read")], 1.0, None);
        registry.observe(&WAIT, &[("op", "read")], 9.0, None);
        registry.scrape(Timestamp::from_secs(15));
        let told: Vec<(String, f64, usize)> = registry
            .take()
            .into_iter()
            .map(|it| {
                let labels: Vec<String> =
                    it.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
                (labels.join(" "), it.samples[0].1, it.exemplars.len())
            })
            .collect();
        let expected = [
            ("__name__=wait_seconds_bucket instance=app-7:1 job=app le=0.5 op=read", 0.0, 0),
            ("__name__=wait_seconds_bucket instance=app-7:1 job=app le=1.0 op=read", 2.0, 1),
            ("__name__=wait_seconds_bucket instance=app-7:1 job=app le=+Inf op=read", 3.0, 0),
            ("__name__=wait_seconds_sum instance=app-7:1 job=app op=read", 10.7, 0),
            ("__name__=wait_seconds_count instance=app-7:1 job=app op=read", 3.0, 0),
        ];
        assert_eq!(told, expected.map(|(labels, value, n)| (labels.to_owned(), value, n)));
        registry.scrape(Timestamp::from_secs(30));
        assert!(registry.take().iter().all(|it| it.exemplars.is_empty()), "an exemplar is sent once");
    }
}
